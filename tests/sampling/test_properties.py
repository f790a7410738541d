from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.sampling.properties import PROPERTIES, nested, switched

EXAMPLES = [
    ("inside double quotes", 'a "b" c', "0011000"),
    ("inside double quotes", 'say "no', "0000111"),
    ("inside double quotes", '"a\\"b"c', "1111100"),
    ("inside double quotes", "“a” ”b", "110000"),
    ("inside double quotes", '“a" b', "11000"),
    ("inside double quotes", '"b\n\n"d" e', "111011000"),
    ("inside single quotes", "a 'b' c", "0011000"),
    ("inside single quotes", "don't 'do' it", "0000001110000"),
    ("inside single quotes", "rock'n'roll", "00000000000"),
    ("inside single quotes", "'isn't it'.", "11111111100"),
    ("inside single quotes", "('[', '+')", "0110001100"),
    ("inside single quotes", "‘it’s’ so", "111110000"),
    ("inside single quotes", "'a\n\nb' c", "11100000"),
    ("inside single quotes", "'a\n \t\r\nb", "11111100"),
    ("inside single quotes", "'a\\'b'", "111110"),
    ("inside quotes", "\"a\" 'b'", "1100110"),
    ("inside ()", "a(b[c]d)e", "011111100"),
    ("inside ()", ")a(", "001"),
    ("inside ()", "((a))b", "111100"),
    ("inside []", "a(b[c]d)e", "000110000"),
    ("inside {}", "{a: {b}}", "11111110"),
    ("inside <>", "<b>c", "1100"),
    ("inside <>", "a < b -> c", "0000000000"),
    ("inside <>", "a <= b >= <c>", "0000000000110"),
    ("inside brackets", "a(b[c)d]e", "011111100"),
    ("bracket depth", "a(b[c])))(d", "01122100011"),
    ("bracket depth", "<[{(x)}]>", "123443210"),
    ("bracket depth", "(a\n\n)b(", "1110001"),
    ("bracket depth", "))\n\n(())", "00001210"),
    ("inside a comment", "a # b\nc", "0011100"),
    ("inside a comment", '"#" # a', "0000111"),
    ("inside a comment", "##\n#", "1101"),
    ("position in line", "ab\ncd\n\ne", "12012001"),
    ("indentation", "  a b\n    c", "12222012344"),
    ("indentation", "\n \n\tx y", "0101111"),
    ("indentation", "a  b", "0000"),
    ("word length so far", "the cat's 42nd", "12301230101234"),
    ("first letter of a word", "the cat's", "100010001"),
    ("letter", "aß 1中_", "110010"),
    ("capital letter", "aB ÄßΩ1", "0101010"),
    ("vowel", "Are you y", "101001100"),
    ("digit", "a1٣½²", "01100"),
    ("space", "a b\tc\n", "010000"),
    ("newline", "a\r\n\nb", "00110"),
    ("punctuation", "a, b-c!", "0100101"),
]


@pytest.mark.parametrize(("name", "text", "expected"), EXAMPLES)
def test_a_property_written_out_by_hand(name, text, expected):
    assert "".join(f"{value:.0f}" for value in PROPERTIES[name](text)) == expected


def test_every_property_but_logarithms_has_an_example():
    assert {name for name, _, _ in EXAMPLES} == {name for name in PROPERTIES if "log" not in name}


def test_logarithms_are_those_of_one_more():
    assert np.allclose(np.expm1(PROPERTIES["position in line (log)"]("ab\nc")), [1, 2, 0, 1])
    since = np.expm1(PROPERTIES["position in sentence (log)"]("a b. c! d\n\ne"))
    assert np.allclose(since, [1, 2, 3, 0, 1, 2, 0, 1, 2, 3, 0, 1])


@pytest.mark.parametrize("name", PROPERTIES)
@given(text=st.text(st.characters(exclude_categories=()), max_size=60))
def test_every_character_of_any_text_has_a_finite_number(name, text):
    values = PROPERTIES[name](text)
    assert values.shape == (len(text),)
    assert values.dtype == np.float64
    assert np.isfinite(values).all()
    assert (values >= 0).all()


@pytest.mark.parametrize("name", [name for name in PROPERTIES if "single" not in name])
@given(text=st.text("ab1 \n\t\"'()[]{}#.!A", max_size=40), more=st.text("a \n\"')", max_size=9))
def test_what_follows_does_not_change_a_property(name, text, more):
    if name in ("inside quotes", "inside a comment"):
        text = text.replace("'", "")  # only an apostrophe is known by the character after it
    values = PROPERTIES[name](text + more)
    assert np.array_equal(values[: len(text)], PROPERTIES[name](text))


def switch_by_hand(events):
    state, states = False, []
    for on, off, toggle in events:
        state = False if off else True if on else state ^ toggle
        states.append(state)
    return states


@given(st.lists(st.sampled_from([(1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, 0), (1, 1, 0)])))
def test_a_switch_does_what_one_does_event_by_event(events):
    on, off, toggle = np.array(events, bool).reshape(-1, 3).T
    assert switched(on, off, toggle).tolist() == switch_by_hand(events)


def depth_by_hand(events):
    depth, depths = 0, []
    for event in events:
        depth = {"(": depth + 1, ")": max(0, depth - 1), "|": 0, "a": depth}[event]
        depths.append(depth)
    return depths


@given(st.text("(())|a"))
def test_depth_is_what_one_counts_bracket_by_bracket(events):
    codes = np.array(list(events), "U1")
    depth = nested(codes == "(", codes == ")", codes == "|")
    assert depth.tolist() == depth_by_hand(events)


def test_every_property_says_what_it_is_in_a_line():
    for name, found in PROPERTIES.items():
        assert 5 < len(found.description) < 80, name
