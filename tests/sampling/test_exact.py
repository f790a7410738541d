"""Distributions are the textbook's at every character, and draws follow them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_tui.core.parameters import zero_state
from rnn_tui.core.sampling import distribution
from rnn_tui.core.trace import trace
from rnn_tui.sampling.engine import Engine
from rnn_tui.sampling.settings import Settings
from rnn_tui.sampling.stream import stream
from rnn_tui.sampling.weights import Weights
from tests.core.test_sampling import chi_square, chi_square_limit, reference
from tests.sampling.networks import make_weights, symbols_of


def textbook(weights: Weights, symbols: list[int]) -> list[np.ndarray]:
    """The textbook's p_t (V,) behind each symbol, from a state of zeros."""
    inputs = np.array(symbols)[:, None]
    state = zero_state(weights.architecture, 1, np.float64)
    book = trace(weights.params, inputs, inputs, state, weights.cell)
    return [o.value[0] for o in book if o.phase == "forward" and o.symbol == "p_t"]


@st.composite
def networks(draw) -> Weights:
    symbols = "".join(map(chr, range(0x3B1, 0x3B1 + draw(st.integers(2, 9)))))
    layers, cell = draw(st.integers(1, 3)), draw(st.sampled_from(["tanh", "relu"]))
    return make_weights(symbols, layers, cell, seed=draw(st.integers(0, 99)))


TEMPERATURES = [0.0, 1e-300, 0.3, 1.0, 4.0, 1e300, math.inf]


@settings(max_examples=60)
@given(networks(), st.sampled_from(TEMPERATURES), st.sampled_from([0, 2]), st.data())
def test_every_distribution_is_the_textbooks_also_behind_a_branch(
    weights, temperature, top_k, data
) -> None:
    engine = Engine(weights, Settings(temperature, top_k, seed=1, length=8))
    prompt = data.draw(st.text(weights.vocabulary.symbols, min_size=1, max_size=4))
    marks = [*engine.prompt(prompt), *engine]
    place = data.draw(st.integers(0, len(marks) - 1))
    engine.branch(marks[place], data.draw(st.integers(0, len(weights.vocabulary) - 1)))
    list(engine)
    for path in (marks, engine.mark.path()):
        expected = textbook(weights, symbols_of(path))
        for mark, p in zip(path[1:], expected, strict=False):
            np.testing.assert_allclose(mark.model_distribution, p, rtol=1e-12, atol=1e-12)
            assert 2.0**-mark.surprise == pytest.approx(p[mark.symbol], rel=1e-11)


@pytest.mark.parametrize("temperature", TEMPERATURES)
@pytest.mark.parametrize("cut", [{}, {"top_k": 3}, {"top_p": 0.7}, {"top_k": 5, "top_p": 0.9}])
def test_probability_and_entropy_are_those_of_the_kept_logits(temperature, cut) -> None:
    for mark in Engine(make_weights(), Settings(temperature, length=30, **cut)):
        p = distribution(mark.logits, temperature, **cut)
        assert mark.probability == pytest.approx(p[mark.symbol], rel=1e-12)
        assert mark.probability > 0.0
        expected = -math.fsum(q * math.log2(q) for q in p if q > 0)
        assert mark.entropy == pytest.approx(expected, rel=1e-9, abs=1e-12)


def forgetful(V: int, dtype: type = np.float32) -> Weights:
    """A network whose logits are the same whatever it read, so that its draws are independent."""
    weights = make_weights("".join(map(chr, range(0x100, 0x100 + V))), 1, hidden=1, dtype=dtype)
    params = {**weights.params, "W_hy": np.zeros((1, V), dtype)}
    params["b_y"] = np.random.default_rng(V).normal(0, 0.4, V).astype(dtype)
    return Weights(params, "tanh", weights.vocabulary, 0, "owl")


@pytest.mark.parametrize("V", [2, 3, 65, 1000])
@pytest.mark.parametrize("temperature", [0.2, 0.5, 1.0, 3.0, 1e300])
def test_what_is_written_follows_the_distribution(V: int, temperature: float) -> None:
    weights = forgetful(V)
    pieces = stream(weights, Settings(temperature, seed=11, length=2500))
    p = reference(weights.params["b_y"], temperature)
    statistic, degrees = chi_square([piece.drawn.symbol for piece in pieces], p)
    assert degrees >= 1
    assert statistic < chi_square_limit(degrees)


def surrogate_free(V: int) -> str:
    """V characters; none is half of a surrogate pair."""
    codes = (code for code in range(0x100, 0x20000) if not 0xD800 <= code < 0xE000)
    return "".join(chr(code) for code, _ in zip(codes, range(V), strict=False))


def test_what_is_written_in_65536_symbols_follows_the_distribution() -> None:
    weights = make_weights(surrogate_free(65_536), 1, hidden=1, dtype=np.float32)
    for temperature in (0.5, 2.0):
        marks = list(Engine(weights, Settings(temperature, seed=4, length=150)))
        uniform = [float(np.cumsum(mark.distribution)[mark.symbol]) for mark in marks]
        counts = np.histogram(uniform, 10, (0.0, 1.0 + 1e-9))[0]
        assert ((counts - 15.0) ** 2 / 15.0).sum() < chi_square_limit(9)
