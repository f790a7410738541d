"""What was measured on: numbers of speed mean nothing without it."""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

CPUINFO: Final = Path("/proc/cpuinfo")


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
        blas=_blas(),
        threads=threads,
    )


def processor_name(cpuinfo: Path = CPUINFO) -> str:
    """As the kernel calls it, or else its kind."""
    with suppress(OSError):
        for line in cpuinfo.read_text("utf-8", "replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name" and value.strip():
                return " ".join(value.split())
    return platform.processor() or platform.machine() or "unknown processor"


def _blas() -> str:
    """What NumPy multiplies matrices with, as it was built."""
    built: Any = np.show_config(mode="dicts")
    blas = built.get("Build Dependencies", {}).get("blas", {})
    return " ".join(str(blas[key]) for key in ("name", "version") if blas.get(key)) or "BLAS"
