from __future__ import annotations

import numpy as np
import pytest

from rnn_tui.core.parameters import (
    Architecture,
    architecture_of,
    dtype_of,
    flat_parameters,
    parameter_shapes,
    zero_state,
)

ARCHITECTURE = Architecture(inputs=7, hidden=4, layers=2, outputs=6)


def parameters(**changes):
    _, params = flat_parameters(parameter_shapes(ARCHITECTURE), np.float64)
    return params | changes


def test_parameters_come_layer_by_layer_and_the_readout_last():
    assert parameter_shapes(ARCHITECTURE) == {
        "layer0.W_xh": (7, 4),
        "layer0.W_hh": (4, 4),
        "layer0.b_h": (4,),
        "layer1.W_xh": (4, 4),
        "layer1.W_hh": (4, 4),
        "layer1.b_h": (4,),
        "W_hy": (4, 6),
        "b_y": (6,),
    }
    assert list(parameter_shapes(ARCHITECTURE))[-2:] == ["W_hy", "b_y"]


def test_the_views_cover_the_flat_buffer_once_and_in_order():
    flat, params = flat_parameters(parameter_shapes(ARCHITECTURE), np.float32)
    flat[:] = np.arange(len(flat))
    joined = np.concatenate([view.ravel() for view in params.values()])
    assert np.array_equal(joined, flat)
    assert all(np.shares_memory(view, flat) for view in params.values())
    assert all(view.flags.c_contiguous for view in params.values())


def test_the_buffer_starts_at_zero_in_the_dtype_asked_for():
    flat, _ = flat_parameters(parameter_shapes(ARCHITECTURE), np.float32)
    assert flat.dtype == np.float32
    assert not flat.any()


def test_the_architecture_can_be_read_off_the_parameters():
    assert architecture_of(parameters()) == ARCHITECTURE


@pytest.mark.parametrize("name", list(parameter_shapes(ARCHITECTURE)))
def test_a_missing_parameter_is_named(name):
    params = parameters()
    del params[name]
    with pytest.raises(ValueError, match=rf"'{name}' is missing"):
        architecture_of(params)


@pytest.mark.parametrize(
    ("name", "shape"),
    [("layer0.W_hh", (4, 3)), ("layer1.b_h", (4, 1)), ("b_y", (5,)), ("W_hy", (4,))],
)
def test_a_wrong_shape_is_named_with_what_was_expected(name, shape):
    with pytest.raises(ValueError, match=rf"'{name}' has shape .*, expected"):
        architecture_of(parameters(**{name: np.zeros(shape)}))


def test_a_parameter_too_many_is_named():
    with pytest.raises(ValueError, match=r"'layer1\.W_typo' is unknown"):
        architecture_of(parameters(**{"layer1.W_typo": np.zeros(3)}))


def test_an_unknown_cell_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match="unknown cell 'elu': choose one of tanh, relu"):
        architecture_of(parameters(), "elu")


@pytest.mark.parametrize("name", ["inputs", "hidden", "layers", "outputs"])
def test_no_size_may_be_zero(name):
    sizes = {"inputs": 2, "hidden": 2, "layers": 2, "outputs": 2, name: 0}
    with pytest.raises(ValueError, match=f"{name} must be at least 1, got 0"):
        Architecture(**sizes)


def test_the_dtype_is_the_one_that_all_share():
    assert dtype_of(parameters()) == np.float64
    with pytest.raises(ValueError, match="'b_y' is float32, others are float64"):
        dtype_of(parameters(b_y=np.zeros(6, np.float32)))
    with pytest.raises(ValueError, match="'b_y' is int64, expected float32 or float64"):
        dtype_of(parameters(b_y=np.zeros(6, np.int64)))


def test_the_zero_state_has_one_array_a_layer():
    state = zero_state(ARCHITECTURE, 3, np.float32)
    assert [h.shape for h in state] == [(3, 4), (3, 4)]
    assert all(h.dtype == np.float32 and not h.any() for h in state)
