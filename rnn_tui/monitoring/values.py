"""What a training loop hands over, made ours: numbers, arrays, names, a configuration."""

from __future__ import annotations

import json
import math
import operator
from collections.abc import Iterable, Iterator, Mapping
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
_ROOM = 200_000  # characters of a configuration, about
_COST = 20  # of them each value takes at least
_CUT = "…"
_MOST_BITS = 10_000  # of an integer: longer ones Python does not write as decimals


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

    A mapping, a dataclass or an object with attributes, such as what argparse returns. Of what is
    very long, or refers to itself again and again, the beginning is kept.
    """
    kept = _Plain().of(config if config is not None else {}, _DEPTH)
    return json.dumps(kept, indent=2).encode() + b"\n"


class _Plain:
    """Values of any kind as JSON knows them; what it does not know, or what fails, is text."""

    def __init__(self) -> None:
        self._room = _ROOM

    def of(self, value: object, depth: int) -> Any:
        if self._room <= 0:
            return _CUT
        self._room -= _COST
        try:
            return self._known(value, depth)
        except Exception as error:  # noqa: BLE001 (objects of others: no training ends for one)
            return f"{type(value).__name__} that fails: {type(error).__name__}"

    def _known(self, value: object, depth: int) -> Any:
        if not isinstance(value, type) and hasattr(value, "item") and not _has_axes(value):
            value = value.item()
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int):
            return int(value) if value.bit_length() <= _MOST_BITS else self._text(hex(value))
        if isinstance(value, float):
            return float(value) if math.isfinite(value) else repr(value)
        if isinstance(value, str):
            return self._text(value.encode("utf-8", "backslashreplace").decode())
        if depth and isinstance(value, Mapping):
            return {label(key): self.of(value[key], depth - 1) for key in self._first(value)}
        if depth and isinstance(value, list | tuple | set | frozenset):
            return [self.of(part, depth - 1) for part in self._first(value)]
        parts = None if isinstance(value, type | PurePath) else getattr(value, "__dict__", None)
        return self.of(parts, depth) if depth and parts else self._text(clipped(value, 1000))

    def _first(self, parts: Iterable[Any]) -> Iterator[Any]:
        for part in parts:
            yield part
            if self._room <= 0:  # of the rest it is not even said how much it is
                return

    def _text(self, text: str) -> str:
        kept = text if len(text) <= self._room else text[: max(0, self._room)] + _CUT
        self._room -= len(kept)
        return kept


def _has_axes(value: object) -> bool:
    return bool(getattr(value, "shape", ()))
