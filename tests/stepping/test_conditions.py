from __future__ import annotations

import math
import time
import warnings

import numpy as np
import pytest

from rnn_tui.core.initialization import initialize
from rnn_tui.core.parameters import Architecture
from rnn_tui.core.trace import Update, trace
from rnn_tui.stepping.conditions import ConditionError, known_in, parse, words
from rnn_tui.stepping.conditions_terms import timeless


def make(T=5, H=4, L=2, V=6, seed=0, **how):
    rng = np.random.default_rng(seed)
    _, params = initialize(Architecture(V, H, L, V), "xavier", rng, np.float64)
    symbols = rng.integers(0, V, (2, T, 1))
    state = tuple(rng.normal(0, 0.5, (1, H)) for _ in range(L))
    return trace(params, *symbols, state, **how)


@pytest.fixture(name="book", scope="module")
def _book():
    return make(clip=0.1)


def asked(book, text):
    return [o for o in book if parse(text).test(o) is not None]


def hits(book, text):
    readings = [(o, parse(text).test(o)) for o in book]
    return [o for o, reading in readings if reading is not None and reading.hit]


def test_the_norm_of_dh_is_asked_once_a_step_and_layer(book):
    found = asked(book, "norm(dh) < 1e-6")
    assert [(o.name, o.t, o.layer) for o in found] == [
        ("add gradients of h", t, layer) for t in range(5, 0, -1) for layer in (1, 0)
    ]


def test_value_is_asked_everywhere(book):
    assert asked(book, "max(abs(value)) > 5") == list(book)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("norm(h) > 1", lambda o: np.linalg.norm(o.value) > 1),
        ("max(h) >= 0.5", lambda o: o.value.max() >= 0.5),
        ("min(h) < -0.5", lambda o: o.value.min() < -0.5),
        ("mean(abs(h)) <= 0.6", lambda o: np.abs(o.value).mean() <= 0.6),
        ("sum(h) > 0", lambda o: o.value.sum() > 0),
        ("std(h) != 0", lambda o: True),
        ("size(h) == 4", lambda o: True),
        ("t * 2 - 1 > layer + 4", lambda o: o.t * 2 - 1 > o.layer + 4),
        ("norm(h) / 2 < -(1 - 1.5)", lambda o: np.linalg.norm(o.value) / 2 < 0.5),
        ("layer = 1 and not t < 3 or t == 1", lambda o: (o.layer == 1 and o.t >= 3) or o.t == 1),
    ],
)
def test_a_condition_holds_exactly_where_it_says(book, text, expected):
    states = [o for o in book if o.name == "tanh"]
    found = hits(states, text)
    assert found == [o for o in states if expected(o)]
    assert found


def test_saturated_is_the_share_of_units_beyond(book):
    h = next(o for o in book if o.name == "tanh")
    (comparison,) = parse("saturated(z) > 2").test(book[h.index - 1]).comparisons
    assert comparison.actual == np.mean(np.abs(book[h.index - 1].value) > 0.99)


def test_time_and_kind_find_their_operations(book):
    assert {o.t for o in hits(book, "t = 3")} == {3}
    assert [o.t for o in hits(book, 'kind = "hand to the past" and layer = 0')] == [5, 4, 3, 2, 1]
    assert {o.phase for o in hits(book, 'phase != "forward"')} == {
        "loss", "backward", "sum", "clip",
    }  # fmt: skip
    assert [o.index for o in hits(book, "index = 6 or op = 9")] == [6, 8]


def test_loss_norm_and_scale_are_numbers(book):
    assert len(asked(book, "loss > 2")) == 6
    assert [o.name for o in hits(book, "norm > 0.1")] == ["norm"]
    assert [o.name for o in hits(book, "scale < 1")] == ["scale"]


def test_operands_are_compared_with_the_result(book):
    found = asked(book, "norm(dz) < 0.9 * norm(dh)")
    assert {o.name for o in found} == {"back through tanh"}
    for o in found:
        reading = parse("norm(dz) < 0.9 * norm(dh)").test(o)
        assert reading.hit == (np.linalg.norm(o.value) < 0.9 * np.linalg.norm(o.operands["dh_t"]))


def test_alternatives_are_asked_each_at_its_own_place(book):
    assert {o.name for o in asked(book, "norm(dh) < 1 or norm(h) > 8")} == {
        "tanh", "add gradients of h",
    }  # fmt: skip


def test_the_threshold_stands_beside_the_actual_value(book):
    o = next(o for o in book if o.name == "tanh" and o.t == 2)
    n = np.linalg.norm(o.value)
    assert words(parse("norm(h)<9").test(o)) == f"norm(h) = {n:.3g} < 9"
    assert words(parse("9 >= norm(h)").test(o)) == f"norm(h) = {n:.3g} <= 9"
    assert words(parse("norm(h) > 9").test(o)) == f"norm(h) = {n:.3g}, not > 9"
    assert words(parse("norm(h) < 5 and t = 2").test(o)) == f"t = 2 and norm(h) = {n:.3g} < 5"
    assert words(parse("not any_nonfinite(h)").test(o)) == "not any_nonfinite(h)"
    assert words(parse("norm(h) < 2 * size(h)").test(o)) == f"norm(h) = {n:.3g} < 2 * size(h) = 8"


