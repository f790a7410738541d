"""What people call the things of a walk: ``dz_17``, ``h_3^(1)``, ``W_hh[3, 4]``, ``x_5``."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from rnn_tui.core.record import Operation
from rnn_tui.core.trace import Trace
from rnn_tui.stepping.conditions_tokens import quoted
from rnn_tui.stepping.errors import StepperError
from rnn_tui.stepping.formulas import at_step
from rnn_tui.stepping.moves import Layout
from rnn_tui.stepping.places import axes

_NAMED = re.compile(r"(?P<name>[^\s\[\]=]+)\s*(?:\[(?P<element>[^\]]*)\])?")
_LAYER = re.compile(r"\^\((?P<layer>[0-9]{1,9})\)$")
_PREFIXED = re.compile(r"dlayer(?P<layer>[0-9]{1,9})\.(?P<name>.+)")
_GIVEN = re.compile(r"layer(?P<of>[0-9]{1,9})\.(?P<name>.+)|state\.layer(?P<state>[0-9]{1,9})")
_MOST_NAMED = 8
"""Operands that an error names."""


class Named(NamedTuple):
    """A name, and the element of it that is meant; None if none was said."""

    name: str
    element: tuple[int, ...] | None


def read_named(text: str) -> Named:
    """``W_hh[3, 4]`` in its parts. Raises StepperError if it is not of this form."""
    match = _NAMED.fullmatch(text.strip())
    if match is None:
        raise StepperError(f"{quoted(text)} is no name: write it as in h_3, dz_17[5] or W_hh[3, 4]")
    inside = match["element"]
    if inside is None:
        return Named(match["name"], None)
    try:
        element = tuple(int(part) for part in inside.split(","))
    except ValueError:
        shown = quoted(f"[{inside}]")
        raise StepperError(f"{shown} is no element: write whole numbers, as in [3, 4]") from None
    return Named(match["name"], element)


def element_of(
    shape: tuple[int, ...], element: tuple[int, ...] | None, name: str
) -> tuple[int, ...]:
    """The whole index of an element: the row may be left out where there is only one.

    Raises StepperError if it lies outside of ``shape``.
    """
    if element is None and all(size == 1 for size in shape):
        return (0,) * len(shape)
    name = quoted(name)[1:-1]
    if element is None:
        zeros = index_text((0,) * len(shape[1:] if shape[0] == 1 else shape))
        raise StepperError(f"{name} has the shape {_shape(shape)}: say which, as in {name}{zeros}")
    whole = (0, *element) if len(element) == len(shape) - 1 and shape[0] == 1 else element
    if len(whole) != len(shape):
        raise StepperError(f"{name} has the shape {_shape(shape)}: write {len(shape)} numbers")
    if not all(0 <= i < size for i, size in zip(whole, shape, strict=True)):
        outside = quoted(index_text(element))[1:-1]
        raise StepperError(f"{name} has no element {outside}: its shape is {_shape(shape)}")
    return whole


def index_text(element: Iterable[int]) -> str:
    """``[3, 4]``; nothing for a single number, which has no index."""
    inside = ", ".join(map(_digits, element))
    return f"[{inside}]" if inside else ""


def element_text(name: str, shape: tuple[int, ...], element: Sequence[int]) -> str:
    """The index of an element as it is read here: without the row where there is only one."""
    kinds = axes(name, shape) or ("",) * len(shape)
    inside = zip(element, kinds, shape, strict=True)
    return index_text(i for i, kind, size in inside if kind != "row" or size > 1)


def result_name(trace: Trace, operation: Operation) -> str:
    """What an operation makes: ``h_17``, and ``h_17^(1)`` where there are several layers."""
    symbol = at_step(operation.symbol, operation.t)
    layer = operation.layer
    return symbol if layer is None else in_layer(symbol, layer, len(trace.places.hidden[0]))


def given_name(name: str, layers: int) -> str:
    """What is given as ``layer0.W_hh`` or ``state.layer0``, as commands call it: ``W_hh``, ``h_0``.

    In a network of several layers the layer is said: ``W_hh^(1)``.
    """
    match = _GIVEN.fullmatch(name)
    if match is None:
        return name
    layer = int(match["of"] or match["state"])
    return in_layer(match["name"] or "h_0", layer, layers)


def in_layer(name: str, layer: int, layers: int) -> str:
    """A name, with its layer where there are several."""
    return f"{name}^({layer})" if layers > 1 else name


def find_operation(layout: Layout, name: str, near: int = 0) -> int:
    """The operation whose result is called ``name``, with its time step put in.

    In a network of several layers the layer is said at the end, ``dz_17^(1)``, or is that of the
    operation ``near``. ``dh_0`` is the gradient of the incoming state, which is f_0. Raises
    StepperError.
    """
    wanted, layer = _without_layer(name)
    found = layout.making("f_0" if wanted == "dh_0" else wanted)
    if not found:
        raise StepperError(_unknown(layout, name, wanted))
    layers = {layout.kinds[index].layer for index in found}
    if layer is None:
        layer = _layer_near(wanted, layers, layout.kinds[near].layer)
    elif layer not in layers:
        raise StepperError(f"there is no {quoted(name)[1:-1]}: write {_spelled(wanted, layers)}")
    return next(index for index in found if layout.kinds[index].layer == layer)


def find_given(trace: Trace, name: str, near: int | None = None) -> str | None:
    """The full name of something given: ``W_hh``, ``h_0``, ``x_3``, ``layer1.b_h``; or None.

    A layer is said as in ``W_hh^(1)``; else it is ``near``, or the only one. Raises StepperError
    where there are several.
    """
    if name in trace.given:
        return name
    plain, layer = _without_layer(name)
    of_layers = {
        k: full
        for k in range(len(trace.places.hidden[0]))
        if (full := f"state.layer{k}" if plain == "h_0" else f"layer{k}.{plain}") in trace.given
    }
    if not of_layers:
        return None
    if layer is None:
        layer = _layer_near(plain, of_layers, near)
    elif layer not in of_layers:
        raise StepperError(f"there is no {quoted(name)[1:-1]}: write {_spelled(plain, of_layers)}")
    return None if layer is None else of_layers[layer]


def find_operand(operation: Operation, name: str) -> str | None:
    """The operand of ``operation`` that is called ``name``; None for its result, or ``value``.

    It may be called as in the formula, ``h_{t-1}``, with the time put in, ``h_16``, or by the name
    that it was given under, ``layer0.W_hh``. Raises StepperError.
    """
    operands = operation.operands
    for operand in operands:
        if name in (operand, at_step(operand, operation.t), operands.given(operand)):
            return operand
    if name in ("value", operation.symbol, at_step(operation.symbol, operation.t)):
        return None
    known = [at_step(operand, operation.t) for operand in operands]
    some = [*known[:_MOST_NAMED], *(["…"] if len(known) > _MOST_NAMED else []), "value"]
    raise StepperError(f"this operation reads no {quoted(name)}: there are {', '.join(some)}")


def _without_layer(name: str) -> tuple[str, int | None]:
    """``dz_3^(1)`` and ``dlayer1.W_hh`` without their layer, and the layer."""
    prefixed, match = _PREFIXED.fullmatch(name), _LAYER.search(name)
    if prefixed is not None:
        return f"d{prefixed['name']}", int(prefixed["layer"])
    return (name, None) if match is None else (name[: match.start()], int(match["layer"]))


def _layer_near(name: str, layers: Collection[int | None], near: int | None) -> int | None:
    """Which of some layers is meant where none was said."""
    if len(layers) == 1:
        return next(iter(layers))
    if near in layers:
        return near
    if None in layers:
        return None
    raise StepperError(f"{name} is in several layers: write {_spelled(name, layers)}")


def _spelled(name: str, layers: Collection[int | None]) -> str:
    said = sorted(layer for layer in layers if layer is not None)
    names = [*([name] if None in layers else []), *(f"{name}^({layer})" for layer in said)]
    return " or ".join(names)


def _unknown(layout: Layout, name: str, wanted: str) -> str:
    shown = quoted(name)[1:-1]
    if layout.spells(wanted):
        return f"there is no {shown}: the time steps are 1 to {layout.steps}"
    return f"no operation makes {shown}: try h_1, dz_1, dW_hh, loss or p_1"


def _digits(number: int) -> str:
    return str(number) if abs(number) < 10**18 else "…"


def _shape(shape: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, shape))})"
