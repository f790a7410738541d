"""``interrupted.py TEXT FOLDER``: trainings that interrupt themselves at each step of a save.

Each is a process of its own, and prints a line of JSON about how it ended.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from rnn_tui.cli import status_of
from rnn_tui.runs.atomic import Storage
from rnn_tui.training import saving, server  # noqa: F401 (loaded once, before the forks)
from rnn_tui.training.session import Session  # noqa: F401

OPERATIONS = ("open", "write", "fsync", "close", "rename", "remove", "fsync_folder")


class Interruptions:
    """Before one of the file operations of the second save so many Ctrl-C come."""

    def __init__(self, operation: int, signals: int) -> None:
        self.operation, self.signals = operation, signals
        self.saves = self.operations = self.later = 0
        self.saving = self.sent = False

    def install(self) -> None:
        for name in OPERATIONS:
            setattr(Storage, name, self._interrupted(getattr(Storage, name)))
        save = saving.save_checkpoint

        def counted(*arguments: Any) -> Path:
            self.saves += 1
            self.saving = self.saves == 2
            try:
                return save(*arguments)
            finally:
                self.saving = False

        saving.save_checkpoint = counted

    def _interrupted(self, operation: Any) -> Any:
        def wrapped(*arguments: Any) -> Any:
            if self.saving and not self.sent:
                self.operations += 1
                if self.operations == self.operation:
                    self._send()
            elif self.sent and operation.__name__ != "close":
                self.later += 1
            return operation(*arguments)

        return wrapped

    def _send(self) -> None:
        self.sent = True
        for _ in range(self.signals):
            os.kill(os.getpid(), signal.SIGINT)


def train(text: str, folder: str, operation: int, signals: int) -> Interruptions:
    """One training; says how it ended."""
    interruptions = Interruptions(operation, signals)
    interruptions.install()
    name = f"run-{operation}-{signals}"
    options = ["--hidden", "8", "--batch", "2", "--window", "8", "--evaluate-every", "0"]
    options += ["--checkpoint-every", "2", "--steps", "6", "--runs", folder, "--name", name]
    with contextlib.redirect_stdout(io.StringIO()) as said:
        status = status_of(["train", text, *options])
    report = {
        "operation": operation,
        "signals": signals,
        "run": f"{folder}/{name}",
        "status": status,
        "later": interruptions.later,
        "said": said.getvalue(),
    }
    if interruptions.sent:
        os.write(1, json.dumps(report).encode() + b"\n")
    return interruptions


def main(text: str, folder: str) -> None:
    """All operations in turn, until there is none any more."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for signals in (1, 2):
        operation, more = 1, True
        while more:
            child = os.fork()
            if child == 0:
                sent = train(text, folder, operation, signals).sent
                os._exit(0 if sent else 1)
            more = os.waitpid(child, 0)[1] == 0
            operation += 1


if __name__ == "__main__":
    main(*sys.argv[1:])
