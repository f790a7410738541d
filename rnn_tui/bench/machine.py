"""What was measured on: numbers of speed mean nothing without it."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass

import numpy as np

from rnn_tui.runs.blas import blas_name
from rnn_tui.runs.fingerprint import processor_name

__all__ = ["Machine", "processor_name", "this_machine"]


@dataclass(frozen=True)
class Machine:
    """Processor and software; the processor's name is data, not to be drawn as it is."""

    processor: str
    cores: int
    load: float
    """How many processes wanted a core during the last minute, this one not yet counted."""
    python: str
    numpy: str
    blas: str
    threads: int

    @property
    def line(self) -> str:
        """All of it for people."""
        cores = f"{self.cores} core{'s' * (self.cores != 1)}"
        threads = f"{self.threads} thread{'s' * (self.threads != 1)}"
        return (
            f"{self.processor}, {cores}, load {self.load:.1f} · Python {self.python} · "
            f"NumPy {self.numpy} · {self.blas}, {threads}"
        )


def this_machine(threads: int) -> Machine:
    """The machine that this runs on; ``threads``: how many the products of matrices were given."""
    return Machine(
        processor=processor_name(),
        cores=os.cpu_count() or 1,
        load=os.getloadavg()[0],
        python=platform.python_version(),
        numpy=np.__version__,
        blas=blas_name(),
        threads=threads,
    )
