from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from rnn_tui.runs.checkpoint import (
    Checkpoint,
    discard_after,
    list_checkpoints,
    prune,
    save_checkpoint,
)
from rnn_tui.runs.errors import StorageError
from rnn_tui.runs.keeping import (
    Best,
    Kept,
    is_best,
    kept_in,
    note_if_best,
    read_best,
    read_undo,
    write_undo,
)


def save(folder: Path, *steps: int) -> None:
    for step in steps:
        save_checkpoint(folder, Checkpoint(step, {"W": np.zeros(2, np.float32)}, {}, (), {}))


@pytest.mark.parametrize(
    ("kept", "left"),
    [
        (Kept(), {0, 80, 90, 100}),
        (Kept(last=1), {0, 100}),
        (Kept(last=0), {0, 100}),  # the newest stays whatever is asked
        (Kept(every=50), {0, 50, 80, 90, 100}),
        (Kept(every=7), {0, 70, 80, 90, 100}),
        (Kept(named=frozenset({20, 33})), {0, 20, 80, 90, 100}),
    ],
)
def test_the_last_the_named_and_every_so_many_stay(kept: Kept, left: set[int]) -> None:
    assert kept.of(range(0, 101, 10)) == left


def test_tidying_keeps_the_best_and_those_to_go_back_to(tmp_path: Path) -> None:
    save(tmp_path, *range(1, 11))
    note_if_best(tmp_path, 2, 1.5)
    write_undo(tmp_path, (3, 5))
    prune(tmp_path, kept_in(tmp_path, every=4))
    assert list_checkpoints(tmp_path) == (2, 3, 4, 5, 8, 9, 10)


def test_the_best_is_the_lowest_so_far(tmp_path: Path) -> None:
    noted = [note_if_best(tmp_path, step, loss) for step, loss in enumerate((3.0, 2.0, 2.0, 2.5))]
    assert noted == [True, True, False, False]
    assert read_best(tmp_path) == Best(1, 2.0)


@pytest.mark.parametrize("loss", [math.nan, math.inf, -math.inf])
def test_what_is_not_a_number_is_never_the_best(tmp_path: Path, loss: float) -> None:
    assert not is_best(tmp_path, loss)
    assert not note_if_best(tmp_path, 1, loss)


@pytest.mark.parametrize("content", [b"", b"{", b'{"step":"1"}', b"\xff", b"[1]", b"x" * 5000])
def test_a_damaged_note_names_nothing_and_the_next_best_replaces_it(
    tmp_path: Path, content: bytes
) -> None:
    for name in ("best.json", "undo.json"):
        (tmp_path / name).write_bytes(content)
    assert (read_best(tmp_path), read_undo(tmp_path)) == (None, ())
    assert kept_in(tmp_path) == Kept()
    assert note_if_best(tmp_path, 7, 9.0)
    assert read_best(tmp_path) == Best(7, 9.0)


def test_only_the_last_five_changes_can_be_taken_back(tmp_path: Path) -> None:
    write_undo(tmp_path, range(9))
    assert read_undo(tmp_path) == (4, 5, 6, 7, 8)


def test_what_is_superseded_is_neither_the_best_nor_to_go_back_to(tmp_path: Path) -> None:
    save(tmp_path, 10, 20, 30)
    note_if_best(tmp_path, 30, 1.0)
    write_undo(tmp_path, (10, 20, 30))
    discard_after(tmp_path, 20)
    assert (read_best(tmp_path), read_undo(tmp_path)) == (None, (10, 20))
    note_if_best(tmp_path, 20, 2.0)
    discard_after(tmp_path, 20)
    assert read_best(tmp_path) == Best(20, 2.0)


def test_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="removed or renamed"):
        note_if_best(tmp_path / "gone", 1, 1.0)
