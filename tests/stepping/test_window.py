from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnn_tui.core import Architecture, initialize, loss_and_gradients, zero_state
from rnn_tui.stepping.window import Window, make_window
from rnn_tui.text.vocabulary import Vocabulary

TEXT = "abcabcba"


def window(batch: int = 3, dtype: Any = np.float32, **settings: Any) -> Window:
    vocabulary = Vocabulary.of(TEXT, "character")
    architecture = Architecture(3, 4, 2, 3)
    rng = np.random.default_rng(1)
    _, params = initialize(architecture, "uniform", rng, dtype)
    symbols = rng.integers(3, size=(6, batch))
    state = tuple(rng.standard_normal(h.shape) for h in zero_state(architecture, batch, dtype))
    return make_window(params, symbols[:-1], symbols[1:], state, vocabulary, "some", **settings)


def test_float32_is_widened_without_rounding_and_remembered() -> None:
    made = window()
    assert made.dtype == np.float64
    assert made.trained_dtype == np.float32
    assert all((w == w.astype(np.float32)).all() for w in made.params.values())
    assert {h.dtype for h in made.state} == {np.dtype(np.float64)}


def test_another_precision_is_kept_where_it_is_asked_for() -> None:
    assert window(dtype=np.float32).trained_dtype == np.float32
    narrow = window(dtype=np.float64)
    assert narrow.trained_dtype is None
    vocabulary = Vocabulary.of(TEXT, "character")
    arguments = (narrow.params, narrow.inputs, narrow.targets, narrow.state, vocabulary, "")
    assert make_window(*arguments, dtype=np.float32).dtype == np.float32


def test_its_arrays_are_copies_that_nobody_can_write_to() -> None:
    made = window()
    for array in (*made.params.values(), made.inputs, made.targets, *made.state):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_its_trace_is_that_of_the_training_path() -> None:
    made = window()
    trained = loss_and_gradients(made.params, made.inputs, made.targets, made.state)
    traced = made.trace()
    assert traced.loss == pytest.approx(trained.loss, rel=1e-12)
    for name, gradient in trained.gradients.items():
        np.testing.assert_allclose(traced.gradients[name], gradient, rtol=1e-10, atol=1e-14)


def test_tracing_says_how_far_it_is_and_returns_the_trace() -> None:
    made, progress = window(), []
    work = made.tracing()
    while True:
        try:
            progress.append(next(work))
        except StopIteration as end:
            traced = end.value
            break
    assert progress == sorted(progress)
    assert all(0 <= part <= 1 for part in progress)
    assert traced.loss == made.trace().loss


def test_one_row_is_a_batch_of_one_that_knows_where_it_was() -> None:
    made = window(rows=3)
    only = made.one_row(2)
    assert (only.batch, only.row, only.rows) == (1, 2, 3)
    assert (only.inputs[:, 0] == made.inputs[:, 2]).all()
    assert (only.state[1] == made.state[1][2:]).all()
    assert only.params is made.params


def test_the_losses_of_the_rows_make_that_of_the_batch() -> None:
    made = window()
    rows = [made.one_row(row).trace().loss for row in range(3)]
    assert made.trace().loss == pytest.approx(np.mean(rows), rel=1e-12)


def test_a_row_that_there_is_not_is_refused() -> None:
    made = window()
    for row in (-1, 3):
        with pytest.raises(IndexError, match="among the 3"):
            made.one_row(row)
    with pytest.raises(IndexError):
        made.one_row(0).one_row(0)


def test_it_knows_its_symbols_by_time_step_and_row() -> None:
    made = window()
    assert made.input_symbol(1, 2) == "abc"[made.inputs[0, 2]]
    assert (made.steps, made.batch) == (5, 3)


def test_clipping_and_update_are_part_of_the_walk() -> None:
    from rnn_tui.core.trace import Update

    plain = window()
    assert {operation.phase for operation in plain.trace()} == {
        *("forward", "loss", "backward", "sum"),
    }
    whole = window(clip=0.1, clip_value=0.05, update=Update("sgd", 0.1, {}, {}, 0))
    assert {"clip", "update"} <= {operation.phase for operation in whole.trace()}
