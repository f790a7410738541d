"""Arrays that are shown: of any library, copied, the latest of each name."""

from __future__ import annotations

import array
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from rnn_tui.monitoring.monitor import Monitor
from rnn_tui.monitoring.values import MAX_ARRAY
from rnn_tui.runs.metrics import MetricsReader

Written = Callable[[Monitor], MetricsReader]


def kept(reader: MetricsReader, name: str) -> np.ndarray[Any, Any]:
    found = reader.array(name)
    assert found is not None
    return np.frombuffer(found.data, found.dtype).reshape(found.shape)


def test_the_latest_of_a_name_is_kept_with_its_step_and_axes(
    monitor: Monitor, written: Written
) -> None:
    monitor.show("h", np.zeros(3))
    monitor.log(7, loss=1.0)
    monitor.show("h", np.arange(6.0).reshape(2, 3), axes=("time", "unit"))
    found = (reader := written(monitor)).array("h")
    assert found is not None
    assert (found.step, found.dtype, found.axes) == (7, "float64", ("time", "unit"))
    assert kept(reader, "h").tolist() == [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]


def test_what_is_done_to_an_array_later_changes_nothing(monitor: Monitor, written: Written) -> None:
    weights = np.ones((4, 4))
    monitor.show("W", weights)
    weights[:] = 9
    assert kept(written(monitor), "W").tolist() == np.ones((4, 4)).tolist()


class Tensor:
    """A tensor that hangs on a graph and lies on a device, as PyTorch's do."""

    def __init__(self, dtype: str = "torch.float32", steps: tuple[str, ...] = ()) -> None:
        self.dtype, self.steps = dtype, steps

    def detach(self) -> Tensor:
        return Tensor(self.dtype, (*self.steps, "detach"))

    def cpu(self) -> Tensor:
        return Tensor(self.dtype, (*self.steps, "cpu"))

    def float(self) -> Tensor:
        return Tensor("torch.float32", self.steps)

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray[Any, Any]:
        if self.steps != ("detach", "cpu") or self.dtype != "torch.float32":
            raise RuntimeError("Can't call numpy() on Tensor that requires grad.")
        return np.full((2, 2), 0.5, np.float32)


class Exchanged:
    """Something that knows the exchange protocol of arrays and nothing else."""

    def __dlpack__(self, **_: Any) -> Any:
        return np.array([1.0, 2.0]).__dlpack__()

    def __dlpack_device__(self) -> tuple[int, int]:
        return 1, 0


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Tensor(), [[0.5, 0.5], [0.5, 0.5]]),
        (Tensor("torch.bfloat16"), [[0.5, 0.5], [0.5, 0.5]]),
        (Exchanged(), [1.0, 2.0]),
        (array.array("f", [1, 2]), [1.0, 2.0]),
        ([[1, 2], [3, 4]], [[1, 2], [3, 4]]),
        (np.array([1, 2], ">i4"), [1, 2]),
        (np.arange(6).reshape(2, 3).T, [[0, 3], [1, 4], [2, 5]]),
        (np.array([True, False]), [True, False]),
        (np.longdouble([0.5]), [0.5]),
        (np.zeros((0, 3)), []),
        (2.5, 2.5),
    ],
)
def test_arrays_of_any_library_are_arrays(
    monitor: Monitor, written: Written, value: Any, expected: Any
) -> None:
    monitor.show("x", value)
    assert kept(written(monitor), "x").tolist() == expected


@pytest.mark.parametrize(
    "value", ["text", ["a"], [[1], [1, 2]], np.ones(2, complex), object(), np.ones((1,) * 5), None]
)
def test_what_is_no_array_is_told_at_the_call(monitor: Monitor, value: Any) -> None:
    if value is None:
        value = SimpleNamespace(__array__=None)
    with pytest.raises(TypeError, match=r"'W' (is not an array|cannot be shown)") as caught:
        monitor.show("W", value)
    assert "\n" not in str(caught.value)


def test_one_word_is_the_name_of_one_axis(monitor: Monitor, written: Written) -> None:
    monitor.show("h", np.zeros(4), axes="time")
    with pytest.raises(ValueError, match="h has 4 axes and 1 names of them"):
        monitor.show("h", np.zeros((1, 1, 1, 1)), axes="time")
    found = written(monitor).array("h")
    assert found is not None
    assert found.axes == ("time",)


def test_axes_must_fit(monitor: Monitor) -> None:
    with pytest.raises(ValueError, match="W has 2 axes and 1 names of them"):
        monitor.show("W", np.eye(2), axes=("unit",))


def test_a_large_array_is_thinned_evenly_and_that_is_said_once(
    monitor: Monitor, written: Written
) -> None:
    large = np.arange(2000 * 1000, dtype=np.float64).reshape(2000, 1000)
    for step in range(3):
        monitor.log(step, loss=1.0)
        monitor.show("W", large)
    reader = written(monitor)
    found = kept(reader, "W")
    assert found.nbytes <= MAX_ARRAY
    assert np.array_equal(found, large[::4, :: 1000 // found.shape[1]])
    (event,) = reader.events_after(0)
    assert (event.kind, event.name) == ("note", "W")
    assert event.detail == "2,000 × 1,000 numbers are many: evenly chosen 500 × 1,000 are kept"


def test_an_array_that_is_not_finite_is_kept_and_marked(monitor: Monitor, written: Written) -> None:
    monitor.show("W", np.array([1.0, np.inf, np.nan]))
    monitor.show("ok", np.array([1, 2]))
    reader = written(monitor)
    assert np.isnan(kept(reader, "W")[2])
    assert [event[2:4] for event in reader.events_after(0)] == [("not finite", "W is inf")]
