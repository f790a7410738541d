from __future__ import annotations

from collections import Counter

from rich.cells import cell_len

from rnn_tui.runs.rows import KINDS
from rnn_tui.tui.renderables.event_marks import MARKS, OTHER, mark_of


def test_every_kind_of_event_has_a_mark_of_its_own() -> None:
    assert KINDS.keys() <= MARKS.keys()
    for marks in zip(*(MARKS[kind] for kind in KINDS), strict=True):
        assert Counter(marks).most_common(1)[0][1] == 1


def test_marks_are_one_cell_wide_and_their_letters_are_ascii() -> None:
    for sign, letter in (*MARKS.values(), OTHER):
        assert cell_len(sign) == cell_len(letter) == 1
        assert letter.isascii()


def test_a_kind_of_a_later_version_has_a_mark_too() -> None:
    assert mark_of("teleported") == OTHER.sign
