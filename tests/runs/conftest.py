"""A text to train on, and a disk that writes down what is done to it and fails when told."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from rnn_tui.runs.atomic import Storage


@dataclass
class WatchedStorage(Storage):
    """The real storage; ``operations`` lists what was done, operation ``fail_at`` fails."""

    fail_at: int | None = None
    code: int = 0
    for_ever: bool = False
    operations: list[tuple[object, ...]] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)

    def _watch(self, *operation: object) -> None:
        self.operations.append(operation)
        done = len(self.operations) - 1
        if self.fail_at is not None and (
            done == self.fail_at or (self.for_ever and done > self.fail_at)
        ):
            raise OSError(self.code, os.strerror(self.code))

    def open(self, path: Path) -> int:
        self._watch("open", path.name)
        descriptor = super().open(path)
        self.names[descriptor] = path.name
        return descriptor

    def write(self, descriptor: int, data: bytes) -> None:
        super().write(descriptor, data[: len(data) // 2])  # a write that fails is half done
        self._watch("write", self.names[descriptor], data)
        super().write(descriptor, data[len(data) // 2 :])

    def fsync(self, descriptor: int) -> None:
        self._watch("fsync", self.names[descriptor])

    def close(self, descriptor: int) -> None:
        super().close(descriptor)
        self._watch("close", self.names[descriptor])

    def rename(self, source: Path, target: Path) -> None:
        self._watch("rename", source.name, target.name)
        super().rename(source, target)

    def remove(self, path: Path) -> None:
        self._watch("remove", path.name)
        super().remove(path)

    def fsync_folder(self, folder: Path) -> None:
        self._watch("fsync_folder")


@dataclass(frozen=True)
class Text:
    """What a run needs to know of a corpus."""

    name: str
    text: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text).hexdigest()


@pytest.fixture
def watched() -> Callable[..., WatchedStorage]:
    return WatchedStorage


@pytest.fixture
def corpus() -> Text:
    return Text("hällo.txt", "hällo wörld".encode())
