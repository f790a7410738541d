from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.stepping.conditions import ConditionError, Known, parse

KNOWN = Known(("h", "dh", "dz", "W_hh", "loss"), ("tanh", "hand to the past"))


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("norm(dh)<1e-6", "norm(dh) < 1e−06"),
        ("t=17", "t == 17"),
        ("t ≤ 3 and t≠2", "t <= 3 and t != 2"),
        ("max(h) > −.5", "max(h) > −0.5"),
        ("kind='tanh'", 'kind == "tanh"'),
        ("((t) > (1))", "t > 1"),
        ("(t>1 or t<0) and t=t", "(t > 1 or t < 0) and t == t"),
        ("t>1 or (t<0 and t=t)", "t > 1 or t < 0 and t == t"),
        ("not(t>1) and not (t<0 or t>3)", "not t > 1 and not (t < 0 or t > 3)"),
        ("t-(1-2)-3 > 2*(t+1)/3", "t − (1 − 2) − 3 > 2 * (t + 1) / 3"),
        ("max( abs( value ) )>inf", "max(abs(value)) > inf"),
    ],
)
def test_a_condition_is_written_in_one_way(text, canonical):
    assert str(parse(text)) == canonical
    assert parse(text) == parse(canonical)


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("", 1, "a condition is missing, as in norm(dh) < 1e-6"),
        ("norm(dh)", 1, "norm(dh) is a number: compare it"),
        ("t > 1 and nrm(dh) < 1", 11, "'nrm' is no function: did you mean norm?"),
        ("t > 1 and qqqq(dh) < 1", 11, "'qqqq' is no function: there are norm, max, min"),
        ("dh < 1", 1, "dh is an array: take its norm, max, min"),
        ("1 < abs(dh)", 5, "abs(dh) is an array: take its norm"),
        ("norm(hh) < 1", 6, "there is no 'hh' here: did you mean h?"),
        ("norm(h < 1", 6, "h is an array"),
        ("(t < 1", 7, "a ) is missing before the end"),
        ("t < 1)", 6, "')' is not expected here"),
        ("t <", 4, "something is missing at the end"),
        ("1 < t < 3", 7, "one comparison at a time: join two with and"),
        ("phase = backward", 9, 'write words in quotes: "backward"'),
        ("phase = 'bakward'", 9, "there is no phase 'bakward': did you mean backward?"),
        ("kind = 'tnh'", 8, "there is no kind 'tnh': did you mean tanh?"),
        ("kind < 'tanh'", 6, "words are equal or not: use == or !="),
        ("t = 'x'", 1, "t is no word: write one in quotes"),
        ("kind = 'tanh", 8, "this quote has no end: close it with '"),
        ("max > 3", 1, "max is a function: say of what, as in max(value)"),
        ("norm(t > 1) > 3", 6, "t > 1 is true or false, but a number is needed"),
        ("any_nonfinite(h) = 1", 1, "any_nonfinite(h) is true or false"),
        ("t > 1 and h", 11, "h is an array: compare its norm"),
        ("t > 1; t", 6, "';' means nothing here"),
        ("t > 1 \x1b[31m", 7, "'␛' means nothing here"),
        ("kind = '\u202e'", 8, "this word holds a character that does not show"),
        ("__import__('os') = 1", 1, "'__import__' is no function"),
    ],
)
def test_an_error_says_what_is_wrong_and_where(text, column, message):
    with pytest.raises(ConditionError) as caught:
        parse(text, KNOWN)
    assert caught.value.column == column
    assert message in caught.value.message
    assert str(caught.value).startswith(f"column {column}: {message}")


@pytest.mark.parametrize("text", ["(" * 99, "not " * 99, "-" * 60 + "1 < 2", "abs(" * 49])
def test_what_is_nested_too_deeply_is_refused(text):
    with pytest.raises(ConditionError, match="too deep"):
        parse(text)


def test_what_is_too_long_is_refused():
    with pytest.raises(ConditionError, match="at most 1000 characters"):
        parse("t" * 1001)
    with pytest.raises(ConditionError, match="at most 100 words and signs"):
        parse("+".join("1" * 300) + " < t")


def test_the_longest_sum_is_no_problem():
    condition = parse("+".join("1" * 49) + " < t")
    assert parse(str(condition)) == condition


def test_a_layer_in_the_name_is_answered_with_the_condition_that_was_meant():
    with pytest.raises(ConditionError) as caught:
        parse("norm(dh^(1)) < 1")
    assert caught.value.message == "say the layer apart: norm(dh) < 1 and layer == 1"
    assert caught.value.column == 8
    parse(caught.value.message.partition(": ")[2], KNOWN)


names = st.sampled_from(["t", "layer", "index", "loss", "0", "1e-6", "2.5", "inf", ".5e3"])
arrays = st.sampled_from(["value", "h", "dh", "abs(dz)", "abs(abs(W_hh))"])
calls = st.builds("{}({})".format, st.sampled_from(["norm", "max", "saturated", "size"]), arrays)
numbers = st.recursive(
    names | calls,
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner)
        | st.builds("{}{}{}".format, inner, st.sampled_from("+-*/"), inner)
        | st.builds("-{}".format, inner)
    ),
    max_leaves=4,
)
compared = (
    st.builds("{} {} {}".format, numbers, st.sampled_from(["<", "<=", "=", "!=", "≥"]), numbers)
    | st.builds("any_nonfinite({})".format, arrays)
    | st.sampled_from(["kind = 'tanh'", 'phase != "loss"', "kind = 'a \"b\"'"])
)
conditions = st.recursive(
    compared,
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or"]), inner)
        | st.builds("{} {} {}".format, inner, st.sampled_from(["and", "or"]), inner)
        | st.builds("not ({})".format, inner)
        | st.builds("not {}".format, inner)
    ),
    max_leaves=4,
)


def attempt(text, known=None):
    try:
        return parse(text, known), None
    except ConditionError as error:
        return None, error


@given(conditions)
def test_the_canonical_text_says_the_same(text):
    condition, error = attempt(text)
    if condition is None:  # only for its length
        assert "at most" in error.message
    else:
        assert parse(str(condition)) == condition
        assert str(parse(str(condition))) == str(condition)


pieces = st.sampled_from(
    ["norm", "(", ")", "dh", "<", "=", "1", "and", "or", "not", "-", "*", " ", "'", "t", "kind"]
)


@given(st.text() | st.lists(pieces, max_size=30).map(" ".join) | st.lists(pieces).map("".join))
def test_any_text_is_understood_or_refused_at_a_column(text):
    for known in (None, KNOWN):
        condition, error = attempt(text, known)
        if condition is not None:
            assert parse(str(condition), known) == condition
        else:
            assert 1 <= error.column <= len(text) + 1
            assert str(error).isprintable()
