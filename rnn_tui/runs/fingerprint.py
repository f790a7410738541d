"""What a machine computes, to the last bit: two that agree in this train a run to equal weights.

Sums of floating-point numbers depend on their order, and that on the library that multiplies
matrices, on its number of threads and on the kernel it takes for the processor.
"""

from __future__ import annotations

import functools
import hashlib
import platform
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from rnn_tui.runs.blas import blas_name, kernel, threads

CPUINFO: Final = Path("/proc/cpuinfo")

_SHAPES = ((32, 128, 128), (1, 64, 100), (7, 33, 65), (128, 2048, 96))  # rows, inner, columns


class Fingerprint(msgspec.Struct, frozen=True):
    """With what numbers are computed; for people, but for ``bits``."""

    numpy: str
    blas: str  # what multiplies matrices, its version and the kernel it chose
    threads: int  # of those products
    machine: str  # processor and system
    bits: str  # SHA-256 of the bits of fixed products, tanh and exp

    def to_text(self) -> str:
        """Return it as JSON."""
        return msgspec.json.encode(self).decode()


WORDS = {"numpy": "NumPy", "blas": "BLAS", "threads": "threads", "machine": "machine"}
"""What each part is called in a message."""


def from_text(text: object) -> Fingerprint | None:
    """Return what ``to_text`` wrote; None for anything else."""
    if not isinstance(text, str):
        return None
    try:
        return msgspec.json.decode(text.encode(errors="replace"), type=Fingerprint)
    except msgspec.DecodeError:
        return None


def differences(before: Fingerprint, after: Fingerprint) -> tuple[str, ...]:
    """Return in words what changed, such as "NumPy 2.0.1 → 2.4.6"; empty where nothing did."""
    changed = [
        " → ".join((f"{word} {old}", new))
        for name, word in WORDS.items()
        for old, new in [_apart(str(getattr(before, name)), str(getattr(after, name)))]
        if old != new
    ]
    if not changed and before.bits != after.bits:
        changed.append("the same products have other last bits here")
    return tuple(changed)


def _apart(old: str, new: str) -> tuple[str, str]:
    """Return both without the words that they begin with alike."""
    olds, news = old.split(" "), new.split(" ")
    while len(olds) > 1 and len(news) > 1 and olds[0] == news[0]:
        del olds[0], news[0]
    return " ".join(olds), " ".join(news)


def fingerprint() -> Fingerprint:
    """Return that of this process as it computes now; a few milliseconds, once."""
    return _fingerprint(threads())


@functools.cache
def _fingerprint(threads: int) -> Fingerprint:
    return Fingerprint(
        numpy=np.__version__,
        blas=_blas(),
        threads=threads,
        machine=f"{processor_name()}, {platform.system()} {platform.machine()}",
        bits=_bits(),
    )


def _bits() -> str:
    """Return the digest of results whose last bits depend on how they are computed."""
    digest = hashlib.sha256()
    for dtype in (np.float32, np.float64):
        for rows, inner, columns in _SHAPES:
            left = _numbers(rows, inner, dtype)
            right = _numbers(inner, columns, dtype)
            product = left @ right
            for result in (product, left.T @ product, np.tanh(product), np.exp(product)):
                digest.update(result.tobytes())
            digest.update(np.float64(np.square(product).sum()).tobytes())
    return digest.hexdigest()


def _numbers(rows: int, columns: int, dtype: Any) -> Any:
    """Return numbers in -0.5..0.5 that no random generator may change: (rows, columns)."""
    counted = np.arange(1, rows * columns + 1, dtype=np.int64)
    mixed = counted * 2_654_435_761 % 4_294_967_296  # Knuth's multiplicative hash
    return (mixed / 4_294_967_296 - 0.5).astype(dtype).reshape(rows, columns)


def _blas() -> str:
    return " ".join(filter(None, (blas_name(), kernel())))


def processor_name(cpuinfo: Path = CPUINFO) -> str:
    """As the kernel calls it, or else its kind."""
    with suppress(OSError):
        for line in cpuinfo.read_text("utf-8", "replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name" and value.strip():
                return " ".join(value.split())
    return platform.processor() or platform.machine() or "unknown processor"
