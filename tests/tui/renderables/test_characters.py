"""Terminals without Unicode get ASCII."""

from __future__ import annotations

import pytest

from rnn_tui.tui.renderables.characters import ASCII_VARIABLE, plain, plain_characters


@pytest.mark.parametrize(
    ("environ", "encoding", "expected"),
    [
        ({}, "utf-8", False),
        ({}, "UTF_8", False),
        ({}, "ascii", True),
        ({}, "latin-1", True),
        ({ASCII_VARIABLE: "1"}, "utf-8", True),
        ({ASCII_VARIABLE: "0"}, "utf-8", False),
    ],
)
def test_ascii_is_for_those_who_need_or_want_it(environ, encoding, expected) -> None:
    assert plain_characters(environ, encoding) is expected


def test_plain_text_has_the_same_length() -> None:
    text = "│┤├─┬┴└┼┈━◀▶●×✗−◆◇△▪·…±"
    assert plain(text).isascii()
    assert len(plain(text)) == len(text)
