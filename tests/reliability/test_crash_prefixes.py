"""Row B1: what every crash leaves of a save, of the note of the best, and of tidying."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnn_tui.runs import atomic, keeping
from rnn_tui.runs import checkpoint as checkpoint_module
from rnn_tui.runs.atomic import PARTIAL
from rnn_tui.runs.checkpoint import (
    Checkpoint,
    discard_after,
)
from rnn_tui.runs.tensors import to_bytes

from .disk import Made, contents, crashed, opened, save_all

Watched = Callable[..., Any]


def checkpoint(step: int, value: float = 1.0) -> Checkpoint:
    array = np.full((2, 3), value, np.float32)
    return Checkpoint(step, {"W": array}, {"m": array.ravel()}, (array,), {"position": step})


def nothing(folder: Path, storage: Any) -> None:
    folder.mkdir()


def one(folder: Path, storage: Any) -> None:
    save_all(folder, Made(checkpoint(1), 3.0), storage)


def many(folder: Path, storage: Any) -> None:
    """The oldest that is kept is the best, and one goes with the next save."""
    for step, loss in ((1, 2.0), (2, 3.0), (3, 3.0), (4, 3.0)):
        save_all(folder, Made(checkpoint(step), loss), storage)


def stale(folder: Path, storage: Any) -> None:
    """An earlier process was killed in the middle of a file."""
    many(folder, storage)
    (folder / f".step-000000009.safetensors{PARTIAL}").write_bytes(b"half")


SCENES: dict[str, tuple[Callable[[Path, Any], None], Made]] = {
    "the first": (nothing, Made(checkpoint(1), 3.0)),
    "a next step, better": (many, Made(checkpoint(5), 1.0)),
    "a next step, not better": (many, Made(checkpoint(5), 3.0)),
    "the same step with other numbers": (many, Made(checkpoint(4, 5.0), 1.0)),
    "the same step with equal numbers": (one, Made(checkpoint(1), 3.0)),
    "after an interrupted save": (stale, Made(checkpoint(5), 1.0)),
}
scenes = pytest.mark.parametrize("scene", SCENES)


class Scene:
    """A folder before a save, and the operations of the save."""

    def __init__(self, path: Path, watched: Watched, name: str) -> None:
        begin, self.made = SCENES[name]
        self.path, self.live = path, path / "live"
        begin(self.live, watched())
        self.before = contents(self.live)
        self.ends = (opened(self.live), to_bytes(self.made.checkpoint))
        self.storage = watched()

    def save(self) -> None:
        save_all(self.live, self.made, self.storage)

    def complaint(self) -> str:
        """Over every state that any crash on the way may have left."""
        return crashed(self.path / "crashed", self.before, self.storage.operations, self.ends)


@scenes
def test_b1_after_a_crash_anywhere_there_is_exactly_the_old_or_the_new(
    tmp_path: Path, watched: Watched, scene: str
) -> None:
    found = Scene(tmp_path, watched, scene)
    found.save()
    assert found.complaint() == ""


def test_b1_the_next_save_is_as_safe_where_the_tidying_was_not_synced(
    tmp_path: Path, watched: Watched
) -> None:
    found = Scene(tmp_path, watched, "a next step, better")
    found.save()
    save_all(found.live, Made(checkpoint(6), 0.5), found.storage)
    found.ends = (*found.ends, to_bytes(checkpoint(6)))
    assert found.complaint() == ""


def went_back(tmp_path: Path, storage: Any) -> str:
    """What a crash may make of a run that goes back two checkpoints; empty where it is well."""
    live = tmp_path / "live"
    live.parent.mkdir(exist_ok=True)
    many(live, storage)
    before = contents(live)
    storage.operations.clear()
    discard_after(live, 2, storage)
    ends = to_bytes(checkpoint(4)), to_bytes(checkpoint(2))
    return crashed(tmp_path / "crashed", before, storage.operations, ends)


def test_b1_after_a_crash_while_going_back_it_has_happened_or_not(
    tmp_path: Path, watched: Watched
) -> None:
    assert went_back(tmp_path, watched()) == ""
    assert went_back(tmp_path / "careless", without(watched, "fsync_folder")) != ""


# -- the proof has eyes: mistakes that were made on purpose ---------------------------------------


def without(watched: Watched, *skipped: str) -> Any:
    """A disk on which some operations are never done."""
    storage = watched()
    for name in skipped:
        setattr(storage, name, lambda *_: None)
    return storage


def no_sync_of_files(scene: Scene, watched: Watched, _: pytest.MonkeyPatch) -> None:
    scene.storage = without(watched, "fsync")


def no_sync_of_folders(scene: Scene, watched: Watched, _: pytest.MonkeyPatch) -> None:
    scene.storage = without(watched, "fsync_folder")


def sync_behind_the_rename(scene: Scene, _: Watched, patch: pytest.MonkeyPatch) -> None:
    def mistaken(path: Path, data: bytes, storage: Any) -> None:
        partial = path.with_name(f".{path.name}{PARTIAL}")
        descriptor = storage.open(partial)
        storage.write(descriptor, data)
        storage.rename(partial, path)
        storage.names[descriptor] = path.name
        storage.fsync(descriptor)
        storage.close(descriptor)
        storage.fsync_folder(path.parent)

    write_by(mistaken, patch)


def no_temporary_file(scene: Scene, _: Watched, patch: pytest.MonkeyPatch) -> None:
    def mistaken(path: Path, data: bytes, storage: Any) -> None:
        if path.exists():
            storage.remove(path)
        atomic._write_through(path, data, storage)
        storage.fsync_folder(path.parent)

    write_by(mistaken, patch)


def record_before_the_data(scene: Scene, _: Watched, patch: pytest.MonkeyPatch) -> None:
    waiting: list[tuple[Path, bytes]] = []

    def mistaken(path: Path, data: bytes, storage: Any) -> None:
        if path.suffix == ".safetensors":
            waiting.append((path, data))
            return
        atomic.write_atomically(path, data, storage)
        for late in waiting:
            atomic.write_atomically(*late, storage)
        waiting.clear()

    write_by(mistaken, patch)


def no_second_name(scene: Scene, _: Watched, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        checkpoint_module, "_free_file", lambda _, step, __: f"step-{step:09}.safetensors"
    )


def tidied_without_the_best(scene: Scene, _: Watched, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(keeping.Kept, "of", lambda kept, steps: set(sorted(steps)[-1:]))


def write_by(mistaken: Callable[..., None], patch: pytest.MonkeyPatch) -> None:
    patch.setattr(checkpoint_module, "write_atomically", mistaken)
    patch.setattr(keeping, "write_atomically", mistaken)


NEXT, AGAIN = "a next step, better", "the same step with other numbers"
MISTAKES = {
    no_sync_of_files: NEXT,
    no_sync_of_folders: NEXT,
    sync_behind_the_rename: NEXT,
    no_temporary_file: AGAIN,
    record_before_the_data: NEXT,
    no_second_name: AGAIN,
    tidied_without_the_best: "a next step, not better",
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_b1_each_planted_mistake_is_found(
    tmp_path: Path,
    watched: Watched,
    monkeypatch: pytest.MonkeyPatch,
    mistake: Callable[..., None],
) -> None:
    scene = Scene(tmp_path, watched, MISTAKES[mistake])
    mistake(scene, watched, monkeypatch)
    scene.save()
    assert scene.complaint() != ""
