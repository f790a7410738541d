"""What a training step takes, counted: calls for each time step, and memory."""

from __future__ import annotations

import sys
import tracemalloc
from collections import Counter
from typing import Any

import numpy as np
import pytest

from rnn_tui.core.cells import products, rnn
from rnn_tui.core.cells.products import AS_IT_LIES, Widths
from rnn_tui.runs.configuration import merge, training_bytes
from rnn_tui.training.trainer import Trainer

TEXT = np.random.default_rng(0).integers(0, 65, 50_000).astype(np.uint16)


def trainer(V: int = 65, widths: Widths = AS_IT_LIES, **settings: Any) -> Trainer:
    config, text = merge({"optimizer": "adam", **settings}), TEXT
    return Trainer(config, V, text, text[:25_000], widths)


class Counted:
    """NumPy, but for what is called of it being counted."""

    def __init__(self, calls: Counter[str]) -> None:
        self._calls = calls

    def __getattr__(self, name: str) -> Any:
        found = getattr(np, name)
        if not isinstance(found, np.ufunc):
            return found

        def called(*arguments: Any) -> Any:
            self._calls[name] += 1
            return found(*arguments)

        return called


def calls_of_a_step(monkeypatch: pytest.MonkeyPatch, window: int) -> Counter[str]:
    """How often a step multiplies matrices anywhere, and what else it calls in the time loops."""
    trained, calls = trainer(hidden=16, batch=2, window=window), Counter[str]()
    trained.step()
    with monkeypatch.context() as patched:
        for module in (products, rnn):
            patched.setattr(module, "np", Counted(calls))

        def count(_: Any, event: str, function: Any) -> None:
            if event == "c_call" and function.__name__ == "dot":
                calls["dot"] += 1

        sys.setprofile(count)
        try:
            trained.step()
        finally:
            sys.setprofile(None)
    return calls


def test_a_time_step_is_one_product_each_way_and_what_stands_between(monkeypatch) -> None:
    short, long = (calls_of_a_step(monkeypatch, window) for window in (20, 30))
    # The slopes of a whole window of this size are made at once.
    assert long - short == Counter({"dot": 20, "add": 20, "multiply": 10})


def test_all_that_need_not_wait_for_the_step_before_is_a_handful_of_products(monkeypatch) -> None:
    calls = calls_of_a_step(monkeypatch, 20)
    others = calls["dot"] - 2 * 20
    # y, dW_hy, db_y, dh, dW_hh, db_h, dW_xh, the sums of the softmax, the norm of the gradient
    assert others == 9


def peak_of_a_step(window: int) -> int:
    trained = trainer(hidden=32, batch=4, window=window)
    for _ in range(3):
        trained.step()
    tracemalloc.start()
    try:
        trained.step()
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        trained.step()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


def test_a_step_allocates_nothing_that_grows_with_the_window() -> None:
    assert abs(peak_of_a_step(1024) - peak_of_a_step(64)) < 1024


@pytest.mark.parametrize("width", [0, 32])
@pytest.mark.parametrize(
    ("V", "settings"),
    [
        (65, {"hidden": 128, "batch": 32, "window": 64}),
        (65, {"hidden": 256, "batch": 32, "window": 64, "layers": 2, "optimizer": "sgd"}),
        (65, {"hidden": 512, "batch": 8, "window": 64}),
        (65, {"hidden": 100, "batch": 1, "window": 25}),
        (200, {"hidden": 64, "batch": 8, "window": 512, "layers": 3}),
        (500, {"hidden": 96, "batch": 16, "window": 32, "dtype": "float64"}),
    ],
)
def test_training_takes_the_memory_that_the_formula_says(
    V: int, settings: dict[str, Any], width: int
) -> None:
    width = width if settings["batch"] > 1 else 0
    tracemalloc.start()
    try:
        trained = trainer(V, Widths(width, width), **settings)
        trained.step()
        for _ in trained.evaluate():
            pass
        trained.step()
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert taken == pytest.approx(training_bytes(trained.config, V, width > 0), rel=0.1)
