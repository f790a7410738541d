"""The next window of a run that is being trained, got from its server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from math import prod

import numpy as np

from rnn_tui.core.arrays import Array
from rnn_tui.stepping.taken import window_of
from rnn_tui.stepping.window import Window
from rnn_tui.text.vocabulary import Vocabulary
from rnn_tui.training.client import Asks, RefusedError
from rnn_tui.training.protocol import Welcome
from rnn_tui.training.window_messages import NextArray, NextWindow, WindowHead, WindowPart
from rnn_tui.training.wire import unpack

ATTEMPTS = 20
"""How often all is asked for again when somebody has made a step in between."""


class _SteppedError(Exception):
    """The run has made a step: what has arrived is not all of one moment."""


def _nobody(_progress: float) -> None:
    """Nobody wants to know."""


async def take_window(
    client: Asks, welcome: Welcome, row: int | None = None, tell: Callable[[float], None] = _nobody
) -> Window:
    """The window that the next training step will use, in float64; the run must be paused.

    ``row`` takes that row of the batch alone, None all. ``tell`` is called with the progress,
    0..1. Nothing in the run changes, and the event loop is never held for long. Raises
    RefusedError when the server refuses, as it does while it trains, and ServerGoneError.
    """
    for _ in range(ATTEMPTS):
        head = await _head(client)
        try:
            arrays = await _arrays(client, welcome, head, tell)
        except _SteppedError:
            continue
        whole = await asyncio.to_thread(_window, welcome, head, arrays)
        return whole if row is None else whole.one_row(row)
    raise RefusedError("somebody else makes training steps: try again when they have stopped")


async def _head(client: Asks) -> WindowHead:
    answer = await client.ask(NextWindow())
    if isinstance(answer, WindowHead):
        return answer
    raise RefusedError("the trainer did not say what its next window is")


def _window(welcome: Welcome, head: WindowHead, arrays: dict[str, Array]) -> Window:
    try:
        vocabulary = Vocabulary(welcome.symbol_kind, welcome.symbols)
        return window_of(welcome.name, vocabulary, head, arrays)
    except ValueError as error:
        raise RefusedError(f"the trainer's window cannot be used: {error}") from error


async def _arrays(
    client: Asks, welcome: Welcome, head: WindowHead, tell: Callable[[float], None]
) -> dict[str, Array]:
    """All arrays of one moment. Raises _SteppedError when the run has left that moment."""
    shapes = _shapes(welcome, head)
    total, arrived = sum(map(prod, shapes.values())), 0
    arrays = {}
    for name, shape in shapes.items():
        symbols = name in ("inputs", "targets")
        array: Array = np.empty(prod(shape), np.int64 if symbols else head.dtype)
        start = 0
        while start < array.size:
            part = await _part(client, head.step, NextArray(name, start))
            end = start + part.size
            if part.dtype != array.dtype or not start < end <= array.size:
                raise RefusedError(f"the trainer's {name} came in another size than it has")
            array[start:end] = part
            start = end
            tell((arrived + start) / total)
        arrived += array.size
        arrays[name] = array.reshape(shape)
    return arrays


def _shapes(welcome: Welcome, head: WindowHead) -> dict[str, tuple[int, ...]]:
    """Every array of the window by its name: the names of ``training.window_messages``."""
    window = (head.window, welcome.batch)
    parameters = {info.name: info.shape for info in welcome.parameters}
    shapes: dict[str, tuple[int, ...]] = {"inputs": window, "targets": window}  # (T, B)
    for layer in range(welcome.layers):
        shapes[f"state.layer{layer}"] = (welcome.batch, welcome.hidden)  # (B, H)
    shapes |= parameters
    for moment in head.moments:
        shapes |= {f"{moment}.{name}": shape for name, shape in parameters.items()}
    return shapes


async def _part(client: Asks, step: int, request: NextArray) -> Array:
    answer = await client.ask(request)
    if not isinstance(answer, WindowPart):
        raise RefusedError(f"the trainer did not send {request.name}")
    if answer.step != step:
        raise _SteppedError
    return unpack(answer.values)  # (n,)
