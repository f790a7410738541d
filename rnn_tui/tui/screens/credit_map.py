"""The map of credit: which loss depends on which state, on a logarithmic scale, with a cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from textual.binding import Binding, BindingType

from rnn_tui.core.flow import FlowReport
from rnn_tui.stepping.places import symbol_label
from rnn_tui.stepping.window import Window
from rnn_tui.text.visible import visible_symbol
from rnn_tui.tui.renderables.heatmap_layout import MOST_STRETCH, HeatmapData
from rnn_tui.tui.renderables.numbers import reading
from rnn_tui.tui.widgets.heatmap import HeatmapWidget

Array = npt.NDArray[Any]

DECADES: Final = 4
"""Credit is drawn on a logarithmic scale that reaches so far below the largest."""


def _key(keys: str, action: str, short: str, does: str, sign: str = "") -> Binding:
    """A key; with a ``sign`` it is shown at the bottom of the screen."""
    name = keys.partition(",")[0]
    display = sign or None
    return Binding(keys, action, short, bool(sign), display, tooltip=does, id=f"credit.{name}")


class Entry(NamedTuple):
    """The loss of step t and the state of step s, from 1."""

    t: int
    s: int


class CreditMap(HeatmapWidget):
    """T x T, or blocks of it: row t, column s. Of a block the largest entry is drawn and read."""

    BINDINGS: ClassVar[list[BindingType]] = [
        _key("left,h", "move(0, -1)", "state", "the state before", "←→"),
        _key("right,l", "move(0, 1)", "state", "the state after"),
        _key("up,k", "move(-1, 0)", "loss", "the loss before", "↑↓"),
        _key("down,j", "move(1, 0)", "loss", "the loss after"),
        _key("home", "first", "first, own state", "the first state", "home end"),
        _key("end", "own", "own state", "the state of the loss's own step"),
    ]

    def __init__(self, report: FlowReport, window: Window) -> None:
        super().__init__(signed=False)
        self.report, self.window = report, window
        self.block = 1
        """Steps to a row and to a column."""
        self._decades = _decades(report.credit)

    @property
    def steps(self) -> int:
        """T."""
        return len(self.report.credit)

    def zoom(self, width: int) -> int:
        """Cells to a column, so that the map takes at most ``width``; 0 if it does not fit."""
        return min(width // max(self.steps, 1), MOST_STRETCH)

    def draw(self) -> None:
        """Pool as many steps as it takes, the same number down and across."""
        if not self.size.area:
            return
        at = self.entry if self.cursor is not None else Entry(self.steps, self.steps)
        for block in range(1, self.steps + 1):
            self.block = block
            labels = self._labels()
            shape = (len(labels), len(labels))
            self.data = HeatmapData(np.zeros(shape), labels, labels, DECADES)
            rows, columns = self.capacity
            if len(labels) <= min(rows, columns):
                break
        self.data = HeatmapData(self._pooled(), labels, labels, DECADES, self._note())
        self.cursor = ((at.t - 1) // self.block, (at.s - 1) // self.block)

    def _pooled(self) -> Array:
        starts = np.arange(0, self.steps, self.block)
        rows = np.maximum.reduceat(self._decades, starts, axis=0)
        return np.maximum.reduceat(rows, starts, axis=1)

    def _note(self) -> str:
        pooled = f" · max of {self.block} × {self.block}" if self.block > 1 else ""
        return f"decades above {reading(_largest(self.report.credit) / 10**DECADES)}{pooled}"

    def _labels(self) -> Sequence[str]:
        """The characters that were read, or the numbers of the steps where some are left out."""
        steps = range(1, self.steps + 1, self.block)
        if self.block > 1:
            return [str(t) for t in steps]
        return [visible_symbol(self.window.input_symbol(t, self._row)) for t in steps]

    @property
    def _row(self) -> int:
        return min(self.report.row, self.window.batch - 1)

    @property
    def entry(self) -> Entry:
        """What the cursor is on; of a block the largest."""
        row, column = self.cursor or (0, 0)
        top, left = row * self.block, column * self.block
        block = self.report.credit[top : top + self.block, left : left + self.block]
        t, s = np.unravel_index(int(np.argmax(block)), block.shape)
        return Entry(top + int(t) + 1, left + int(s) + 1)

    def words(self, room: int) -> str:
        """What the cursor is on: the loss, the state and the number; shorter where it must be."""
        t, s = self.entry
        if s > t:
            return f"s = {s} comes after t = {t}"
        value = reading(self.report.credit[t - 1, s - 1])
        read = symbol_label(self.window, int(self.window.inputs[s - 1, self._row]))
        due = symbol_label(self.window, int(self.window.targets[t - 1, self._row]))
        full = f"loss of {due} at t = {t} → state after {read} at s = {s}: {value}"
        return full if len(full) <= room else f"t = {t} {due}, s = {s} {read}: {value}"

    # -- keys

    def action_first(self) -> None:
        """To the first state."""
        row, _ = self.cursor or (0, 0)
        self.cursor = (row, 0)

    def action_own(self) -> None:
        """To the state of the loss's own step."""
        row, _ = self.cursor or (0, 0)
        self.cursor = (row, row)


def _largest(credit: Array) -> float:
    finite = credit[np.isfinite(credit)]
    return float(finite.max()) if finite.size else 0.0


def _decades(credit: Array) -> Array:
    """Decades above the lowest that is drawn, 0..DECADES; NaN and infinity stay."""
    largest = _largest(credit)
    if not largest > 0:
        return credit
    with np.errstate(all="ignore"):
        above = np.log10(credit / largest) + DECADES
    return np.where(np.isfinite(credit), above.clip(0, DECADES), credit)
