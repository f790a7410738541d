from __future__ import annotations

import pyte
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rnn_tui.bench.terminal import BURST_SECONDS, Draw, Screen, Span, Style, cells_of, styled

BEGIN, END = b"\x1b[?2026h", b"\x1b[?2026l"


def shown(data: bytes, columns: int = 12, rows: int = 4) -> list[str]:
    screen = Screen(columns, rows)
    screen.feed(data, 0.0)
    return [line.rstrip() for line in screen.lines]


def test_text_stands_where_the_cursor_was_put() -> None:
    assert shown(b"\x1b[2;3Hone\x1b[4Gtwo\r\nthree") == ["", "  otwo", "three", ""]


def test_what_is_erased_is_gone() -> None:
    assert shown(b"abcdef\x1b[3G\x1b[K\x1b[3;1Hgone\x1b[2;1H\x1b[J") == ["ab", "", "", ""]
    assert shown(b"abcdef\r\ngh\x1b[2J") == [""] * 4


def test_a_sequence_may_arrive_in_pieces() -> None:
    screen = Screen(12, 4)
    for byte in "\x1b[2;2H\x1b[38;2;1;2;3m▀é".encode():
        screen.feed(bytes([byte]), 0.0)
    assert screen.line(1).rstrip() == " ▀é"
    assert screen.cells[1][1].style == Style("2;1;2;3")


def test_what_is_for_the_terminal_alone_is_not_text() -> None:
    assert shown(b"\x1b]22;default\x07\x1b[?1049h\x1b[>25ua\x1b[?25l\x1b=b")[0] == "ab"


def test_a_line_that_is_too_long_is_cut() -> None:
    assert shown(b"abcdefghijklmnop")[:2] == ["abcdefghijkl", ""]


@pytest.mark.parametrize(("character", "cells"), [("a", 1), ("漢", 2), ("\u0301", 0), ("▀", 1)])
def test_characters_take_as_many_cells_as_in_a_terminal(character: str, cells: int) -> None:
    assert cells_of(character) == cells
    assert shown(f"{character}b".encode())[0].index("b") == min(cells, 1)


def test_styles_are_what_the_codes_before_made_of_them() -> None:
    style = styled(Style(), "1;38;2;1;2;3;48;5;7")
    assert style == Style("2;1;2;3", "5;7", frozenset("1"))
    assert styled(style, "22;39") == Style("", "5;7")
    assert styled(style, "") == styled(style, "0") == Style()
    assert styled(Style(), "31;104") == Style("31", "104")


def test_only_cells_that_look_otherwise_count_as_changed() -> None:
    screen = Screen(12, 4)
    screen.feed(BEGIN + b"\x1b[2;1Habcdef" + END, 1.0)
    again = screen.feed(BEGIN + b"\x1b[2;1Habxdef" + END, 2.0)
    assert again == [Draw(2.0, (Span(1, 2, 3),))]
    assert screen.feed(BEGIN + b"\x1b[2;1Habxdef" + END, 3.0) == []
    (coloured,) = screen.feed(BEGIN + b"\x1b[2;1H\x1b[31mab\x1b[0m" + END, 4.0)
    assert coloured.spans == (Span(1, 0, 2),)


def test_an_update_that_is_marked_is_one_however_it_arrives() -> None:
    screen = Screen(12, 4)
    assert screen.feed(BEGIN + b"abc", 1.0) == []
    assert screen.feed(b"\r\ndef", 2.0) == []
    (draw,) = screen.feed(END, 3.0)
    assert draw == Draw(3.0, (Span(0, 0, 3), Span(1, 0, 3)))


def test_updates_that_are_not_marked_end_with_a_pause() -> None:
    screen = Screen(12, 4)
    assert screen.feed(b"a", 1.0) == []
    assert screen.feed(b"b", 1.0 + BURST_SECONDS / 2) == []
    (draw,) = screen.feed(b"c", 2.0)
    assert draw == Draw(1.0 + BURST_SECONDS / 2, (Span(0, 0, 1), Span(0, 1, 2)))


PARTS = st.one_of(
    st.text("abc é▀", min_size=1, max_size=5),
    st.builds("\x1b[{};{}H".format, st.integers(1, 5), st.integers(1, 14)),
    st.builds("\x1b[{}{}".format, st.integers(1, 3), st.sampled_from("ABCDGd")),
    st.sampled_from(["\r\n", "\x1b[K", "\x1b[1K", "\x1b[2K", "\x1b[31m", "\x1b[0m", "\b"]),
)


@given(st.lists(PARTS, max_size=12))
def test_the_screen_is_that_of_a_whole_terminal(parts: list[str]) -> None:
    data = "".join(parts)
    whole = pyte.Screen(40, 8)
    pyte.Stream(whole).feed(data)
    scrolls = data.count("\n") > 6 or any(len(line.rstrip()) >= 40 for line in whole.display)
    assume(not scrolls)  # nor wraps: the app's screen never does
    screen = Screen(40, 8)
    screen.feed(data.encode(), 0.0)
    assert screen.lines == whole.display
