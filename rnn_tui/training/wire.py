"""Arrays on the wire: dtype, shape and bytes, checked when they arrive."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from rnn_tui.training.message import ArrayData

Array: TypeAlias = npt.NDArray[Any]  # core's own alias would load all of core into the app


def pack(array: Array) -> ArrayData:
    """The array as it travels: little endian, C order. ValueError for a dtype that may not."""
    little = np.ascontiguousarray(array)
    little = little.astype(little.dtype.newbyteorder("<"), copy=False)
    return ArrayData(little.dtype.str, array.shape, little.tobytes())


def unpack(data: ArrayData) -> Array:
    """The array again, read-only; ``ArrayData`` has checked that it is one."""
    return np.frombuffer(data.data, dtype=np.dtype(data.dtype)).reshape(data.shape)
