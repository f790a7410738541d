"""Hidden state, weights and gradients: matrices that change while one looks."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.reactive import var

from rnn_tui.text.visible import visible_symbol
from rnn_tui.training.protocol import View, ViewData, ViewKind, Welcome
from rnn_tui.training.wire import unpack
from rnn_tui.tui.history import Frame
from rnn_tui.tui.renderables.heatmap_layout import HeatmapData
from rnn_tui.tui.widgets.heatmap import HeatmapWidget
from rnn_tui.tui.widgets.pane import Pane


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
    period: ClassVar[float]
    """Seconds between two drawings: what changes slowly is drawn less often."""

    _drawn_at = -math.inf
    _drawn_view: View | None = None
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
        """The name of what is shown."""
        names = self.choices(welcome)
        return names[self.choice % len(names)]

    def wish(self, welcome: Welcome) -> View | None:
        """What to ask for; None while the picture of before is good enough."""
        view = self.view(welcome)
        due = time.monotonic() - self._drawn_at >= self.period
        return view if due or view != self._drawn_view else None

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
        data = frame.view(self.kind)
        if data is None or data.view.name != self.chosen(frame.history.welcome):
            return
        self._drawn_at, self._drawn_view = time.monotonic(), data.view
        self._data = data
        self.heatmap.data = HeatmapData(
            unpack(data.values),
            row_labels=self.row_labels(data, frame.history.welcome),
            column_labels=self.column_labels(data, frame.history.welcome),
        )
        self.entitle(self.titles(data), self.read_out(frame))

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

    def action_turn(self, by: int) -> None:
        """Show the next or the previous array."""
        if self.frame is not None:
            count = len(self.choices(self.frame.history.welcome))
            self.choice = (self.choice + by) % count
            self.first = (0, 0)

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
            within(data.first_row + rows * max(1, room.rows // 2), data.shape[0], room.rows),
            within(
                data.first_column + columns * max(1, room.columns // 2), data.shape[1], room.columns
            ),
        )


class StatePane(ArrayPane):
    """The hidden state of one layer: units downwards, the characters of the window along."""

    number = 2
    label = "state"
    kind = "hidden"
    period = 0.2

    # The largest of a few tanh units is nearly always 1: pooled, they would all look the same.
    pooled = var(False, init=False)

    def choices(self, welcome: Welcome) -> Sequence[str]:
        """The layers."""
        return [str(layer) for layer in range(welcome.layers)]

    def titles(self, data: ViewData) -> Sequence[str]:
        """Layer, units, and the time steps where there is no room for all."""
        units = part("units", data.first_row, data.row_stride, rows_of(data), data.shape[0])
        steps = part("t", data.first_column + 1, 1, columns_of(data), data.shape[1])
        long = f"{self.number} hidden state · layer {data.view.name} · {units} · {steps}"
        return long, f"{self.number} state · layer {data.view.name} · {units}"

    def column_labels(self, data: ViewData, welcome: Welcome) -> Sequence[str]:
        """The characters that were read."""
        return [visible_symbol(welcome.symbols[symbol]) for symbol in data.symbols]

    def place(self, data: ViewData, welcome: Welcome, row: int, column: int) -> str:
        """Unit, and the character it has just read."""
        unit = span(data.first_row, data.row_stride, row, data.shape[0])
        label = visible_symbol(welcome.symbols[data.symbols[column]])
        return f"unit {unit} after “{label}” t={data.first_column + column + 1}:"


class ParameterPane(ArrayPane):
    """A parameter or its gradient."""

    what: ClassVar[str]

    def choices(self, welcome: Welcome) -> Sequence[str]:
        """The parameters; W_hh of the first layer first, since it is the one that recurs."""
        names = [parameter.name for parameter in welcome.parameters]
        start = names.index("layer0.W_hh") if "layer0.W_hh" in names else 0
        return names[start:] + names[:start]

    def titles(self, data: ViewData) -> Sequence[str]:
        """Name and shape."""
        name = f"{self.number} {self.what}{data.view.name}"
        shape = "×".join(str(n) for n in data.shape)
        return f"{name} · {shape} · {fitting(data)}", f"{name} · {fitting(data)}"

    def row_labels(self, data: ViewData, welcome: Welcome) -> Sequence[str]:
        """Units, or the symbols where the rows are those."""
        if data.view.name == "layer0.W_xh" and data.row_stride == 1:
            shown = welcome.symbols[data.first_row : data.first_row + data.shape[0]]
            return [visible_symbol(symbol) for symbol in shown][: unpack(data.values).shape[0]]
        if data.shape[0] == 1:
            return ()
        return super().row_labels(data, welcome)

    def place(self, data: ViewData, welcome: Welcome, row: int, column: int) -> str:
        """Where from and where to."""
        over, under = ends(data.view.name)
        first = span(data.first_row, data.row_stride, row, data.shape[0])
        second = span(data.first_column, data.column_stride, column, data.shape[1])
        if over == "symbol" and data.row_stride == 1:
            first = f"“{visible_symbol(welcome.symbols[data.first_row + row])}”"
        if under == "symbol" and data.column_stride == 1:
            second = f"“{visible_symbol(welcome.symbols[data.first_column + column])}”"
        return f"{under} {second}:" if not over else f"{over} {first} → {under} {second}:"


class WeightsPane(ParameterPane):
    """The parameters themselves."""

    number = 3
    label = "weights"
    kind = "weights"
    period = 0.95
    what = ""


class GradientsPane(ParameterPane):
    """The gradients of the last step, clipped."""

    number = 4
    label = "gradients"
    kind = "gradients"
    period = 0.35
    what = "gradient "


def ends(parameter: str) -> tuple[str, str]:
    """What the rows and the columns of a parameter stand for; a bias has no rows."""
    known = {
        "layer0.W_xh": ("symbol", "unit"),
        "W_hy": ("unit", "symbol"),
        "b_y": ("", "symbol"),
    }
    if parameter in known:
        return known[parameter]
    return ("", "unit") if parameter.endswith(".b_h") else ("unit", "unit")


def rows_of(data: ViewData) -> int:
    """How many rows there are to draw."""
    return data.values.shape[0]


def columns_of(data: ViewData) -> int:
    """How many columns there are to draw."""
    return data.values.shape[1]


def part(name: str, first: int, stride: int, count: int, length: int) -> str:
    """In words, which of ``length`` things are shown: all, some of them, or pooled ones."""
    if stride > 1:
        return f"{length} {name}, {stride} pooled (max)"
    if count < length:
        return f"{name} {first}–{first + count - 1} of {length}"
    return f"{length} {name}" if name != "t" else f"t {first}–{first + count - 1}"


def fitting(data: ViewData) -> str:
    """In words: whether all of a matrix is there, or how it was pooled, or which part it is."""
    if data.row_stride > 1 or data.column_stride > 1:
        return f"{data.row_stride}×{data.column_stride} pooled (max)"
    cut = [
        part("rows", data.first_row, 1, rows_of(data), data.shape[0])
        if rows_of(data) < data.shape[0]
        else "",
        part("columns", data.first_column, 1, columns_of(data), data.shape[1])
        if columns_of(data) < data.shape[1]
        else "",
    ]
    return ", ".join(filter(None, cut)) or "all values"


def numbers(first: int, stride: int, count: int) -> list[str]:
    """The number of the first thing that each row stands for."""
    return [str(first + stride * i) for i in range(count)]


def span(first: int, stride: int, index: int, length: int) -> str:
    """The things that one row stands for."""
    start = first + stride * index
    end = min(start + stride, length) - 1
    return str(start) if end <= start else f"{start}–{end}"


def within(first: int, length: int, room: int) -> int:
    """A first row or column that leaves the pane full."""
    return int(np.clip(first, 0, max(0, length - room)))
