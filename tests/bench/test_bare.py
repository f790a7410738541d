"""The bare loop computes what it is compared with."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from rnn_tui.bench.bare import bare_loop
from rnn_tui.core.initialization import initialize
from rnn_tui.core.model import step
from rnn_tui.core.parameters import Architecture, zero_state
from rnn_tui.core.sampling import distribution, draw


@pytest.mark.parametrize("layers", [1, 3])
def test_each_character_has_the_distribution_of_the_network(layers: int) -> None:
    architecture = Architecture(9, 6, layers, 9)
    flat, params = initialize(architecture, "normal", np.random.default_rng(2), np.float64)
    flat += np.random.default_rng(3).normal(0, 0.4, flat.shape)  # biases, too
    state, symbol = zero_state(architecture, 1, np.float64), 4
    uniforms = np.random.default_rng(1)
    for found in islice(bare_loop(params, np.random.default_rng(1), symbol), 50):
        logits, state = step(params, np.array([symbol]), state)
        expected = distribution(logits[0])
        np.testing.assert_allclose(found.probabilities, expected, rtol=1e-12, atol=1e-12)
        symbol = draw(expected, uniforms.random())
        assert found.symbol == symbol


def test_it_stays_in_the_dtype_of_the_weights() -> None:
    architecture = Architecture(9, 6, 2, 9)
    _, params = initialize(architecture, "uniform", np.random.default_rng(2), np.float32)
    found = next(bare_loop(params, np.random.default_rng(1)))
    assert found.probabilities.dtype == np.float32
    assert 0 <= found.symbol < 9
