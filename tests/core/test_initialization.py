from __future__ import annotations

import numpy as np
import pytest

from rnn_tui.core.initialization import INITIALIZATIONS, initialize
from rnn_tui.core.parameters import Architecture

ARCHITECTURE = Architecture(inputs=40, hidden=100, layers=2, outputs=60)


def weights(scheme, seed=0, dtype=np.float64):
    return initialize(ARCHITECTURE, scheme, np.random.default_rng(seed), dtype)[1]


def test_uniform_stays_within_one_over_the_root_of_the_hidden_size_and_fills_it():
    params = weights("uniform")
    for name in ("layer0.W_xh", "layer0.W_hh", "layer1.W_xh", "W_hy"):
        assert 0.099 < np.abs(params[name]).max() <= 0.1
        assert np.isclose(params[name].std(), 0.1 / np.sqrt(3), rtol=0.03)
        assert abs(params[name].mean()) < 0.004


def test_xavier_has_the_variance_two_over_fan_in_plus_fan_out():
    params = weights("xavier")
    for name in ("layer0.W_xh", "layer0.W_hh", "W_hy"):
        rows, columns = params[name].shape
        assert np.isclose(params[name].var(), 2 / (rows + columns), rtol=0.05)
        assert np.abs(params[name]).max() <= np.sqrt(6 / (rows + columns))


def test_orthogonal_matrices_are_orthogonal_and_others_have_orthonormal_rows_or_columns():
    params = weights("orthogonal")
    W_hh, W_xh, W_hy = params["layer1.W_hh"], params["layer0.W_xh"], params["W_hy"]
    assert np.allclose(W_hh @ W_hh.T, np.eye(100), atol=1e-13)
    assert np.allclose(W_xh @ W_xh.T, np.eye(40), atol=1e-13)
    assert np.allclose(W_hy.T @ W_hy, np.eye(60), atol=1e-13)


def test_orthogonal_matrices_are_spread_evenly_over_signs():
    first = [weights("orthogonal", seed)["layer0.W_hh"][0, 0] for seed in range(40)]
    assert 8 < sum(value > 0 for value in first) < 32


def test_identity_keeps_the_state_exactly_and_the_rest_is_small():
    params = weights("identity")
    assert np.array_equal(params["layer0.W_hh"], np.eye(100))
    assert np.array_equal(params["layer1.W_hh"], np.eye(100))
    assert np.isclose(params["layer0.W_xh"].std(), 0.001, rtol=0.05)
    assert np.isclose(params["W_hy"].std(), 0.001, rtol=0.05)


def test_normal_is_standard_normal():
    W_hh = weights("normal")["layer0.W_hh"]
    assert abs(W_hh.mean()) < 0.04
    assert np.isclose(W_hh.std(), 1, rtol=0.03)


@pytest.mark.parametrize("scheme", INITIALIZATIONS)
def test_biases_start_at_zero_and_weights_do_not(scheme):
    params = weights(scheme)
    assert all(value.any() == (value.ndim == 2) for value in params.values())


@pytest.mark.parametrize("scheme", INITIALIZATIONS)
def test_the_same_seed_gives_the_same_bits_and_another_seed_others(scheme):
    first, again, other = (weights(scheme, seed)["W_hy"] for seed in (1, 1, 2))
    assert first.tobytes() == again.tobytes()
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("scheme", INITIALIZATIONS)
def test_a_seed_means_the_same_network_in_float32(scheme):
    double, single = weights(scheme, 3), weights(scheme, 3, np.float32)
    for name, value in double.items():
        assert np.array_equal(value.astype(np.float32), single[name])


def test_the_named_arrays_are_views_of_the_flat_buffer():
    flat, params = initialize(ARCHITECTURE, "uniform", np.random.default_rng(0))
    flat[:] = 7
    assert (params["W_hy"] == 7).all()


def test_an_unknown_scheme_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match="unknown initialization 'zeros': choose one of uniform"):
        weights("zeros")
