from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.stepping.errors import StepperError
from rnn_tui.stepping.typed import read_count, read_number, read_place, read_symbol, write_symbol
from rnn_tui.text.vocabulary import Vocabulary


def complaint(read, *arguments):
    with pytest.raises(StepperError) as caught:
        read(*arguments)
    said = str(caught.value)
    assert "\n" not in said
    assert len(said) < 200
    return said


def test_a_count_is_one_unless_it_is_said():
    assert (read_count(""), read_count("1"), read_count("017")) == (1, 1, 17)
    assert read_count("9" * 5000) == 10**9


@pytest.mark.parametrize("text", ["0", "00", "-1", "+1", "1.5", "x", "²", "٣", "1 2"])
def test_what_is_no_count_is_refused(text):
    assert complaint(read_count, text) == f"'{text}' is no number of times: write 1, 2, 3, ..."


def test_a_place_is_from_one_to_as_many_as_there_are():
    assert (read_place("1", 3, "row"), read_place("3", 3, "row")) == (1, 3)
    assert complaint(read_place, "0", 3, "row") == "'0' is no row: write 1 to 3"
    assert complaint(read_place, "", 3, "row") == "say which row: write 1 to 3"
    assert complaint(read_place, "2", 1, "row") == "'2' is no row: write 1, the only one"
    assert complaint(read_place, "1", 0, "breakpoint") == "there are no breakpoints"


@pytest.mark.parametrize("text", ["4", "-1", "٣", "9" * 5000, "\x1b[2J", "x"])
def test_other_places_are_refused(text):
    assert complaint(read_place, text, 3, "time step").endswith("write 1 to 3")


@pytest.mark.parametrize(
    ("text", "number"),
    [("0.5", 0.5), ("-1e-3", -1e-3), ("−2", -2), (".5", 0.5), ("5.", 5), ("+1E+2", 100)],
)
def test_numbers_are_read(text, number):
    assert read_number(text) == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_number_is_read_as_it_is_written(number):
    assert read_number(f"{number:.17g}") == number


@pytest.mark.parametrize("text", ["nan", "inf", "-Infinity", "+NaN", "−inf"])
def test_what_is_not_finite_is_refused(text):
    assert complaint(read_number, text).startswith(f"{text} is not finite")


@pytest.mark.parametrize("text", ["", "x", "0x1", "1_000", "٣", "1 2", "--1", "e5", "[]"])
def test_what_is_no_number_is_refused(text):
    assert "is no number: write one such as 0.5" in complaint(read_number, text)


def test_numbers_that_are_too_large_are_refused():
    assert "too large" in complaint(read_number, "1e999")
    assert "too large" in complaint(read_number, "9" * 5000)


@pytest.mark.parametrize(
    ("text", "symbol"),
    [("b", "b"), ("'b'", "b"), ('"b"', "b"), ("' '", " "), ("\\n", "\n"), ("'\\t'", "\t"),
     ("\\", "\\"), ("\\\\", "\\"), ("#", "#"), ("=", "="), ("'", "'"), ("'''", "'"), ('"', '"'),
     ("\\x62", "b"), ("\\u0062", "b"), ("é", "é")],
)  # fmt: skip
def test_symbols_are_read_bare_quoted_and_escaped(text, symbol):
    vocabulary = Vocabulary.of("ab é#='\"\\\n\t", "character")
    assert vocabulary.symbols[read_symbol(text, vocabulary)] == symbol


@pytest.mark.parametrize("text", ["x", "", "''", "ab", "\\q", "\\Uffffffff", "\u202e", "x" * 900])
def test_an_unknown_symbol_is_refused_and_some_known_ones_are_named(text):
    said = complaint(read_symbol, text, Vocabulary.of("abc \n", "character"))
    assert said.startswith("the vocabulary has no symbol '")
    assert said.endswith("it has \\n ' ' a b c")
    assert "\u202e" not in said


def test_only_some_of_many_symbols_are_named():
    vocabulary = Vocabulary.of("abcdefghijkl", "character")
    assert complaint(read_symbol, "x", vocabulary).endswith("it has a b c d e f g h … 12 in all")


@given(st.text(st.characters(), min_size=1))
def test_every_symbol_is_read_as_it_is_written(text):
    vocabulary = Vocabulary.of(text, "character")
    for number in range(len(vocabulary)):
        written = write_symbol(number, vocabulary)
        assert read_symbol(written.strip(), vocabulary) == number
        assert written.isprintable()


def test_every_byte_is_read_as_it_is_written():
    vocabulary = Vocabulary.of(bytes(range(256)), "byte")
    written = [write_symbol(number, vocabulary) for number in range(256)]
    assert [read_symbol(text, vocabulary) for text in written] == list(range(256))
    assert written[0xC3] == "\\xc3"
