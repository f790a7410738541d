"""What a disk may hold after a power cut: every state, from the operations that were done to it.

The model is as strict as POSIX allows. What was written to a file and not synced may be there,
torn, or replaced by zeros. Each name that was made, moved or removed since the folder was synced
may have changed or not, independently of every other; even the two ends of a rename.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from rnn_tui.runs.checkpoint import list_checkpoints, load_checkpoint, prune, save_checkpoint
from rnn_tui.runs.errors import CheckpointError
from rnn_tui.runs.keeping import kept_in, note_if_best, read_best
from rnn_tui.runs.tensors import Checkpoint, to_bytes

Files = dict[str, bytes]
Operations = Sequence[tuple[Any, ...]]


class Inode:
    """A file as a disk sees it: what was written, and what of it was synced."""

    def __init__(self, content: bytes = b"", synced: bytes = b"") -> None:
        self.content, self.synced = content, synced

    def survivors(self) -> list[bytes]:
        """All that may be left of it."""
        if self.synced == self.content:
            return [self.content]
        length = len(self.content)
        torn = {0, 1, length // 3, length // 2, length - 1, length} | set(range(0, length, 4096))
        return [self.content[:n] for n in sorted(torn)] + [bytes(length)]


class Disk:
    """Follows operations; ``states`` are the folders that a crash may leave behind the last."""

    def __init__(self, before: Files) -> None:
        self.now = {name: Inode(content, content) for name, content in before.items()}
        self.durable, self.pending = dict(self.now), list[tuple[str, Inode | None]]()

    def do(self, kind: str, *values: Any) -> None:
        """Follow one operation."""
        if kind == "open":
            self.now[values[0]] = Inode()
            self.pending.append((values[0], self.now[values[0]]))
        elif kind == "write":
            self.now[values[0]].content += values[1]
        elif kind == "fsync":
            self.now[values[0]].synced = self.now[values[0]].content
        elif kind == "rename":
            self.now[values[1]] = self.now.pop(values[0])
            self.pending += [(values[1], self.now[values[1]]), (values[0], None)]
        elif kind == "remove":
            del self.now[values[0]]
            self.pending.append((values[0], None))
        elif kind == "fsync_folder":
            self.durable, self.pending = dict(self.now), []

    def states(self) -> Iterator[Files]:
        """Every folder that may be found after a power cut now."""
        for happened in product([False, True], repeat=len(self.pending)):
            there = dict(self.durable)
            for (name, inode), did in zip(self.pending, happened, strict=True):
                if did:
                    there.pop(name, None)
                    there |= {name: inode} if inode else {}
            names = sorted(there)
            for contents in product(*(there[name].survivors() for name in names)):
                yield dict(zip(names, contents, strict=True))


def states_of(before: Files, operations: Operations) -> Iterator[tuple[int, Files]]:
    """How many operations were done, and each state that may then be found; none of them twice."""
    disk = Disk(before)
    for done in range(len(operations) + 1):
        if done:
            disk.do(*operations[done - 1])
        seen = set()
        for files in disk.states():
            key = hash(frozenset(files.items()))
            if key not in seen:
                seen.add(key)
                yield done, files


class Made(NamedTuple):
    """A save, with the measurement that came with it."""

    checkpoint: Checkpoint
    loss: float


def save_all(folder: Path, made: Made, storage: Any) -> None:
    """As the trainer saves: the checkpoint, whether it is the best, and tidying."""
    save_checkpoint(folder, made.checkpoint, storage)
    note_if_best(folder, made.checkpoint.step, made.loss, storage)
    prune(folder, kept_in(folder), storage)


def contents(folder: Path) -> Files:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def rebuilt(folder: Path, files: Files) -> Path:
    """The folder with exactly these files in it."""
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        if path.name not in files:
            path.unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def opened(folder: Path) -> bytes | None:
    """The newest checkpoint, as bytes; None where there is none."""
    recorded = any(folder.glob("step-*.json"))
    return to_bytes(load_checkpoint(folder).checkpoint) if recorded else None


def complaint(folder: Path, allowed: Sequence[bytes | None]) -> str:
    """What is wrong with a folder that a crash left; empty where nothing is."""
    try:
        if opened(folder) not in allowed:
            return "it opens as neither the old nor the new checkpoint"
        for step in list_checkpoints(folder):
            load_checkpoint(folder, step)
        best = read_best(folder)
        if best is not None and best.step not in list_checkpoints(folder):
            return "the best checkpoint is gone"
        if best is None and (folder / "best.json").exists():
            return "best.json is torn"
    except CheckpointError as error:
        return f"a checkpoint that was recorded cannot be read: {error}"
    return ""


def crashed(folder: Path, before: Files, operations: Operations, ends: tuple[Any, Any]) -> str:
    """The first complaint over every state after every prefix of the operations, or nothing.

    ``ends`` are the newest checkpoint before and after: once all is done, it is the one after.
    """
    judged: dict[tuple[int, bool], str] = {}
    for done, files in states_of(before, operations):
        whole = done == len(operations)
        key = (hash(frozenset(files.items())), whole)
        if key not in judged:
            allowed = ends[1:] if whole else ends
            judged[key] = complaint(rebuilt(folder, files), allowed)
        if judged[key]:
            return f"after operation {done} of {len(operations)}: {judged[key]}"
    return ""
