"""Terminals without Unicode get ASCII."""

from __future__ import annotations

import pytest

from rnn_tui.tui.renderables.characters import ASCII_VARIABLE, plain, plain_characters


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, False),
        ({"LANG": "C.UTF-8"}, False),
        ({"LANG": "de_DE.utf8"}, False),
        ({"LANG": "de_DE.ISO-8859-1"}, True),
        ({"LC_ALL": "C", "LANG": "en_US.UTF-8"}, True),
        ({"LC_ALL": "", "LC_CTYPE": "en_US.UTF-8", "LANG": "C"}, False),
        ({ASCII_VARIABLE: "1", "LANG": "C.UTF-8"}, True),
        ({ASCII_VARIABLE: "0"}, False),
    ],
)
def test_ascii_is_for_those_who_need_or_want_it(environ, expected) -> None:
    assert plain_characters(environ) is expected


def test_what_is_not_in_the_table_becomes_question_marks_as_wide() -> None:
    assert plain("a日b") == "a??b"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("W_hyᵀ", "W_hy'"),
        ("‖dh‖", "|dh|"),
        ("±0.01", "~0.01"),
        ("−0.01", "-0.01"),
        ("1…9", "1.9"),
        ("0.3956²", "0.3956^"),
    ],
)
def test_formulas_mean_the_same_in_ascii(text, written) -> None:
    assert plain(text) == written


def test_plain_text_has_the_same_length() -> None:
    text = "│┤├─┬┴└┼┈━◀▶●×✗−◆◇△▪·…±╭╮╰╯‖✓■◌▸▏↵→“”–▫"
    assert plain(text).isascii()
    assert len(plain(text)) == len(text)
