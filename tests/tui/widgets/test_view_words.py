"""What is said of an array, and what its symbols are called."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from rnn_tui.tui.widgets.view_words import axis_label, part, quoted, span, within

BYTES = SimpleNamespace(symbol_kind="byte", symbols=("\n", "a", "\xc3"))
CHARACTERS = SimpleNamespace(symbol_kind="character", symbols=("\n", "a", "\xc3"))


def test_a_byte_that_is_no_character_is_no_letter() -> None:
    assert [axis_label(BYTES, symbol) for symbol in range(3)] == ["↵", "a", "▫"]
    assert [quoted(BYTES, symbol) for symbol in range(3)] == ["“↵”", "“a”", r"\xc3"]


def test_a_letter_is_itself() -> None:
    assert [axis_label(CHARACTERS, symbol) for symbol in range(3)] == ["↵", "a", "Ã"]
    assert quoted(CHARACTERS, 2) == "“Ã”"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("units", 0, 1, 8, 8), "8 units"),
        (("units", 16, 1, 8, 128), "units 16–23 of 128"),
        (("units", 0, 4, 32, 128), "128 units, 4 pooled (max)"),
        (("t", 1, 1, 64, 64), "t 1–64"),
    ],
)
def test_which_part_is_shown_is_said(arguments, words) -> None:
    assert part(*arguments) == words


def test_a_pooled_row_is_called_by_all_that_it_stands_for() -> None:
    assert [span(0, 4, index, 10) for index in range(3)] == ["0–3", "4–7", "8–9"]
    assert span(3, 1, 2, 10) == "5"


def test_scrolling_stays_within() -> None:
    assert [within(first, 10, 4) for first in (-1, 3, 9)] == [0, 3, 6]
    assert within(5, 3, 4) == 0
