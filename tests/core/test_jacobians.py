from __future__ import annotations

import numpy as np
import pytest

from rnn_tui.core.jacobians import product_norms, spectral_radius, spread_starts
from rnn_tui.core.work import finished


def test_the_radius_of_a_rotation_is_its_factor():
    turn = np.array([[0.0, -1.0], [1.0, 0.0]])
    assert np.isclose(spectral_radius(0.7 * turn), 0.7)


@pytest.mark.parametrize("size", [1e300, 1e-300, 1.0])
def test_the_radius_neither_overflows_nor_vanishes(size):
    assert np.isclose(spectral_radius(size * np.diag([0.5, -0.9])) / size, 0.9)


def test_the_radius_of_nothing_is_nothing():
    assert spectral_radius(np.zeros((3, 3))) == 0
    assert np.isnan(spectral_radius(np.array([[np.inf]])))


def test_starts_are_spread_and_become_fewer_for_large_windows():
    assert spread_starts(5, 4) == (1, 2, 3, 4, 5)
    assert len(spread_starts(64, 128)) == 16
    assert 1 < len(spread_starts(256, 512)) < 16
    assert spread_starts(512, 1024) == (1,)
    assert spread_starts(1, 4) == (1,)


def exact(W, slope, starts):
    logs = np.full((len(starts), len(slope)), np.nan)
    for i, s in enumerate(starts):
        J = np.eye(len(W))
        for k in range(len(slope) - s + 1):
            J = J if k == 0 else J @ W * slope[s + k - 1]
            logs[i, k] = np.log(np.linalg.norm(J, 2))
    return np.exp(np.nanmean(logs, axis=0))


@pytest.mark.parametrize("gain", [0.3, 1.0, 3.0])
def test_the_norms_of_a_random_network_are_right_within_a_hundredth(gain):
    rng = np.random.default_rng(1)
    W = gain * rng.standard_normal((60, 60)) / np.sqrt(60)
    slope = rng.uniform(0.3, 1, (40, 60))
    found = finished(product_norms(W, slope))
    assert np.allclose(found.mean, exact(W, slope, found.starts), rtol=0.01)


def test_an_orthogonal_network_keeps_every_change():
    Q, _ = np.linalg.qr(np.random.default_rng(2).standard_normal((30, 30)))
    assert np.allclose(finished(product_norms(Q, np.ones((50, 30)))).mean, 1, rtol=1e-4)


def test_growth_beyond_the_range_of_a_number_is_kept_in_logarithms():
    found = finished(product_norms(np.diag([1e-30, 1e-31]), np.ones((9, 2))))
    assert np.allclose(np.log10(found.mean), -30 * np.arange(9))
    assert finished(product_norms(np.eye(2) * 1e200, np.ones((4, 2)))).mean[-1] == np.inf


def test_a_chain_that_ends_has_norm_zero_from_then_on():
    delay = np.eye(4, k=1)
    found = finished(product_norms(delay, np.ones((7, 4))))
    assert np.allclose(found.mean, [1, 1, 1, 1, 0, 0, 0])


def test_what_is_not_a_number_stays_so():
    found = finished(product_norms(np.full((3, 3), np.nan), np.ones((4, 3))))
    assert found.mean[0] == 1
    assert np.isnan(found.mean[1:]).all()
