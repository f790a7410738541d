"""Whether a window fits a network: every answer that is no says what was found and expected."""

from __future__ import annotations

from collections.abc import Mapping
from operator import index
from typing import SupportsIndex

import numpy as np
import numpy.typing as npt

from rnn_tui.core.arrays import Array, Params, State
from rnn_tui.core.parameters import Architecture


def checked_parameters(params: Mapping[str, npt.ArrayLike]) -> Params:
    """Arrays, all of them float32 or float64; their names and shapes are not looked at."""
    arrays = {name: np.asarray(value) for name, value in params.items()}
    nameless = [name for name in arrays if not isinstance(name, str)]
    if nameless:
        raise ValueError(f"parameter {nameless[0]!r} is unknown: a name is a text")
    for name, value in arrays.items():
        if value.dtype not in (np.float32, np.float64):
            raise ValueError(f"parameter {name!r} is {value.dtype}, expected float32 or float64")
    return arrays


def checked_reals(values: npt.ArrayLike, what: str) -> Array:
    """``values`` as an array, if it holds real numbers: others would lose a part of themselves."""
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{what} are {array.dtype}, expected real numbers")
    return array


def window_size(inputs: npt.ArrayLike) -> tuple[int, int]:
    """(T, B) of symbols ``(T, B)`` or vectors ``(T, B, I)``."""
    shape = np.shape(inputs)
    if len(shape) not in (2, 3) or 0 in shape:
        raise ValueError(f"inputs have shape {shape}, expected (T, B) or (T, B, I), none of them 0")
    return shape[0], shape[1]


def checked_inputs(inputs: npt.ArrayLike, architecture: Architecture, T: int, B: int) -> Array:
    """Symbols ``(T, B)`` in [0, I), or vectors ``(T, B, I)``."""
    x, I = np.asarray(inputs), architecture.inputs  # noqa: E741
    if x.ndim != 3:
        return checked_window(x, I, T, B, "inputs")
    if x.shape != (T, B, I):
        raise ValueError(f"inputs have shape {x.shape}, expected {(T, B, I)}")
    return x


def checked_window(values: npt.ArrayLike, limit: int, T: int, B: int, what: str) -> Array:
    """Symbols ``(T, B)``, integers in [0, limit)."""
    symbols = np.asarray(values)
    if symbols.shape != (T, B):
        raise ValueError(f"{what} have shape {symbols.shape}, expected {(T, B)}")
    return checked_symbols(symbols, limit, what)


def checked_symbols(symbols: Array, limit: int, what: str) -> Array:
    """``symbols`` themselves, if they are integers in [0, limit)."""
    if symbols.dtype.kind not in "iu":
        raise ValueError(f"{what} are {symbols.dtype}, expected integers")
    # One look instead of two: what is below zero is, as an unsigned number, far above the limit.
    # And that which is largest, rather than the largest itself: NumPy finds it in half the time.
    if symbols.dtype.itemsize == 8 and symbols.dtype.isnative:
        unsigned = symbols.view(np.uint64)
        if unsigned.size and unsigned.item(unsigned.argmax()) < limit:
            return symbols
    low, high = symbols.min(), symbols.max()
    if low < 0 or high >= limit:
        wrong = low if low < 0 else high
        raise ValueError(f"{what} hold the symbol {wrong}, expected 0 to {limit - 1}")
    return symbols


def checked_state(state: State, architecture: Architecture, B: int) -> State:
    """One ``(B, H)`` array a layer."""
    layers, expected = architecture.layers, (B, architecture.hidden)
    if len(state) != layers:
        raise ValueError(f"the state has {len(state)} layers, expected {layers}")
    for layer, h in enumerate(state):
        if np.shape(h) != expected:
            raise ValueError(f"state of layer {layer} has shape {np.shape(h)}, expected {expected}")
    return state


def whole_number(value: SupportsIndex, what: str, least: int) -> int:
    """``value`` as an int, if it is a whole number of at least ``least``."""
    try:
        number = index(value)
    except TypeError:
        raise ValueError(f"{what} must be a whole number, not {value!r}") from None
    if number < least:
        raise ValueError(f"{what} must be at least {least}, not {number}")
    return number


def real_number(value: float, what: str) -> float:
    """``value`` as a float, if it is 0, positive or infinity."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{what} must be a number, not {value!r}") from None
    if not number >= 0.0:
        raise ValueError(f"{what} must be 0 or positive, not {number}")
    return number
