"""A walk through a short text, and an app with one pane in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.message import Message

from rnn_tui.core.faults import FAULTS
from rnn_tui.core.initialization import initialize
from rnn_tui.core.parameters import Architecture
from rnn_tui.core.retrace import retrace
from rnn_tui.core.trace import Update
from rnn_tui.stepping.view import Selection, View
from rnn_tui.stepping.window import make_window
from rnn_tui.text.vocabulary import Vocabulary
from rnn_tui.tui.widgets.line_pane import LinePane

TEXT = "the end of\nthe 漢字 and\x1b[31m so on, and on and on it goes, until somebody stops it.\n"


def first_view(T: int = 12, H: int = 6, L: int = 1) -> View:
    """The first stop of a walk with clipping and an update."""
    text = TEXT * (T // len(TEXT) + 2)
    vocabulary = Vocabulary.of(text, "character")
    symbols, V = vocabulary.encode(text[: T + 1]).astype(int)[:, None], len(vocabulary)
    architecture = Architecture(inputs=V, hidden=H, layers=L, outputs=V, cell="tanh")
    _, params = initialize(architecture, "xavier", np.random.default_rng(5), np.float64)
    state = tuple(np.zeros((1, H)) for _ in range(L))
    settings: dict[str, Any] = {"clip": 0.5, "update": Update("sgd", 0.1, {}, {}, 0)}
    window = make_window(params, symbols[:-1], symbols[1:], state, vocabulary, "a test", **settings)
    return View(window, window.trace(), 0, Selection(None, (0, 0)))


class Walk:
    """Makes the views of one walk."""

    def __init__(self, **sizes: int) -> None:
        self.first = first_view(**sizes)

    def __call__(self, index: int = 0, **others: Any) -> View:
        """The stop at ``index``; a negative one counts from the end."""
        trace = others.pop("trace", self.first.trace)
        index %= len(trace)
        return View(self.first.window, trace, index, self.first.selected, **others)

    def where(self, symbol: str, t: int = 0, phase: str | None = None) -> int:
        """The index of the first operation that makes ``symbol`` at ``t``."""
        return next(
            o.index
            for o in self.first.trace
            if o.symbol == symbol and o.t == t and phase in (None, o.phase)
        )

    def altered(self, *edits: Any, fault: str | None = None) -> dict[str, Any]:
        """What a view has of these edits and this fault."""
        trace, changed = retrace(self.first.trace, edits, FAULTS[fault] if fault else None)
        base = self.first.trace
        return {"trace": trace, "base": base, "changed": changed, "edits": edits, "fault": fault}


class Host(App[None]):
    """One pane, the lines that it has drawn, and the messages that it sent."""

    def __init__(self, pane: LinePane) -> None:
        super().__init__()
        self.pane = pane
        self.said: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.pane

    @property
    def text(self) -> list[str]:
        """What is on the screen."""
        return [strip.text for strip in self.screen._compositor.render_strips(self.size)]

    @property
    def body(self) -> list[str]:
        """What is within the frame of the pane."""
        width, height = self.pane.outer_size
        return [line[2 : width - 2] for line in self.text[1 : height - 1]]

    def on_time_strip_chosen(self, message: Message) -> None:
        self.said.append(message)

    def on_operation_list_chosen(self, message: Message) -> None:
        self.said.append(message)


@pytest.fixture(scope="session")
def walk() -> Walk:
    """T = 12, H = 6, one layer."""
    return Walk()


@pytest.fixture(scope="session")
def make_walk() -> Callable[..., Walk]:
    """A walk of other sizes."""
    return Walk


@pytest.fixture
def host() -> Callable[[LinePane], Host]:
    """An app with one pane."""
    return Host


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Region, ...]]:
    """The regions of each refresh that a pane asks for."""
    calls: list[tuple[Region, ...]] = []
    original = LinePane.refresh

    def refresh(self: LinePane, *regions: Region, **options: Any) -> Any:
        calls.append(regions)
        return original(self, *regions, **options)

    monkeypatch.setattr(LinePane, "refresh", refresh)
    return calls
