"""What is trained on and what is held out, and how much text that takes."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol, TypeVar

from rnn_tui.text.errors import CorpusError

HELD_OUT = 0.1
"""The share of the text, from its end, that is measured and never trained on."""

LEAST_HELD_OUT = 64
"""Fewer held-out symbols than this say nothing; then all of the text is trained on."""


class Sliceable(Protocol):
    """A string, bytes or an array: it has a length and can be cut."""

    def __len__(self) -> int: ...
    def __getitem__(self, key: slice, /) -> Any: ...


Text = TypeVar("Text", bound=Sliceable)


class WindowShape(NamedTuple):
    """``batch`` streams side by side, ``window`` symbols of each at a time."""

    batch: int
    window: int


def held_out_length(n_symbols: int, held_out: float = HELD_OUT) -> int:
    """Return how many of ``n_symbols`` are held out: a share ``0 <= held_out < 1``, or none."""
    if not 0 <= held_out < 1:
        raise CorpusError(f"the held-out share is {held_out}: it must be at least 0 and below 1")
    length = int(n_symbols * held_out)
    return length if length >= LEAST_HELD_OUT else 0


def split(symbols: Text, held_out: float = HELD_OUT) -> tuple[Text, Text]:
    """Cut ``symbols`` into ``(training, held_out)``; the second, the end, may be empty."""
    cut = len(symbols) - held_out_length(len(symbols), held_out)
    return symbols[:cut], symbols[cut:]


def require_length(n_symbols: int, batch: int, window: int, held_out: float = HELD_OUT) -> None:
    """Raise CorpusError unless the training part fills ``batch`` streams for one ``window``."""
    least = batch * window + 1  # the last symbol of a window needs one after it as its target
    if n_symbols - held_out_length(n_symbols, held_out) >= least:
        return
    needed = least
    while needed - held_out_length(needed, held_out) < least:
        needed = max(needed + 1, int((least - 1) / (1 - held_out)))
    raise CorpusError(
        f"the text has {n_symbols:,} symbols, and --batch {batch} with --window {window} needs at"
        f" least {needed:,}: use a smaller --batch or --window, or a longer text"
    )


def fitting_shape(n_symbols: int, batch: int, window: int) -> WindowShape:
    """Return the largest shape within ``batch`` and ``window`` that ``n_symbols`` (>= 2) can fill.

    For measuring a held-out text that is shorter than one window of training.
    """
    window = max(1, min(window, n_symbols - 1))
    return WindowShape(max(1, min(batch, (n_symbols - 1) // window)), window)
