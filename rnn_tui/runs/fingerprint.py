"""What a machine computes, to the last bit: two that agree in this train a run to equal weights.

Sums of floating-point numbers depend on their order, and that on the library that multiplies
matrices, on its number of threads and on the kernel it takes for the processor.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import os
import platform
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

CPUINFO: Final = Path("/proc/cpuinfo")

_PREFIXES = ("scipy_openblas", "openblas")
_SUFFIXES = ("64_", "")
_THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "OMP_NUM_THREADS")
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


@functools.cache
def fingerprint() -> Fingerprint:
    """Return that of this process; a few milliseconds, once."""
    return Fingerprint(
        numpy=np.__version__,
        blas=_blas(),
        threads=_threads(),
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


def blas_name() -> str:
    """What NumPy multiplies matrices with, as it was built."""
    built: Any = np.show_config(mode="dicts")
    blas = built.get("Build Dependencies", {}).get("blas", {})
    return " ".join(str(blas[key]) for key in ("name", "version") if blas.get(key)) or "BLAS"


def _blas() -> str:
    kernel = _asked("get_corename", ctypes.c_char_p)
    name = kernel.decode("ascii", "replace") if isinstance(kernel, bytes) else ""
    return " ".join(filter(None, (blas_name(), name)))


def _threads() -> int:
    """Return on how many threads products are computed: as the library says, or is told to."""
    asked = _asked("get_num_threads", ctypes.c_int)
    if isinstance(asked, int):
        return asked
    told = (os.environ.get(name, "") for name in _THREADS)
    return next((int(text) for text in told if text.isdecimal()), os.cpu_count() or 1)


def _asked(question: str, kind: Any) -> Any:
    """Return what the OpenBLAS that NumPy has loaded answers; None where it is another library."""
    with suppress(OSError, ImportError):
        library = ctypes.CDLL(import_module("numpy._core._multiarray_umath").__file__)
        for name in (f"{a}_{question}{b}" for a in _PREFIXES for b in _SUFFIXES):
            with suppress(AttributeError):
                function = getattr(library, name)
                function.restype = kind
                return function()
    return None


def processor_name(cpuinfo: Path = CPUINFO) -> str:
    """As the kernel calls it, or else its kind."""
    with suppress(OSError):
        for line in cpuinfo.read_text("utf-8", "replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name" and value.strip():
                return " ".join(value.split())
    return platform.processor() or platform.machine() or "unknown processor"
