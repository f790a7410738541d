"""A matrix that changes while one looks: what the state and parameter panes share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.reactive import var

from rnn_tui.training.protocol import View, ViewData, ViewKind, Welcome
from rnn_tui.training.wire import unpack
from rnn_tui.tui.history import Frame, History
from rnn_tui.tui.renderables.heatmap_layout import EMPTY, HeatmapData
from rnn_tui.tui.widgets.heatmap import HeatmapWidget
from rnn_tui.tui.widgets.pane import Pane
from rnn_tui.tui.widgets.view_words import numbers, rows_of, within


class ArrayPane(Pane):
    """A heatmap of one array of the run: chosen, pooled or scrolled, and read out."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "toggle_pooled", "Pool or scroll", show=False, id="array.pool"),
        Binding("shift+up,K", "scroll_array(-1, 0)", "Scroll up", show=False, id="array.up"),
        Binding("shift+down,J", "scroll_array(1, 0)", "Scroll down", show=False, id="array.down"),
        Binding("shift+left,H", "scroll_array(0, -1)", "Scroll left", show=False, id="array.left"),
        Binding(
            "shift+right,L", "scroll_array(0, 1)", "Scroll right", show=False, id="array.right"
        ),
    ]

    kind: ClassVar[ViewKind]
    kind_of_rate = "heatmap"

    _asking: View | None = None
    _answered: View | None = None
    _data: ViewData | None = None

    choice: var[int] = var(0, init=False)
    pooled: var[bool] = var(True, init=False)
    first: var[tuple[int, int]] = var((0, 0), init=False)

    def compose(self) -> ComposeResult:
        """The heatmap."""
        yield HeatmapWidget()

    @property
    def heatmap(self) -> HeatmapWidget:
        """The widget that draws."""
        return self.query_one(HeatmapWidget)

    def choices(self, welcome: Welcome) -> Sequence[str]:
        """The names of what can be shown."""
        raise NotImplementedError

    def chosen(self, welcome: Welcome) -> str:
        """The name of what is shown; "" where there is nothing to choose from."""
        names = self.choices(welcome)
        return names[self.choice % len(names)] if names else ""

    def missing(self, _frame: Frame) -> str:
        """In words, why there is nothing to show; "" where there is, or it is on its way."""
        return ""

    def wish(self, welcome: Welcome) -> View | None:
        """What to ask for; None where there is nothing."""
        self._asking = self.view(welcome) if self.choices(welcome) else None
        return self._asking

    def is_due(self, history: History, now: float) -> bool:
        """At once where something else is looked at."""
        return self._looks_elsewhere(history.welcome) or super().is_due(history, now)

    def is_behind(self, history: History) -> bool:
        """Also where something else is looked at."""
        return self._looks_elsewhere(history.welcome) or super().is_behind(history)

    def _looks_elsewhere(self, welcome: Welcome) -> bool:
        return bool(self.choices(welcome)) and self.view(welcome) != self._answered

    def subject(self, history: History) -> object:
        """While it is trained always another; else a checkpoint may be new."""
        status = history.status
        if status is None or status.phase == "training":
            return object()
        return super().subject(history), status.phase, status.saved_step

    def view(self, welcome: Welcome) -> View:
        """What is looked at, at the size of now."""
        room = self.heatmap.capacity
        return View(
            kind=self.kind,
            name=self.chosen(welcome),
            rows=max(1, room.rows),
            columns=max(1, room.columns),
            first_row=self.first[0],
            first_column=self.first[1],
            pooled=self.pooled,
        )

    def take(self, frame: Frame) -> None:
        """Draw the array that was asked for."""
        self._answered = self._asking
        data = frame.view(self.kind)
        missing = self.missing(frame) if data is None else ""
        self.heatmap.say(missing)
        if missing and self._data is not None:
            self._clear()
        if data is None or data.view.name != self.chosen(frame.history.welcome):
            return
        self._data = data
        self.heatmap.data = HeatmapData(
            unpack(data.values),
            row_labels=self.row_labels(data, frame.history.welcome),
            column_labels=self.column_labels(data, frame.history.welcome),
        )
        self.entitle(self.titles(data), self.read_out(frame))

    def _clear(self) -> None:
        """What was drawn is not so any more, and nothing comes in its place."""
        self._data = None
        self.heatmap.data = EMPTY
        self.entitle(f"{self.number} {self.label}")

    def titles(self, data: ViewData) -> Sequence[str]:
        """What is shown, of which shape and how it was made to fit; shorter and shorter."""
        raise NotImplementedError

    def row_labels(self, data: ViewData, _welcome: Welcome) -> Sequence[str]:
        """One for each row."""
        return numbers(data.first_row, data.row_stride, rows_of(data))

    def column_labels(self, _data: ViewData, _welcome: Welcome) -> Sequence[str]:
        """One for each column."""
        return ()

    def read_out(self, frame: Frame) -> str:
        """The value under the cursor, with its place in words; else what there is to press."""
        data, cursor = self._data, self.heatmap.cursor
        if data is None or cursor is None:
            return "[ ] another"
        values = unpack(data.values)
        row, column = min(cursor[0], values.shape[0] - 1), min(cursor[1], values.shape[1] - 1)
        if row < 0 or column < 0:
            return ""
        place = self.place(data, frame.history.welcome, row, column)
        return f"{place} {values[row, column]:+.4g}"

    def place(self, data: ViewData, welcome: Welcome, row: int, column: int) -> str:
        """Where the cursor is, in the terms of what is shown."""
        raise NotImplementedError

    @on(HeatmapWidget.CursorMoved)
    def show_reading(self, event: HeatmapWidget.CursorMoved) -> None:
        """Read out what the cursor stands on."""
        event.stop()
        if self.frame is not None:
            self.entitle(str(self.border_title or ""), self.read_out(self.frame))

    def choose(self, name: str) -> None:
        """Show the array of this name."""
        if self.frame is not None:
            self.choice = list(self.choices(self.frame.history.welcome)).index(name)
            self.first = (0, 0)

    def on_click(self, event: events.Click) -> None:
        """A click on the title shows the next array."""
        if event.screen_y == self.region.y:
            self.action_turn(1)

    def action_turn(self, by: int) -> None:
        """Show the next or the previous array."""
        if self.frame is not None:
            count = len(self.choices(self.frame.history.welcome))
            self.choice = (self.choice + by) % max(count, 1)
            self.first = (0, 0)

    def watch_choice(self) -> None:
        """Have it asked for, at once."""
        self._wake()

    def watch_pooled(self) -> None:
        """The same."""
        self._wake()

    def watch_first(self) -> None:
        """The same."""
        self._wake()

    def _wake(self) -> None:
        wake = getattr(self.app, "wake", None)
        if wake is not None:
            wake()

    def on_resize(self) -> None:
        """More of it, or less, has room now."""
        super().on_resize()
        self._wake()

    def action_toggle_pooled(self) -> None:
        """Pool what does not fit, or scroll over it."""
        self.pooled = not self.pooled

    def action_scroll_array(self, rows: int, columns: int) -> None:
        """Move over an array that does not fit, half a pane at a time."""
        data = self._data
        if data is None:
            return
        room = self.heatmap.capacity
        self.first = (
            within(self.first[0] + rows * max(1, room.rows // 2), data.shape[0], room.rows),
            within(
                self.first[1] + columns * max(1, room.columns // 2), data.shape[1], room.columns
            ),
        )
