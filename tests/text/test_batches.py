"""Streams are the text in order, and a place in them can be found again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.text.batches import Batches
from rnn_tui.text.errors import CorpusError


def numbered(n: int) -> np.ndarray:
    """A text whose symbols say where they stand."""
    return np.arange(n, dtype=np.uint16)


shapes = st.tuples(st.integers(1, 7), st.integers(1, 9), st.integers(0, 150)).map(
    lambda shape: (shape[0], shape[1], shape[0] * shape[1] + 1 + shape[2])
)


@given(shapes)
def test_the_rows_of_an_epoch_are_contiguous_pieces_of_the_text(
    shape: tuple[int, int, int],
) -> None:
    batch, window, n = shape
    batches = Batches(numbered(n), batch, window)
    rows = np.concatenate([batches.next().inputs.copy() for _ in range(batches.windows)])  # (., B)
    starts = batches.stride * np.arange(batch)
    assert np.array_equal(rows, starts + np.arange(batches.length)[:, None])


@given(shapes)
def test_targets_are_the_inputs_one_symbol_later(shape: tuple[int, int, int]) -> None:
    batch, window, n = shape
    batches = Batches(numbered(n), batch, window)
    for _ in range(2 * batches.windows):
        inputs, targets, *_ = batches.next()
        assert inputs.shape == targets.shape == (window, batch)
        assert inputs.dtype == np.intp
        assert np.array_equal(targets, inputs + 1)


@given(shapes)
def test_hardly_a_symbol_is_left_unread(shape: tuple[int, int, int]) -> None:
    batch, window, n = shape
    batches = Batches(numbered(n), batch, window)
    read = {int(s) for _ in range(batches.windows) for s in batches.next().inputs.ravel()}
    left = set(range(n - 1)) - read
    assert len(left) <= (max(batch - 2, 0) if batch > 1 else window - 1)
    assert all(symbol > max(read) for symbol in left)


@given(shapes)
def test_the_state_is_reset_where_the_text_begins_again_and_only_there(
    shape: tuple[int, int, int],
) -> None:
    batch, window, n = shape
    batches = Batches(numbered(n), batch, window)
    for step in range(3 * batches.windows):
        epoch, place = divmod(step, batches.windows)
        assert (batches.epoch, batches.position) == (epoch, place * window)
        row = batches.next()
        assert row.reset == (place == 0)
        assert (row.epoch, row.position) == (epoch, place * window)
        assert row.inputs[0, 0] == place * window


@given(shapes, st.integers(0, 60))
def test_a_saved_place_gives_the_same_windows_again(shape: tuple[int, int, int], n: int) -> None:
    batch, window, length = shape
    first, second = (Batches(numbered(length), batch, window) for _ in range(2))
    for _ in range(n):
        first.next()
    second.seek(first.epoch, first.position)
    for _ in range(5):
        one, other = first.next(), second.next()
        assert np.array_equal(one.inputs, other.inputs)
        assert one[2:] == other[2:]


def test_a_place_outside_the_streams_is_refused() -> None:
    batches = Batches(numbered(101), 5, 10)
    for epoch, position in [(-1, 0), (0, -1), (0, 11)]:
        with pytest.raises(ValueError, match="is not in streams"):
            batches.seek(epoch, position)


def test_the_arrays_are_reused_and_cannot_be_written() -> None:
    batches = Batches(numbered(101), 5, 10)
    one, other = batches.next(), batches.next()
    assert one.inputs is other.inputs
    with pytest.raises(ValueError, match="read-only"):
        one.inputs[0, 0] = 1


@pytest.mark.parametrize(("n", "batch", "window"), [(50, 5, 10), (1, 1, 1), (0, 1, 1)])
def test_a_text_that_is_too_short_is_refused(n: int, batch: int, window: int) -> None:
    with pytest.raises(CorpusError, match=f"needs {batch * window + 1}"):
        Batches(numbered(n), batch, window)


def test_no_streams_and_no_window_are_refused() -> None:
    for batch, window in [(0, 1), (1, 0), (-1, -1)]:
        with pytest.raises(CorpusError, match="at least 1"):
            Batches(numbered(10), batch, window)


def test_what_comes_next_can_be_seen_without_taking_it() -> None:
    batches = Batches(np.arange(23, dtype=np.uint8), batch=2, window=4)
    for _ in range(3 * batches.windows):
        seen, before = batches.peek(), (batches.epoch, batches.position)
        assert (batches.epoch, batches.position) == before
        inputs, targets = seen.inputs.tolist(), seen.targets.tolist()
        taken = batches.next()
        assert (taken.inputs.tolist(), taken.targets.tolist()) == (inputs, targets)
        assert (taken.reset, taken.epoch, taken.position) == seen[2:]
