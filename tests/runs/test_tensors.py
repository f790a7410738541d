from __future__ import annotations

import json
import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.runs.errors import CheckpointError
from rnn_tui.runs.tensor_header import MAX_TENSORS
from rnn_tui.runs.tensors import Checkpoint, from_bytes, to_bytes


def small(**changes: Any) -> Checkpoint:
    parts: dict[str, Any] = {
        "step": 7,
        "params": {"W_hy": np.arange(6.0, dtype=np.float32).reshape(2, 3), "b_y": np.ones(3)},
        "moments": {"v": np.zeros(0), "m": np.full(9, -0.5)},
        "state": (np.ones((2, 3), np.float32), np.zeros((2, 3), np.float32)),
        "scalars": {"position": 3, "text": "ä"},
    }
    return Checkpoint(**(parts | changes))


def assert_equal(a: Checkpoint, b: Checkpoint) -> None:
    """Equal to the last bit, in the same order."""
    assert to_bytes(a) == to_bytes(b)
    assert list(a.params) == list(b.params)
    assert [x.dtype for x in a.state] == [x.dtype for x in b.state]
    assert a.scalars == b.scalars


def test_a_checkpoint_comes_back_as_it_was() -> None:
    assert_equal(from_bytes(to_bytes(small()), "x"), small())


def test_arrays_that_are_not_contiguous_are_saved_right() -> None:
    W = np.arange(12.0).reshape(3, 4)
    params = {"turned": W.T, "strided": W[:, ::2], "scalar": np.array(2.0)}
    loaded = from_bytes(to_bytes(small(params=params)), "x")
    for name, array in params.items():
        np.testing.assert_array_equal(loaded.params[name], array)


@given(
    st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.floats() | st.integers())
)
def test_scalars_survive_to_the_last_bit(scalars: dict[str, float | int]) -> None:
    loaded = from_bytes(to_bytes(small(scalars=scalars)), "x").scalars
    assert loaded.keys() == scalars.keys()
    for name, value in scalars.items():
        assert type(loaded[name]) is type(value)
        assert repr(loaded[name]) == repr(value)


def test_a_random_generator_goes_on_where_it_was() -> None:
    rng = np.random.default_rng(5)
    rng.random(3)
    state = json.dumps(rng.bit_generator.state)
    loaded = from_bytes(to_bytes(small(scalars={"random": state})), "x")
    other = np.random.default_rng()
    other.bit_generator.state = json.loads(str(loaded.scalars["random"]))
    assert other.random() == rng.random()


def test_equal_checkpoints_are_equal_bytes_in_another_process() -> None:
    code = (
        "import numpy as np, hashlib; from rnn_tui.runs.tensors import *;"
        "c = Checkpoint(1, {k: np.ones(3) for k in 'abcdef'}, {}, (), {k: 1 for k in 'xyzuvw'});"
        "print(hashlib.sha256(to_bytes(c)).hexdigest())"
    )
    run = [sys.executable, "-c", code]
    digests = {subprocess.run(run, capture_output=True, check=True).stdout for _ in range(3)}
    assert len(digests) == 1


def test_arrays_that_are_not_finite_are_named() -> None:
    params = {"a": np.array([math.nan]), "b": np.array([1.0]), "c": np.array([math.inf])}
    loaded = from_bytes(to_bytes(small(params=params)), "x")
    assert loaded.not_finite() == ("params/a", "params/c")


@pytest.mark.parametrize("array", [np.zeros(2, np.int64), np.zeros(2, np.float16), np.array(["x"])])
def test_other_types_of_numbers_are_not_saved(array: Any) -> None:
    with pytest.raises(CheckpointError, match="is not float32 or float64"):
        to_bytes(small(params={"W": array}))


def test_what_could_not_be_loaded_is_not_saved() -> None:
    many = {str(i): np.zeros(1) for i in range(MAX_TENSORS + 1)}
    with pytest.raises(CheckpointError, match="more than 1000"):
        to_bytes(small(params=many))
    with pytest.raises(CheckpointError, match="too long"):
        to_bytes(small(scalars={"x": "y" * (1 << 20)}))
    with pytest.raises(CheckpointError, match="cannot save"):
        to_bytes(small(scalars={"x": "\udcff"}, params={"\udcff": np.zeros(1)}))
