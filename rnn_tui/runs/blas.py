"""The library that NumPy multiplies matrices with: its name, its kernel, its threads."""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
from threadpoolctl import ThreadpoolController

_TOLD: Final = (
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "OMP_NUM_THREADS",
)

_one_at_a_time = threading.RLock()


def blas_name() -> str:
    """What NumPy multiplies matrices with, as it was built."""
    built: Any = np.show_config(mode="dicts")
    blas = built.get("Build Dependencies", {}).get("blas", {})
    return " ".join(str(blas[key]) for key in ("name", "version") if blas.get(key)) or "BLAS"


def kernel() -> str:
    """What the library chose for this processor, such as "SkylakeX"; empty where it is not told."""
    library = _library()
    return str(library.info().get("architecture") or "") if library else ""


def threads() -> int:
    """On how many threads products are computed: as the library says, or was told to."""
    library = _library()
    if library and isinstance(found := library.num_threads, int):
        return found
    told = (os.environ.get(name, "") for name in _TOLD)
    return next((int(text) for text in told if text.isdecimal()), os.cpu_count() or 1)


def use_threads(count: int) -> bool:
    """Compute products on so many from now on, in the whole process; False: it cannot be told."""
    library = _library()
    if library and library.num_threads != count:
        library.set_num_threads(count)
    return library is not None


@contextmanager
def threads_used(count: int) -> Iterator[None]:
    """Compute products on so many meanwhile.

    The number is that of the whole process. So who else asks for one in another thread waits: the
    bits are then those of the number asked for, and the last to leave restores the first.
    """
    with _one_at_a_time:
        before = threads()
        use_threads(count)
        try:
            yield
        finally:
            use_threads(before)


@functools.cache
def _library() -> Any:
    """That of NumPy, if several are loaded; None where it is one that cannot be asked."""
    found = ThreadpoolController().select(user_api="blas").lib_controllers
    return next((one for one in found if "numpy" in one.filepath), found[0] if found else None)
