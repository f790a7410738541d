"""What a session answers to those who want the next window."""

from __future__ import annotations

import numpy as np

from rnn_tui.training.session import Session
from rnn_tui.training.upcoming import upcoming
from rnn_tui.training.window_messages import NextArray, NextWindow, WindowHead, WindowPart
from rnn_tui.training.wire import pack

MOST_ELEMENTS = 2**19
"""Elements of an array in one answer: at most 4 MB, and a few milliseconds for both ends."""


def next_window(session: Session, _client: int, _request: NextWindow) -> WindowHead:
    """All that is no array. Raises ValueError while training goes on."""
    _require_rest(session)
    return upcoming(session.trainer).head


def next_array(session: Session, _client: int, request: NextArray) -> WindowPart:
    """The next elements of an array. Raises ValueError while training goes on."""
    _require_rest(session)
    head, arrays = upcoming(session.trainer)
    if request.name not in arrays:
        raise ValueError(f"the window has no array {request.name[:60]!r}")
    flat = arrays[request.name].reshape(-1)
    part = flat[request.start : request.start + MOST_ELEMENTS]  # (n,)
    return WindowPart(head.step, pack(part if part.dtype.kind == "f" else part.astype(np.int64)))


def _require_rest(session: Session) -> None:
    if session.phase == "training":
        raise ValueError("training goes on: pause it, then its next window can be looked at")
