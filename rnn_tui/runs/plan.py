"""How the products of a run are computed: on how many threads, and how W_hh is laid out for them.

The last bits depend on it. So it is chosen once, kept with the run, and used again when the run is
resumed or a step of it is made again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from rnn_tui.core.cells.products import AS_IT_LIES, Widths
from rnn_tui.runs.atomic import read_file, write_atomically
from rnn_tui.runs.blas import blas_name, kernel
from rnn_tui.runs.errors import RunError
from rnn_tui.runs.settings import RunConfig

UNPACKED: Final = 1_000_000
"""Multiply-adds up to which ``DIRECT`` kernels multiply matrices as they lie."""

DIRECT: Final = frozenset({"SkylakeX", "Cooperlake", "SapphireRapids"})
"""Kernels of OpenBLAS that repack no matrices for a small product."""

NARROWEST: Final = 64
"""Columns of a block: narrower ones were slower than the whole matrix."""

MOST_THREADS: Final = 1024
"""As many as the setting allows: a damaged plan may name any number."""

_LONGEST: Final = 4096


class Plan(msgspec.Struct, frozen=True):
    """Threads of the products; columns of the blocks of W_hh, 0: as it lies, and its transpose."""

    threads: int = 1
    forward: int = 0
    backward: int = 0
    blas: str = ""  # what it was chosen for

    @property
    def widths(self) -> Widths:
        """For the network."""
        return Widths(self.forward, self.backward)


def planned(config: RunConfig, threads: int = 1) -> Plan:
    """What follows from the sizes and from the kernel here, which takes no measuring."""
    widths = widths_for(config.batch, config.hidden, kernel())
    return Plan(config.threads or threads, *widths, blas=_here())


def widths_for(B: int, H: int, kernel: str) -> Widths:
    """The widest blocks that the ``kernel`` of OpenBLAS multiplies without repacking them."""
    if kernel not in DIRECT or B == 1:
        return AS_IT_LIES
    if B * H * H <= UNPACKED:
        return Widths(H, H)
    most = UNPACKED // (B * H)
    width = max((w for w in range(NARROWEST, most + 1) if H % w == 0), default=H)
    return Widths(width, width)


def kept_plan(file: Path, config: RunConfig) -> Plan | None:
    """What the run in this folder was begun with; None where that follows from its sizes.

    None, too, where it was chosen for another library, or other settings.
    """
    try:
        plan = msgspec.json.decode(read_file(file, _LONGEST), type=Plan)
    except (RunError, msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    widths = (plan.forward, plan.backward)
    fits = all(0 <= width <= config.hidden for width in widths) and not any(
        width and config.hidden % width for width in widths
    )
    told = config.threads in (0, plan.threads) and 1 <= plan.threads <= MOST_THREADS
    return plan if fits and told and plan.blas == _here() else None


def keep_plan(file: Path, plan: Plan) -> None:
    """Write it. StorageError."""
    write_atomically(file, msgspec.json.encode(plan) + b"\n")


def _here() -> str:
    return f"{blas_name()} {kernel()}".strip()
