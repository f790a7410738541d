"""A prompt keeps every character as it was typed, and shows one sign for each."""

from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.document._wrapped_document import WrappedDocument

from rnn_tui.text.visible import visible_text
from rnn_tui.tui.filters import ACTING
from rnn_tui.tui.widgets.sampler.prompt_document import (
    PromptDocument,
    cleaned,
    drawn,
    shown_alike,
)
from rnn_tui.tui.widgets.sampler.prompt_rows import PromptRows

ANY = st.text(st.characters(), max_size=60)
FEW = st.text(st.sampled_from("ab  漢\u0301\n"), max_size=60)


@given(ANY)
def test_any_text_is_read_as_it_was_put_in(text: str) -> None:
    text = cleaned(text)
    assert PromptDocument(text).text == text


@given(ANY)
def test_no_character_that_acts_is_shown(text: str) -> None:
    document = PromptDocument(cleaned(text))
    for line in document.lines:
        row = "".join(drawn(line)).replace("\t", " ")
        assert not ACTING.search(row)
        assert visible_text(row) == row


@given(ANY)
def test_a_character_stands_where_it_was_typed(text: str) -> None:
    document = PromptDocument(cleaned(text))
    lines = cleaned(text).split("\n")
    assert [len(line) for line in document.lines] == [len(line) for line in lines]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("The \x1b[31m end", "The ␛[31m end"),
        ("a\x0cb\x85c\u2028d", "a␌b␤c␤d"),
        ("e\u0301", "e\u0301"),
        ("漢字 \u202e\t.", "漢字 \ufffd\t."),
    ],
)
def test_what_is_shown(typed: str, shown: str) -> None:
    assert shown_alike(typed) == shown


def test_a_mark_without_a_letter_is_given_a_place() -> None:
    document = PromptDocument("\u0301a")
    assert document.lines == ["◌a"]
    document.replace_range((0, 0), (0, 0), "e")
    assert document.lines == ["e\u0301a"]


def test_line_breaks_become_one_kind_and_half_a_character_is_replaced() -> None:
    assert cleaned("a\r\nb\rc\nd\ud800") == "a\nb\nc\nd\ufffd"


@st.composite
def edits(draw: st.DrawFn) -> tuple[str, list[tuple[float, float, str]]]:
    share = st.floats(0, 1)
    return draw(FEW), draw(st.lists(st.tuples(share, share, FEW), min_size=1, max_size=5))


def _place(document: PromptDocument, share: float) -> tuple[int, int]:
    at = round(share * len(document.text))
    before = document.text[:at]
    return before.count("\n"), at - (before.rfind("\n") + 1)


@settings(max_examples=300)
@given(edits(), st.integers(2, 9))
def test_after_an_edit_the_rows_are_those_of_the_whole_text(edited, width: int) -> None:
    text, changes = edited
    document = PromptDocument(text)
    rows = PromptRows(document, width)
    for one, other, inserted in changes:
        start, end = sorted((_place(document, one), _place(document, other)))
        before = document.get_text_range(start, end)
        result = document.replace_range(start, end, inserted)
        assert result.replaced_text == before
        rows.wrap_range(start, end, result.end_location)
        fresh = WrappedDocument(document, width)
        assert rows.lines == fresh.lines
        assert [rows.row(y).text for y in range(rows.height)] == [*chain(*fresh.lines)]


def test_the_tabs_of_a_row_have_their_widths() -> None:
    rows = PromptRows(PromptDocument("a\tb\tcd e\tf"), 8, 4)
    assert [(row.text, row.tab_widths) for row in map(rows.row, range(rows.height))] == [
        ("a\tb\t", (3, 3)),
        ("cd e\t", (4,)),
        ("f", ()),
    ]