def test_only_what_decided_is_shown_unless_all_is_asked(book):
    o = next(o for o in book if o.name == "tanh" and o.t == 2)
    condition = parse("t = 3 or norm(h) > 0 or t = 2")
    assert [c.text for c in condition.test(o).comparisons] == ["norm(h)"]
    assert [c.text for c in condition.test(o, whole=True).comparisons] == ["t", "norm(h)", "t"]


def test_enough_digits_are_shown_to_see_the_side(book):
    o = next(o for o in book if o.name == "tanh")
    n = float(np.linalg.norm(o.value))
    rounded = f"{n:.3g}"
    assert words(parse(f"norm(h) > {rounded}").test(o)) == f"norm(h) = {n:.6g} > {rounded}"
    assert words(parse(f"norm(h) = {n!r}").test(o)) == f"norm(h) = {n!r}"


def test_equality_is_exact(book):
    o = next(o for o in book if o.name == "tanh")
    n = float(np.max(o.value))
    assert parse(f"max(h) = {n!r}").test(o).hit
    assert not parse(f"max(h) = {math.nextafter(n, 9)!r}").test(o).hit


@pytest.mark.parametrize("symbol", ["<", "<=", ">", ">=", "==", "!="])
def test_with_nan_no_comparison_holds(symbol):
    readout = next(o for o in make(L=1) if o.name == "readout")  # of no layer
    assert not parse(f"layer {symbol} 0").test(readout).hit
    assert not parse(f"inf - inf {symbol} 0").test(readout).hit


def test_networks_that_diverged_are_tested_without_a_word():
    rng = np.random.default_rng(0)
    _, params = initialize(Architecture(6, 4, 1, 6), "xavier", rng, np.float64)
    params["layer0.W_hh"][...] = np.inf
    symbols = rng.integers(0, 6, (2, 4, 1))
    book = trace(params, *symbols, (np.zeros((1, 4)),))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in ("norm", "max", "min", "mean", "sum", "std", "saturated"):
            hits(book, f"{name}(value) / {name}(value) > 1")
    first = hits(book, "any_nonfinite(value)")[0]
    assert (first.name, first.t) == ("multiply state", 1)
    assert words(parse("any_nonfinite(r)").test(first)) == "any_nonfinite(r)"


def test_tiny_gradients_do_not_vanish_in_their_norm(book):
    o = next(o for o in book if o.name == "add gradients of h")
    object.__setattr__(o := type(o)(**vars(o)), "stored", np.full((1, 4), 1e-200))
    assert parse("norm(dh) > 1e-200 and norm(dh) < 1e-199").test(o).hit


def test_what_exists_in_a_trace_is_known(book):
    known = known_in(book)
    assert {"h", "dh", "dz", "W_hh", "dW_hh", "loss", "x", "target", "f"} <= set(known.arrays)
    assert "h_t" not in known.arrays
    assert "hand to the past" in known.kinds


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        *[("h_t", "h"), ("f_{t-1}", "f"), ("target_{t+1}", "target"), ("h_T", "h"), ("η", "η")],
        *[("dW_hh^t", "dW_hh"), ("h_t^(0)", "h"), ("dW_hy^17", "dW_hy"), ("loss_12", "loss")],
    ],
)
def test_a_name_is_the_symbol_without_its_time(symbol, name):
    assert timeless(symbol) == name


def test_values_that_are_not_asked_about_are_never_computed(book):
    class Untouched:
        def __init__(self, operation):
            self.symbol, self.t, self.operands = operation.symbol, operation.t, {}

    dW = next(o for o in book if o.symbol == "dW_hh^t")
    assert parse("norm(dh) < 1").test(Untouched(dW)) is None
    assert not parse("norm(value) < 1 and t = 99").test(Untouched(dW)).hit


def test_a_whole_pass_is_searched_in_a_moment():
    book = make(T=64, H=64, L=1)
    condition = parse("norm(dh) < 1e-12")
    start = time.perf_counter()
    assert not any(reading.hit for o in book if (reading := condition.test(o)))
    assert time.perf_counter() - start < 0.2


def test_what_is_one_number_is_compared_as_it_is():
    book = make(update=Update("sgd", 0.5), clip=0.1)
    known = known_in(book)
    asks = [o for o in book if parse("η > 0.25", known).test(o) is not None]
    assert asks == [o for o in book if "η" in o.operands]
    assert asks
    assert parse("limit == 0.1", known).test(next(o for o in book if o.name == "scale")).hit
    states = [o for o in book if parse("norm(h) > η", known).test(o) is not None]
    assert states == []  # where h is made η is not read
    with pytest.raises(ConditionError, match="is an array"):
        parse("h > 0", known)


def test_only_names_that_can_be_typed_are_offered(book):
    known = known_in(book)
    assert "T·B" not in known.arrays
    with pytest.raises(ConditionError) as caught:
        parse("norm(q) > 0", known)
    offered = caught.value.message.partition("there are ")[2].split(", ")
    assert "dh" in offered
    for name in set(offered) - {"phase", "kind"}:
        parse(f"size({name}) > 0", known)
