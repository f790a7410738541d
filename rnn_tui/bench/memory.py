"""The memory that a long text takes beside that of a short one, each in a process of its own."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections import deque
from dataclasses import asdict
from pathlib import Path
from typing import Final, NamedTuple

from rnn_tui.bench.sample import Sizes
from rnn_tui.sampling.settings import Settings
from rnn_tui.sampling.stream import TextStream

LENGTHS: Final = (10_000, 1_000_000)
"""Characters of the two texts."""


class Peak(NamedTuple):
    """The most memory that the process which wrote a text ever had."""

    characters: int
    bytes: int


def memory_peaks(sizes: Sizes, lengths: tuple[int, ...] = LENGTHS) -> tuple[Peak, ...]:
    """Write texts of these lengths, one process after another: the peak of each.

    Raises ChildProcessError where one of the processes fails.
    """
    return tuple(Peak(length, _in_a_process(sizes, length)) for length in lengths)


def _in_a_process(sizes: Sizes, length: int) -> int:
    work = json.dumps({**asdict(sizes), "length": length})
    command = [sys.executable, "-P", "-m", "rnn_tui.bench.memory", work]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ, check=False)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or [f"status {done.returncode}"]
        raise ChildProcessError(f"writing {length:,} characters failed: {last[0]}")
    return int(done.stdout)


def peak_bytes() -> int:
    """The most memory that this process ever had.

    What the kernel counts for its memory as it is now, where it says so: the figure of getrusage
    begins with that of the process that started this one.
    """
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def write_text(sizes: Sizes, length: int) -> None:
    """Write a text and keep nothing of it."""
    deque(TextStream(sizes.weights(), Settings(temperature=1.0, length=length)), maxlen=0)


if __name__ == "__main__":
    work = json.loads(sys.argv[1])
    characters = work.pop("length")
    write_text(Sizes(**work), characters)
    sys.stdout.write(f"{peak_bytes()}\n")
