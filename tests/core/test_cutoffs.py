"""Top-k and top-p leave, to the bit, what sorting all symbols in a stable order leaves."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_tui.core.arrays import Floats
from rnn_tui.core.reading import LOWEST
from rnn_tui.core.sampling import Drawing, _nucleus, distribution

TEMPERATURES = [0.0, 1e-300, 0.1, 0.8, 1.0, 5.0, 1e300, math.inf]


def plainly(logits: Floats, temperature: float, top_k: int, top_p: float) -> tuple[Floats, Floats]:
    """Shifted and divided logits and their weights, by a stable sort of all: the definition."""
    z = logits - logits.max()
    order = np.argsort(-z, kind="stable")
    if top_k:
        z[order[top_k:]] = -math.inf
    if temperature == 0.0:
        first = z.argmax()
        z[:] = -math.inf
        z[first] = 0.0
    elif temperature == math.inf:
        z[z > -math.inf] = 0.0
    else:
        z /= temperature
    z = np.maximum(z, LOWEST)
    w = np.exp(z)
    if top_p < 1.0:
        cumulative = np.cumsum(w[order])
        enough = int(cumulative.searchsorted(top_p * cumulative[-1], side="left"))
        w[order[enough + 1 :]] = 0.0
    return z, w


def assert_same(logits: Floats, temperature: float, top_k: int, top_p: float) -> None:
    drawing = Drawing(logits.size)
    with np.errstate(over="ignore", under="ignore"):
        drawing.weigh(logits, temperature, top_k, top_p)
        z, w = plainly(logits, temperature, top_k, top_p)
        expected = w / w.sum()
    np.testing.assert_array_equal(drawing._z, z)
    np.testing.assert_array_equal(drawing._w, w)
    np.testing.assert_array_equal(distribution(logits, temperature, top_k, top_p), expected)


FEW = st.sampled_from([0.0, -0.0, 1.0, 1.0 + 2e-16, -3.0, 700.0, -1e308, -math.inf])
LOGITS = st.lists(FEW | st.floats(-20.0, 20.0), min_size=1, max_size=40)
ROUND = st.sampled_from([0.1, 0.25, 0.5, 0.75, 0.9, 1.0 - 2**-53, 5e-324])


@settings(max_examples=400)
@given(
    LOGITS.filter(lambda values: max(values) > -math.inf),
    st.sampled_from(TEMPERATURES),
    st.integers(0, 42),
    ROUND | st.floats(0.0, 1.0, exclude_min=True),
)
def test_what_is_left_is_that_of_the_stable_order(values, temperature, top_k, top_p) -> None:
    assert_same(np.array(values), temperature, top_k, top_p)


@pytest.mark.parametrize("places", [0, 2, 7])
@pytest.mark.parametrize("width", [0.3, 3.0])
def test_also_in_65536_symbols_with_many_equals(places: int, width: float) -> None:
    rng = np.random.default_rng(places)
    logits = np.round(rng.normal(0.0, width, 65_536), places)
    for top_k, top_p in [(40, 1.0), (0, 0.9), (0, 0.5), (1000, 0.95), (65_535, 1.0 - 1e-13)]:
        assert_same(logits, 0.8, top_k, top_p)


def test_a_sum_that_may_round_to_either_side_is_that_of_the_stable_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []
    argsort = np.argsort
    monkeypatch.setattr(np, "argsort", lambda *a, **how: asked.append(how) or argsort(*a, **how))
    w = np.full(10, 0.1)
    assert _nucleus(np.zeros(10), w, 0.45) == 5
    assert asked == []
    exactly = int(np.cumsum(w).searchsorted(0.3 * np.cumsum(w)[-1])) + 1
    assert _nucleus(np.zeros(10), w, 0.3) == exactly
    assert asked == [{"kind": "stable"}]


@pytest.mark.parametrize("temperature", [1e300, math.inf])
def test_what_only_division_made_equal_is_left_in_its_own_order(temperature: float) -> None:
    p = distribution([0.0, 1.0, 2.0, 3.0], temperature, top_p=0.5)
    np.testing.assert_array_equal(p, [0.0, 0.0, 0.5, 0.5])


def test_the_most_that_can_be_kept_is_all() -> None:
    logits = np.array([1.0, 3.0, 2.0])
    for top_k in (3, 4, 10**30):
        np.testing.assert_array_equal(distribution(logits, top_k=top_k), distribution(logits))
