"""What people call the things of a walk: ``dz_17``, ``h_3^(1)``, ``W_hh[3, 4]``, ``x_5``."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from rnn_tui.core.arrays import Array
from rnn_tui.core.trace import Trace
from rnn_tui.stepping.errors import StepperError
from rnn_tui.stepping.formulas import at_step
from rnn_tui.stepping.window import Window

_NAMED = re.compile(r"(?P<name>[^\s\[\]=]+)\s*(?:\[(?P<element>[^\]]*)\])?")
_LAYER = re.compile(r"\^\((?P<layer>\d+)\)$")
_STATE = re.compile(r"h_0(?:\^\((?P<layer>\d+)\))?")


class Named(NamedTuple):
    """A name, and the element of it that is meant; None if none was said."""

    name: str
    element: tuple[int, ...] | None


def read_named(text: str) -> Named:
    """``W_hh[3, 4]`` in its parts. Raises StepperError if it is not of this form."""
    match = _NAMED.fullmatch(text.strip())
    if match is None:
        raise StepperError(f"{text!r} is no name: write it as in h_3, dz_17[5] or W_hh[3, 4]")
    inside = match["element"]
    if inside is None:
        return Named(match["name"], None)
    try:
        element = tuple(int(part) for part in inside.split(","))
    except ValueError:
        raise StepperError(f"[{inside}] is no element: write whole numbers, as in [3, 4]") from None
    return Named(match["name"], element)


def element_of(
    shape: tuple[int, ...], element: tuple[int, ...] | None, name: str
) -> tuple[int, ...]:
    """The whole index of an element: the row may be left out where there is only one.

    Raises StepperError if it lies outside of ``shape``.
    """
    if element is None and all(size == 1 for size in shape):
        return (0,) * len(shape)
    if element is None:
        raise StepperError(f"say which number of {name} {_shown(shape)}, as in {name}[0]")
    if len(element) == len(shape) - 1 and shape[0] == 1:
        element = (0, *element)
    if len(element) != len(shape) or any(
        not 0 <= i < size for i, size in zip(element, shape, strict=True)
    ):
        inside = ", ".join(map(str, element))
        raise StepperError(f"{name} has no element [{inside}]: its shape is {_shown(shape)}")
    return element


def find_operation(trace: Trace, name: str, near: int = 0) -> int:
    """The operation whose result is called ``name``, with its time step put in.

    In a network of several layers the layer is said at the end, ``dz_17^(1)``, or is that of the
    operation ``near``. ``dh_0`` is the gradient of the incoming state. Raises StepperError.
    """
    wanted, layer = _without_layer(name)
    if wanted.startswith("dlayer"):
        number, _, rest = wanted.removeprefix("dlayer").partition(".")
        wanted, layer = f"d{rest}", int(number) if number.isdecimal() else None
    wanted = "f_0" if wanted == "dh_0" else wanted
    found = [o for o in trace if at_step(o.symbol, o.t) == wanted]
    layers = {o.layer for o in found}
    if layer is None and len(layers) > 1:
        layer = trace[near].layer
    fitting = [o.index for o in found if len(layers) == 1 or o.layer == layer]
    if found and not fitting:
        raise StepperError(f"{name} is in several layers: say which, as in {wanted}^(0)")
    if not fitting:
        raise StepperError(f"no operation makes {name}: try h_1, dz_1, dW_hh, loss or p_1")
    return fitting[0]


def find_given(trace: Trace, name: str) -> str | None:
    """The full name of something given: ``W_hh`` of the only layer, ``h_0``, ``x_3``; or None."""
    state = _STATE.fullmatch(name)
    if state is not None:
        name = f"state.layer{state['layer'] or 0}"
    plain, layer = _without_layer(name)
    candidates = [name, f"layer{layer if layer is not None else 0}.{plain}"]
    several = layer is None and f"layer1.{plain}" in trace.givens
    if several and name not in trace.givens:
        raise StepperError(f"{name} is in several layers: say which, as in {name}^(0)")
    return next((known for known in candidates if known in trace.givens), None)


def is_symbol(name: str, value: Array) -> bool:
    """Whether what is given under ``name`` is the number of a symbol."""
    return name.startswith(("x_", "target_")) and np.issubdtype(value.dtype, np.integer)


def read_number(text: str, target: str, trace: Trace, window: Window) -> float:
    """The new number of ``target``: a symbol for an input or a target, else a number."""
    if target in trace.givens and is_symbol(target, trace.givens[target]):
        return _symbol(text, window)
    try:
        return float(text)
    except ValueError:
        raise StepperError(f"{text!r} is no number: write one such as 0.5 or -1e-3") from None


def _symbol(text: str, window: Window) -> int:
    symbols = window.vocabulary.symbols
    quoted = len(text) >= 2 and text[0] == text[-1] and text[0] in "'\""
    plain = text[1:-1] if quoted else text
    plain = {"\\n": "\n", "\\t": "\t"}.get(plain, plain)
    if plain in symbols:
        return symbols.index(plain)
    raise StepperError(f"the vocabulary has no symbol {text!r}: write one of its {len(symbols)}")


def _without_layer(name: str) -> tuple[str, int | None]:
    match = _LAYER.search(name)
    return (name, None) if match is None else (name[: match.start()], int(match["layer"]))


def _shown(shape: tuple[int, ...]) -> str:
    return "(" + ", ".join(map(str, shape)) + ")"
