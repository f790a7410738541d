"""The made-up text and the networks that learn it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rnn_tui.bench.grid import GRID, Shape, geometric_mean
from rnn_tui.runs.errors import ConfigError


def test_the_grid_reaches_from_a_single_stream_to_products_of_large_matrices() -> None:
    assert [shape.batch for shape in GRID].count(1) == 1
    assert {shape.hidden for shape in GRID} == {64, 100, 128, 256, 512, 1024}
    assert {shape.vocabulary for shape in GRID} == {65}


def test_a_shape_knows_its_weights_and_its_characters() -> None:
    shape = Shape(6, 2, 5, 9)
    assert shape.weights == shape.trainer().flat.size
    assert shape.characters == shape.trainer().step().characters == 10


def test_the_text_is_the_same_each_time_and_uneven_as_a_language_is() -> None:
    shape = Shape(4, 4, 32, 9)
    text = shape.text()
    np.testing.assert_array_equal(text, shape.text())
    counts = np.bincount(text, minlength=9)
    assert len(counts) == 9
    assert counts.argmax() == 0
    assert counts.min() > 0


def test_what_no_memory_could_hold_is_refused_before_anything_is_made() -> None:
    with pytest.raises(ConfigError, match="this network needs about"):
        Shape(8192, 4096, 4096).trainer()


def test_the_text_has_two_windows_at_least_and_is_not_long_for_large_ones() -> None:
    assert len(Shape(4, 1024, 1024, 5).text()) == 2 * 1024 * 1024 + 1
    assert len(Shape(4, 64, 64, 5).text()) == 64 * 64 * 64 + 1


def test_a_large_vocabulary_fits_the_symbols() -> None:
    assert Shape(4, 1, 4000, 5000).text().max() > 255


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_training_is_whole_steps_of_adam_with_clipping(dtype: str) -> None:
    trainer = Shape(4, 2, 3, 5).trainer(dtype)
    assert trainer.flat.dtype == dtype
    assert trainer.optimizer.name == "adam"
    assert trainer.knobs.clip > 0
    losses = [trainer.step().loss for _ in range(200)]
    assert losses[-1] < losses[0]


def test_ratios_are_averaged_as_ratios() -> None:
    assert geometric_mean(iter([0.5, 2.0])) == pytest.approx(1.0)
    assert geometric_mean(iter([3.0])) == pytest.approx(3.0)
    assert math.isnan(geometric_mean(iter([])))
