"""The hidden state after the character that is looked at, and its change from the step before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from rnn_tui.sampling.tables import symbol_text
from rnn_tui.sampling.tree import Mark
from rnn_tui.sampling.view import Column, View
from rnn_tui.stepping.digits import signed, written
from rnn_tui.text.visible import visible_character
from rnn_tui.tui.renderables.palette import diverging
from rnn_tui.tui.renderables.unit_grid import Unit
from rnn_tui.tui.widgets.line_pane import Line, LinePane, Span
from rnn_tui.tui.widgets.sampler.state_picture import Shown, StatePicture, Step
from rnn_tui.tui.widgets.sampler.unit_words import unit_name
from rnn_tui.tui.widgets.surroundings import shades, surroundings

_HINTS = (
    "the hidden state after the character under the cursor,",
    "and how it changed: there is no character yet",
)
_LARGE = 1000


def _key(keys: str, columns: int, rows: int, does: str) -> Binding:
    name = keys.partition(",")[0].removeprefix("alt+")
    action = f"move({columns}, {rows})"
    return Binding(keys, action, does, show=False, tooltip=does, id=f"sampler.unit-{name}")


class StatePane(LinePane[View], can_focus=True):
    """Every unit of every layer in a cell, where there is room; below it what it changed by.

    A click, or alt with the arrows, chooses a unit; what the mouse is over is read out.
    """

    DEFAULT_CSS: ClassVar[str] = "StatePane { height: 8; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        _key("alt+left,left_curly_bracket", -1, 0, "the unit before"),
        _key("alt+right,right_curly_bracket", 1, 0, "the unit behind"),
        _key("alt+up", 0, -1, "the unit above"),
        _key("alt+down", 0, 1, "the unit below"),
    ]

    class UnitChosen(Message):
        """Somebody chose a unit, both numbered from 0: it is to be watched."""

        def __init__(self, layer: int, unit: int) -> None:
            super().__init__()
            self.layer, self.unit = layer, unit

    _pointed: Unit | None = None
    _picture: StatePicture | None = None

    def watch_view(self, old: View | None, new: View | None) -> None:
        """Let go of a character that is not looked at any more: it holds its whole text."""
        if self._picture is not None and (new is None or new.mark is not self._picture.shown.mark):
            self._picture = None
        super().watch_view(old, new)

    def titles(self, view: View) -> Sequence[str]:
        """After which character, and how many units there are."""
        column = view.column
        if column is None or column.mark is None:
            return ("3 hidden state", "3 state")
        sizes = column.weights.architecture
        count = f"{sizes.hidden:,} units"
        count = f"{sizes.layers} layers of {count}" if sizes.layers > 1 else count
        after = f"after {_label(column)}"
        if self._picture is not None:
            count += self._picture.pooled
            brief, reading = self._picture.brief, self._reading(self._picture.shown.step)
            if brief:
                return f"3 {brief} · {reading}", f"3 {brief}", "3 state"
        return (
            f"3 hidden state {after}, and its change · {count}",
            f"3 hidden state {after} · {count}",
            f"3 state {after} · {count}",
            f"3 state {after}",
            "3 state",
        )

    def lines(self, view: View, width: int, _height: int) -> Sequence[Line]:
        """The picture, or what would stand here."""
        picture = self._current_picture(view)
        if picture is None:
            self._picture = None
            return [(Span(text[:width], "faint"),) for text in _HINTS]
        return picture.lines(self._reading(picture.shown.step))

    def _current_picture(self, view: View) -> StatePicture | None:
        """Made anew only for another step, another size, or other units that are watched."""
        column = view.column
        mark = column.mark if column else None
        if column is None or mark is None or not self.size.area:
            return None
        sizes = column.weights.architecture
        watched = tuple(
            Unit(layer, unit)
            for layer, unit, _ in view.units
            if layer < sizes.layers and unit < sizes.hidden
        )
        look = diverging(*surroundings(self)), shades(self), *self.size
        known = self._picture
        if known is None or (known.shown.mark, known.shown.watched, known.look) != (
            mark, watched, look,
        ):  # fmt: skip
            step = _step(mark, column.weights.cell)
            self._picture = known = StatePicture(Shown(mark, step, watched), look)
        return known

    # -- one unit -----------------------------------------------------------------------------

    def _reading(self, step: Step) -> str:
        """The unit under the mouse, or the first that is watched."""
        picture, layers = self._picture, len(step.state)
        unit = self._pointed
        if unit is None and picture is not None and picture.shown.watched:
            unit = picture.shown.watched[0]
        if unit is None or unit.layer >= layers or unit.unit >= len(step.state[0]):
            return ""
        now, before = (_digits(float(h[unit.layer][unit.unit])) for h in (step.state, step.before))
        return f"{unit_name(*unit, layers)} {now} (was {before})"

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Read out what the mouse is over."""
        units = self._units_at(event)
        self._point_at(units[0] if units else None)

    def on_leave(self) -> None:
        """Read out what is watched."""
        self._point_at(None)

    def _point_at(self, unit: Unit | None) -> None:
        if unit != self._pointed:
            self._pointed = unit
            self.redraw()

    def on_click(self, event: events.Click) -> None:
        """Choose what the mouse is on; of two in a cell the lower one with a second click."""
        units, picture = self._units_at(event), self._picture
        if units and picture:
            event.stop()
            again = picture.shown.watched == (units[0],)
            self._choose(units[-1] if again else units[0])

    def _units_at(self, event: events.MouseEvent) -> tuple[Unit, ...]:
        offset = event.get_content_offset(self)
        if offset is None or self._picture is None:
            return ()
        return self._picture.units_at(offset.x, offset.y)

    def action_move(self, columns: int, rows: int) -> None:
        """Choose a neighbour of the unit that is watched; at first the first one."""
        picture = self._picture
        if picture is None or picture.grid is None:
            return
        size = len(picture.shown.step.state[0])
        most = len(picture.shown.step.state) * size - 1
        by = columns + rows * picture.grid.columns * picture.grid.stride
        if picture.shown.watched:
            layer, unit = picture.shown.watched[0]
            self._choose(Unit(*divmod(min(max(layer * size + unit + by, 0), most), size)))
        else:
            self._choose(Unit(0, 0))

    def _choose(self, unit: Unit) -> None:
        self._pointed = None
        self.post_message(self.UnitChosen(*unit))


def _step(mark: Mark, cell: str) -> Step:
    """The state after a character, and the one before it was read."""
    state = tuple(h[0] for h in mark.state)
    earlier = mark.parent.state if mark.parent else ()
    before = tuple(h[0] for h in earlier) or tuple(np.zeros_like(h) for h in state)
    return Step(state, before, bounded=cell == "tanh")


def _digits(value: float) -> str:
    return written(value, "+.3f") if abs(value) < _LARGE else signed(value)


def _label(column: Column) -> str:
    r"""The character to read: “e”, or \xc3 for a byte that does not end one."""
    piece = column.pieces[column.cursor]
    if piece:
        return f"“{visible_character(piece[-1])}”"
    return symbol_text(column.weights.vocabulary, column.marks[column.cursor].symbol)
