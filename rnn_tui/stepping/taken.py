"""A window of a run: what one of its training steps reads, however it was got at."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count, takewhile

import numpy as np
import numpy.typing as npt

from rnn_tui.core.arrays import Array, Params
from rnn_tui.core.updates import Update
from rnn_tui.stepping.window import Window, make_window
from rnn_tui.text.vocabulary import Vocabulary
from rnn_tui.training.window_messages import WindowHead


def window_of(
    name: str,
    vocabulary: Vocabulary,
    head: WindowHead,
    arrays: Mapping[str, Array],
    dtype: npt.DTypeLike = np.float64,
) -> Window:
    """The window of all rows of the batch, its arrays copied.

    ``name`` is the run's. ``arrays`` have the names of ``training.window_messages``. Raises
    KeyError where one is missing, ValueError where ``head`` names what there is not.
    """
    moments = {moment: _under(arrays, f"{moment}.", dtype) for moment in head.moments}
    layers = takewhile(arrays.__contains__, (f"state.layer{layer}" for layer in count()))
    return make_window(
        {parameter: arrays[parameter] for parameter in _parameters(arrays, head)},
        arrays["inputs"],
        arrays["targets"],
        tuple(arrays[layer] for layer in layers),
        vocabulary,
        f"{name} · step {head.step:,}",
        dtype=dtype,
        cell=head.cell,
        clip=head.clip,
        clip_value=head.clip_value,
        update=Update(head.optimizer, head.learning_rate, head.options, moments, head.updates),
        rows=arrays["inputs"].shape[1],
    )


def _parameters(arrays: Mapping[str, Array], head: WindowHead) -> list[str]:
    others = ("inputs", "targets", "state.", *(f"{moment}." for moment in head.moments))
    return [name for name in arrays if not name.startswith(others)]


def _under(arrays: Mapping[str, Array], prefix: str, dtype: npt.DTypeLike) -> Params:
    """The moments of one name, by their parameter."""
    return {
        name.removeprefix(prefix): value.astype(dtype)
        for name, value in arrays.items()
        if name.startswith(prefix)
    }
