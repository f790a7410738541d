"""What a training loop hands over, made ours: numbers, arrays, names, a configuration."""

from __future__ import annotations

import json
import math
import operator
from collections.abc import Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, SupportsIndex

from rnn_tui.runs.names import clipped, label

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]

MAX_STEP = 2**63 - 1
MAX_ARRAY = 4 << 20
"""Bytes of an array that are kept; of a larger one every 2nd, 4th, ... row and column."""

MAX_AXES = 4
_DEPTH = 8


def step_of(step: SupportsIndex) -> int:
    """Return a step's number; TypeError or ValueError if it is none from 0 on."""
    try:
        number = operator.index(step)
    except TypeError:
        whole = isinstance(step, float) and step.is_integer()
        if not whole:
            raise TypeError(f"step = {clipped(step)} is not a whole number") from None
        number = int(step)
    if not 0 <= number <= MAX_STEP:
        raise ValueError(f"step = {clipped(number)} is not allowed: steps count from 0")
    return number


def number_of(name: str, value: Any) -> float:
    """Return one number of any library's as a float; TypeError if it is not one."""
    if not isinstance(value, str | bytes | bytearray):  # float() would read what they say
        try:
            item = getattr(value, "item", None)  # arrays and tensors that hold one number
            return float(item() if item else value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf
        except (TypeError, ValueError, RuntimeError):
            pass
    raise TypeError(f"{clipped(name)} is not one number but of type {type(value).__name__}")


def array_of(name: str, value: Any) -> tuple[tuple[int, ...], Array]:
    """Return an array's shape and a copy of it, thinned to ``MAX_ARRAY`` bytes.

    Little-endian numbers in C order; TypeError if it holds none or has too many axes. No library
    is known here: a tensor says itself how it leaves its graph and its device.
    """
    import numpy as np  # only who shows arrays waits for it

    try:
        array = np.asarray(_on_the_host(value))
        if array.dtype.kind in "VO":  # numbers of another library, such as bfloat16
            array = array.astype(np.float32)
        elif array.dtype == np.longdouble:
            array = array.astype(np.float64)
    except (TypeError, ValueError, RuntimeError, BufferError) as error:
        reason = clipped(str(error))
        raise TypeError(f"{clipped(name)} is not an array of numbers: {reason}") from None
    if array.dtype.kind not in "biuf" or array.ndim > MAX_AXES:
        raise TypeError(
            f"{clipped(name)} cannot be shown: {array.dtype} with {array.ndim} axes; "
            f"show real numbers with up to {MAX_AXES}"
        )
    kept = array[tuple(slice(None, None, step) for step in thinning(array))]
    return array.shape, np.array(kept, array.dtype.newbyteorder("<"), order="C")


def _on_the_host(value: Any) -> Any:
    """Return what NumPy can read: memory of this process that no gradient hangs on."""
    for leave in ("detach", "cpu"):
        value = getattr(value, leave)() if hasattr(value, leave) else value
    if str(getattr(value, "dtype", "")) == "torch.bfloat16":  # the one that NumPy cannot hold
        return value.float()
    if hasattr(value, "__dlpack__") and not hasattr(value, "__array__"):
        import numpy as np

        return np.from_dlpack(value)
    return value


def thinning(array: Array) -> tuple[int, ...]:
    """Return for each axis that every n-th index is kept; all 1 up to ``MAX_ARRAY`` bytes."""
    steps = [1] * array.ndim
    kept = list(array.shape)
    while math.prod(kept) * array.itemsize > MAX_ARRAY:
        longest = kept.index(max(kept))
        steps[longest] *= 2
        kept[longest] = -(-array.shape[longest] // steps[longest])
    return tuple(steps)


def configuration(config: object) -> bytes:
    """Return what the user says of the training as JSON; whatever it holds, it can be written.

    A mapping, a dataclass or an object with attributes, such as what argparse returns.
    """
    return (
        json.dumps(_plain(config if config is not None else {}, _DEPTH), indent=2).encode() + b"\n"
    )


def _plain(value: object, depth: int) -> Any:
    """Return ``value`` as JSON knows it; what it does not know becomes text."""
    if value is None or isinstance(value, bool | int):
        return value
    if not isinstance(value, type) and hasattr(value, "item") and not getattr(value, "shape", ()):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else repr(value)
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if depth and isinstance(value, Mapping):
        return {label(key): _plain(part, depth - 1) for key, part in value.items()}
    if depth and isinstance(value, list | tuple | set | frozenset):
        return [_plain(part, depth - 1) for part in value]
    if (
        depth
        and not isinstance(value, type | PurePath)
        and (parts := getattr(value, "__dict__", None))
    ):
        return _plain(parts, depth)
    return clipped(value, 1000)
