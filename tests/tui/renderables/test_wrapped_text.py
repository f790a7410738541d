"""A growing text in lines: nothing is lost, nothing overflows, and chunks make no difference."""

from __future__ import annotations

import codecs
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from rnn_tui.text.visible import visible
from rnn_tui.tui.renderables.wrapped_text import FORK, Kind, WrappedText

TEXTS = st.text(st.one_of(st.sampled_from("ab  \n\t漢é\u0301\u1161🙂\x1b"), st.characters()))
BYTES = st.one_of(st.binary(), TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")))


def wrapped(pieces: Sequence[str], width: int = 20, fork: int = 0) -> WrappedText:
    text = WrappedText(width, fork)
    text.extend(pieces, len(pieces))
    return text


def lines(text: WrappedText) -> list[str]:
    numbers = range(len(text))
    return ["".join(cluster.text for cluster in text.clusters(number)) for number in numbers]


def pieces_of(data: bytes) -> list[str]:
    """What a decoder of streamed bytes gives."""
    decode = codecs.getincrementaldecoder("utf-8")("replace").decode
    return [decode(bytes([byte])) for byte in data]


def test_lines_are_broken_behind_spaces_and_line_breaks_are_seen() -> None:
    text = wrapped("the end of it\nand more", 8)
    assert lines(text) == ["the end ", "of it↵", "and ", "more"]


def test_a_word_that_is_too_long_is_cut() -> None:
    assert lines(wrapped("abcdefghij kl", 6)) == ["abcde", "fghij ", "kl"]


def test_a_line_break_hangs_in_the_last_cell_and_an_empty_line_follows_it() -> None:
    assert lines(wrapped("abcde\n", 6)) == ["abcde↵", ""]


def test_between_wide_characters_a_line_may_end() -> None:
    assert lines(wrapped("字字字字字字", 7)) == ["字字字"] * 2


def test_marks_stand_on_the_character_before_them() -> None:
    text = wrapped("ae\u0301\u0302\u0303\n\u0301")
    assert lines(text) == ["ae\u0301\u0302↵", "◌\u0301"]
    assert text.clusters(0)[1][3:] == (1, 5)


def test_what_acts_on_a_terminal_is_shown() -> None:
    assert lines(wrapped("\x1b[31m\u202e\t.\ud800")) == ["␛[31m�→.�"]


def test_the_bytes_of_a_character_are_one() -> None:
    pieces = pieces_of("é漢x".encode())
    text = wrapped(pieces)
    assert [cluster[3:] for cluster in text.clusters(0)] == [(0, 2), (2, 5), (5, 6)]
    assert [text.place(piece).cell for piece in range(6)] == [0, 0, 1, 1, 1, 3]


def test_bytes_that_are_no_character_yet_stand_behind_the_last_one() -> None:
    text = wrapped(pieces_of(b"ab\xe6\xbc"))
    assert lines(text) == ["ab"]
    assert text.cluster_of(2) == text.cluster_of(3) == 2


def test_the_sign_of_the_fork_stands_before_the_first_own_character() -> None:
    text = wrapped("abcd", fork=2)
    assert lines(text) == [f"ab{FORK}cd"]
    assert [text.place(piece).cell for piece in range(4)] == [0, 1, 3, 4]
    assert text.clusters(0)[2].kind == Kind.FORK


@pytest.mark.parametrize(("cell", "piece"), [(0, 0), (1, 1), (2, 1), (3, 2), (99, 2)])
def test_a_cell_belongs_to_the_character_in_it_or_nearest_to_it(cell: int, piece: int) -> None:
    assert wrapped("a漢b").piece_at(0, cell) == piece


def test_without_text_there_is_one_empty_line_and_no_character() -> None:
    text = wrapped("")
    assert (len(text), text.clusters(0), text.piece_at(0, 3)) == (1, [], -1)


@given(TEXTS, st.integers(1, 30), st.data())
def test_chunks_make_no_difference(text: str, width: int, data: st.DataObject) -> None:
    counts = data.draw(st.lists(st.integers(0, len(text))).map(sorted))
    grown = WrappedText(width)
    for count in (*counts, len(text)):
        grown.extend(text, count)
    assert lines(grown) == lines(wrapped(text, width))


@given(TEXTS, st.integers(1, 30), st.integers(1, 30))
def test_another_width_is_as_if_it_had_always_been(text: str, before: int, after: int) -> None:
    other = wrapped(text, before)
    other.fit(after)
    assert lines(other) == lines(wrapped(text, after))


@given(TEXTS, st.integers(3, 30))
def test_no_line_is_wider_than_asked_for(text: str, width: int) -> None:
    found = wrapped(text, width)
    for number, line in enumerate(lines(found)):
        assert cell_len(line) == sum(cluster.cells for cluster in found.clusters(number)) <= width


@given(BYTES, st.integers(3, 30), st.integers(0, 5))
def test_every_piece_is_in_one_cluster_and_found_there(data: bytes, width: int, fork: int) -> None:
    pieces = pieces_of(data)
    text = wrapped(pieces, width, fork)
    clusters = [cluster for line in range(len(text)) for cluster in text.clusters(line)]
    seen = [piece for cluster in clusters for piece in range(cluster.first, cluster.end)]
    assert seen == list(range(text.count))[: len(seen)]
    assert all(piece == "" for piece in pieces[len(seen) :])
    for piece in seen:
        line, cell = text.place(piece)
        assert text.cluster_of(text.piece_at(line, cell)) == text.cluster_of(piece)


@given(st.text().filter(lambda text: not set(text) & set("\n\t")))
def test_what_is_seen_is_what_is_seen_of_a_text_elsewhere(text: str) -> None:
    assert "".join(lines(wrapped(text, 10))) == visible(text)
