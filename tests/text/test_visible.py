"""Nothing that text holds may act on a terminal, or hide."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.text.visible import (
    visible,
    visible_character,
    visible_line,
    visible_symbol,
    visible_text,
)

any_text = st.text(st.characters(codec=None), max_size=60)  # lone surrogates too
nasty = st.text(
    st.sampled_from("a\x1b\x07\r\n\t\x00\x7f\x9b\u202e\u200d\ufe0f\u0301\u0302\u1161\ud800é漢😀")
)


def forbidden(text: str, *, but: str = "") -> list[str]:
    return [c for c in text if c not in but and unicodedata.category(c) in {"Cc", "Cf", "Cs"}]


@given(any_text | nasty)
def test_a_line_holds_nothing_that_acts(text: str) -> None:
    shown = visible_line(text)
    assert not forbidden(shown)
    shown.encode("utf-8")


@given(any_text | nasty)
def test_a_text_holds_nothing_that_acts_but_its_line_breaks(text: str) -> None:
    shown = visible_text(text)
    assert not forbidden(shown, but="\n")
    assert shown.count("\n") == text.count("\n")
    shown.encode("utf-8")


@given(any_text | nasty)
def test_showing_twice_is_showing_once(text: str) -> None:
    assert visible_line(visible_line(text)) == visible_line(text)
    assert visible_text(visible_text(text)) == visible_text(text)


@given(any_text | nasty)
def test_no_cell_gets_more_than_two_marks_and_none_comes_first(text: str) -> None:
    run = 2
    for char in visible_text(text):
        mark = unicodedata.category(char)[0] == "M"
        run = run + 1 if mark else 0 if char != "\n" else 2
        assert run <= 2


def test_every_character_of_the_first_planes_becomes_harmless() -> None:
    everything = "".join(map(chr, [*range(0x20000), *range(0xE0000, 0xE0200)]))
    assert not forbidden(visible_line(everything))
    assert not forbidden(visible_text(everything), but="\n")


def test_control_characters_become_their_pictures() -> None:
    assert visible_line("\x1b]0;title\x07") == "␛]0;title␇"
    assert visible_line("\x00\x08\r\x7f") == "␀␈␍␡"
    assert visible_line("\x9b31m") == "�31m"


def test_bidi_controls_surrogates_and_the_zero_wide_are_shown() -> None:
    assert visible_line("a\u202eb\u2066c\u200bd\ufeffe\ud800f\U000e0041") == "a�b�c�d�e�f�"


def test_line_breaks_are_signs_in_a_line_and_breaks_in_a_text() -> None:
    assert visible_line("a\r\nb\tc") == "a␍↵b→c"
    assert visible_text("a\nb\tc") == "a\nb   c"
    assert visible("a\nb", newline=" / ") == "a / b"
    assert visible_text("a\x85b\u2028c\u2029d") == "a␤b␤c␤d"


def test_emoji_and_east_asian_characters_pass() -> None:
    text = "naïve 漢字 かな 한글 😀🇫🇷 עברית"
    assert visible_line(text) == text


def test_markup_is_left_alone() -> None:
    assert visible_line("[/][@click=app.quit]x") == "[/][@click=app.quit]x"


def test_marks_beyond_two_are_dropped_and_the_first_gets_a_carrier() -> None:
    assert visible_text("e" + "\u0301" * 40 + "x") == "e\u0301\u0301x"
    assert visible_text("\u0301a\n\u0301") == "◌\u0301a\n◌\u0301"


def test_variation_selectors_do_not_change_widths() -> None:
    assert visible_line("❤\ufe0f!") == "❤!"


@given(st.characters(codec=None) | st.text(max_size=3))
def test_a_label_is_one_narrow_character(symbol: str) -> None:
    label = visible_symbol(symbol)
    assert len(label) == 1
    assert unicodedata.east_asian_width(label) not in "WF"
    assert unicodedata.category(label)[0] not in "MCZ"


@pytest.mark.parametrize(
    ("symbol", "label"),
    [(" ", "·"), ("\n", "↵"), ("\t", "→"), ("a", "a"), ("漢", "▯"), ("\u0301", "◌"),
     ("\xa0", "␣"), ("\x1b", "␛"), ("\ufe0f", "�"), ("", "�")],
)  # fmt: skip
def test_labels_for_the_axis(symbol: str, label: str) -> None:
    assert visible_symbol(symbol) == label


def test_in_a_sentence_every_character_is_itself() -> None:
    assert [visible_character(c) for c in "日語e 😀"] == ["日", "語", "e", "·", "😀"]
    assert visible_character("\u0301") == "◌\u0301"
    assert visible_character("\n") == visible_symbol("\n")
    assert visible_character("\x1b") == "␛"
