"""The parameters and their gradients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rnn_tui.text.visible import visible_line
from rnn_tui.training.protocol import ViewData, Welcome
from rnn_tui.tui.history import Frame
from rnn_tui.tui.widgets.array_pane import ArrayPane
from rnn_tui.tui.widgets.view_words import axis_label, columns_of, fitting, quoted, rows_of, span


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
        name = f"{self.number} {self.what}{visible_line(data.view.name)}"
        shape = "×".join(str(n) for n in data.shape if n > 1)
        return f"{name} · {shape} · {fitting(data)}", f"{name} · {fitting(data)}"

    def missing(self, _frame: Frame) -> str:
        """What a run without arrays is missing."""
        if self.choices(_frame.history.welcome):
            return ""
        if _frame.history.welcome.kind == "monitored":
            return "no array was shown yet: show(name, array) of the monitor does"
        return "no checkpoint was written yet"

    def row_labels(self, data: ViewData, welcome: Welcome) -> Sequence[str]:
        """Units, or the symbols where the rows are those."""
        if data.view.name == "layer0.W_xh" and data.row_stride == 1:
            last = data.first_row + rows_of(data)
            return [axis_label(welcome, symbol) for symbol in range(data.first_row, last)]
        if data.shape[0] == 1:
            return ()
        return super().row_labels(data, welcome)

    def column_labels(self, data: ViewData, welcome: Welcome) -> Sequence[str]:
        """The symbols where the columns are those and each has its own."""
        if ends(data.view.name)[1] != "symbol" or data.column_stride > 1:
            return ()
        last = data.first_column + columns_of(data)
        return [axis_label(welcome, symbol) for symbol in range(data.first_column, last)]

    def place(self, data: ViewData, welcome: Welcome, row: int, column: int) -> str:
        """Where from and where to."""
        if welcome.kind == "monitored":
            return self._element(data, welcome, row, column)
        over, under = ends(data.view.name)
        first = span(data.first_row, data.row_stride, row, data.shape[0])
        second = span(data.first_column, data.column_stride, column, data.shape[1])
        if over == "symbol" and data.row_stride == 1:
            first = quoted(welcome, data.first_row + row)
        if under == "symbol" and data.column_stride == 1:
            second = quoted(welcome, data.first_column + column)
        return f"{under} {second}:" if not over else f"{over} {first} → {under} {second}:"

    def _element(self, data: ViewData, welcome: Welcome, row: int, column: int) -> str:
        """A place in an array that is not ours, by the names of its axes."""
        known = (one for one in welcome.parameters if one.name == data.view.name)
        info = next(known, None)
        columns = span(data.first_column, data.column_stride, column, data.shape[1])
        rows = span(data.first_row, data.row_stride, row, data.shape[0])
        if info is None or len(info.shape) > 2:
            return f"row {rows}, column {columns}:"
        names = [visible_line(name) for name in info.axes] or ["row", "column"][-len(info.shape) :]
        places = [rows, columns][-len(names) :]
        return ", ".join(f"{name} {at}" for name, at in zip(names, places, strict=False)) + ":"


class WeightsPane(ParameterPane):
    """The parameters themselves."""

    number = 3
    label = "weights"
    kind = "weights"
    what = ""


class GradientsPane(ParameterPane):
    """The gradients of the last step, clipped."""

    number = 4
    label = "gradients"
    kind = "gradients"
    kind_of_rate = "gradient"
    what = "gradient "

    def choices(self, welcome: Welcome) -> Sequence[str]:
        """None of a run whose network is elsewhere."""
        return () if welcome.kind == "monitored" else super().choices(welcome)

    def missing(self, _frame: Frame) -> str:
        """Only a trainer has gradients."""
        if _frame.history.welcome.kind == "monitored":
            return "a monitored run has no gradients here: all arrays that it shows are in pane 3"
        if _frame.update.status.phase == "read-only":
            return "nobody trains this run, and a checkpoint keeps no gradients: s steps through"
        return ""


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
