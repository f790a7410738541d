"""The present weights of a run that is being trained, got from its server without pausing it."""

from __future__ import annotations

from collections.abc import Callable

from rnn_tui.core.arrays import Params
from rnn_tui.core.parameters import flat_parameters
from rnn_tui.sampling.weights import Weights
from rnn_tui.text.vocabulary import Vocabulary
from rnn_tui.training.client import Asks, RefusedError
from rnn_tui.training.protocol import Welcome
from rnn_tui.training.weights_messages import NextWeights, TakeWeights, WeightsPart, WeightsTaken
from rnn_tui.training.wire import unpack


def _nobody(_progress: float) -> None:
    """Nobody wants to know."""


async def take_weights(
    client: Asks, welcome: Welcome, tell: Callable[[float], None] = _nobody
) -> Weights:
    """The weights of one moment between two training steps. Training goes on meanwhile.

    ``tell`` is called with the progress, 0..1. Nothing in the run changes, and the event loop is
    never held for long. A client has one copy at a time: whoever takes another one before this is
    done ends this. Raises RefusedError then and when the server refuses, ServerGoneError when it
    is gone.
    """
    taken = await client.ask(TakeWeights())
    if not isinstance(taken, WeightsTaken):
        raise RefusedError("the trainer did not say what weights it has")
    params = await _fetch(client, welcome, taken, tell)
    try:
        vocabulary = Vocabulary(welcome.symbol_kind, welcome.symbols)
        return Weights(params, welcome.cell, vocabulary, taken.step, welcome.name)
    except ValueError as error:
        raise RefusedError(f"the trainer's weights cannot be used: {error}") from error


async def _fetch(
    client: Asks, welcome: Welcome, taken: WeightsTaken, tell: Callable[[float], None]
) -> Params:
    """All parameters, as many as the welcome announced."""
    shapes = {info.name: info.shape for info in welcome.parameters}
    flat, params = flat_parameters(shapes, welcome.dtype)  # (N,)
    start, size = 0, flat.size
    while start < size:
        answer = await client.ask(NextWeights(taken.step, start))
        part = unpack(answer.values) if isinstance(answer, WeightsPart) else flat[:0]
        end = start + part.size
        if part.dtype != flat.dtype or not start < end <= size == taken.size:
            raise RefusedError("the trainer's weights came in another size than they have")
        flat[start:end] = part
        start = end
        tell(start / size)
    return params
