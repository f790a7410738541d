"""A hidden state and its change, drawn for one size: two blocks of cells, each with its scale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from rnn_tui.core.arrays import Array
from rnn_tui.sampling.tree import Mark
from rnn_tui.tui.renderables.heatmap import Shades
from rnn_tui.tui.renderables.heatmap_layout import largest_magnitude
from rnn_tui.tui.renderables.numbers import short_number, steady_scale
from rnn_tui.tui.renderables.palette import Palette, ink
from rnn_tui.tui.renderables.unit_grid import Size, Unit, UnitGrid, UnitPicture, arrange
from rnn_tui.tui.widgets.line_pane import Line, Picture, Span

Look: TypeAlias = tuple[Palette, Shades | None, int, int]
"""What it is drawn with: colours, characters where there are none, width and height."""

_NAMES: Final = ("state", "change")
_SIGNS: Final = ("h", "Δ")
"""What the blocks are called where they have no line of their own for it."""
_SIGN_WIDTH: Final = 2
_LABELS_FROM: Final = 28
_NAME: Final = 7
_END: Final = 4
_WIDE: Final = 72
"""Columns from which on the bar of a scale shows every third of its 31 colours, not every fifth."""


@dataclass(frozen=True, eq=False)
class Step:
    """One step of the network."""

    state: tuple[Array, ...]
    """(H,) of each layer, after the character was read."""
    before: tuple[Array, ...]
    bounded: bool
    """Whether no state is beyond -1 and 1."""

    @cached_property
    def change(self) -> tuple[Array, ...]:
        """(H,) of each layer."""
        pairs = zip(self.state, self.before, strict=True)
        with np.errstate(all="ignore"):  # of a network that has diverged
            return tuple(after - before for after, before in pairs)


@dataclass(frozen=True, eq=False)
class Shown:
    """What is drawn."""

    mark: Mark
    step: Step
    watched: tuple[Unit, ...]


class _Plan(NamedTuple):
    """How the lines are used."""

    grid: UnitGrid
    blocks: int
    heads: bool
    """Whether each block has a line above it, which names it; else a sign at its left does."""
    left: int
    """Columns at the left of the cells."""

    @property
    def complete(self) -> bool:
        """Whether every unit has a cell of its own."""
        return self.grid.stride == 1

    def gap(self, height: int) -> int:
        """Empty lines between the blocks, if there are lines to spare."""
        return int(self.heads and self.blocks * (self.grid.lines + 1) < height)


class _Block(NamedTuple):
    """The state, or its change."""

    name: str
    values: tuple[Array, ...]
    scale: float
    top: int
    """The first line of its cells."""
    body: tuple[Line, ...]


class StatePicture:
    """The lines of ``shown`` in a look; ``units_at`` says what is drawn at a place of them."""

    def __init__(self, shown: Shown, look: Look) -> None:
        self.shown, self.look = shown, look
        self._palette, self._shades, self._width, self._height = look
        self._size = Size(len(shown.step.state), len(shown.step.state[0]))
        self._label_width = self._widest_label() if self._width >= _LABELS_FROM else 0
        self._plan = self._planned()

    @property
    def grid(self) -> UnitGrid | None:
        """Where the units of a block lie; None where there is no room at all."""
        return self._plan.grid if self._plan else None

    def lines(self, reading: str) -> list[Line]:
        """From the top; ``reading`` stands beside the scale of the state."""
        found: list[Line] = []
        for block in self._blocks:
            found += [()] * (block.top - len(found))
            if self._plan and self._plan.heads:
                found[-1] = self._head(block, reading if block.name == _NAMES[0] else "")
            found += block.body
        return found

    def units_at(self, x: int, y: int) -> tuple[Unit, ...]:
        """The unit drawn at a place, and the one in the lower half if that is another one.

        Where several units share a cell it is the one whose value is drawn.
        """
        for block in self._blocks:
            if self._plan and 0 <= y - block.top < len(block.body):
                drawn = self._plan.grid.units_at(x - self._plan.left, y - block.top)
                return tuple(self._strongest(block, units) for units in drawn)
        return ()

    def _strongest(self, block: _Block, units: range) -> Unit:
        layer, first = divmod(units[0], self._size.hidden)
        sizes = np.abs(block.values[layer][first : first + len(units)])
        return Unit(layer, first + int(np.argmax(np.where(np.isnan(sizes), np.inf, sizes))))

    # -- where it stands ------------------------------------------------------------------------

    def _planned(self) -> _Plan | None:
        """With lines above the blocks, unless only without them every unit can be seen."""
        plans = [self._plan_of(2, heads=True), self._plan_of(2), self._plan_of(1)]
        found = [plan for plan in plans if plan]
        return next((plan for plan in found[:2] if plan.complete), found[0] if found else None)

    def _plan_of(self, blocks: int, heads: bool = False) -> _Plan | None:
        left = self._label_width + (0 if heads else _SIGN_WIDTH)
        lines = self._height // blocks - heads
        grid = arrange(self._size, self._width - left, lines, 1 if self._shades else 2)
        return _Plan(grid, blocks, heads, left) if grid else None

    def _widest_label(self) -> int:
        layers, hidden = self._size
        return cell_len(self._label(Unit(layers - 1, hidden - 1))) + 1

    def _label(self, unit: Unit) -> str:
        layers, hidden = self._size
        return f"{unit.layer}:{unit.unit:>{len(str(hidden - 1))}}" if layers > 1 else f"{unit.unit}"

    # -- how it looks ---------------------------------------------------------------------------

    @cached_property
    def _blocks(self) -> tuple[_Block, ...]:
        plan, step = self._plan, self.shown.step
        if plan is None:
            return ()
        limit = 1.0 if step.bounded else steady_scale(_largest(step.state))
        scales = limit, steady_scale(_largest(step.change))
        found: list[_Block] = []
        for place, values in enumerate((step.state, step.change)[: plan.blocks]):
            top = place * (plan.grid.lines + plan.heads + plan.gap(self._height)) + plan.heads
            body = tuple(self._body(plan, place, values, scales[place]))
            found.append(_Block(_NAMES[place], values, scales[place], top, body))
        return tuple(found)

    def _body(
        self, plan: _Plan, place: int, values: tuple[Array, ...], scale: float
    ) -> Iterator[Line]:
        picture = UnitPicture(
            values, plan.grid, scale, self._palette, self._shades, self.shown.watched
        )
        for y in range(plan.grid.lines):
            sign = "" if plan.heads else f"{'' if y else _SIGNS[place]:<{_SIGN_WIDTH}}"
            label = self._labels(plan.grid.begins(y)) if self._label_width else ""
            yield Span(sign, "strong"), Span(label, "faint"), Picture(picture.line(y))

    def _labels(self, begin: tuple[Unit, ...]) -> str:
        """The first unit of a line; where several layers share it, those."""
        layers = {unit.layer for unit in begin}
        if len(layers) > 1:
            text = ",".join(map(str, sorted(layers)))
        else:
            text = self._label(begin[0]) if begin else ""
        return f"{text:>{self._label_width - 1}} "

    def _head(self, block: _Block, reading: str) -> Line:
        """What the block is, its scale, and as much of the rest as there is room for."""
        name, end = Span(f"{block.name:<{_NAME}}", "strong"), _ending(block.scale)
        low, high = Span(f"{f'−{end}':>{_END}} ", "faint"), Span(f" {f'+{end}':<{_END}}", "faint")
        bar = _bar(self._palette, self._shades, 3 if self._width >= _WIDE else 5)
        said = Span(f"  {reading}" if reading else "")
        note = Span("  from the step before" if block.name == _NAMES[1] else "", "faint")
        brief = (Span(f"±{end}".ljust(_END + 1), "faint"),)
        for scale, rest in (
            ((low, bar, high), (said, note)),
            ((low, bar, high), (said,)),
            (brief, (said,)),
        ):
            line = (name, *scale, *rest)
            if _width(line) <= self._width:
                return line
        return (Span(name.text[: self._width], "strong"),)

    @property
    def pooled(self) -> str:
        """In words, what there was no room for; else ""."""
        grid, layers = self.grid, self._size.layers
        if grid is None:
            return ""
        seen = f" · layers 0–{grid.layers - 1}" if grid.layers < layers else ""
        return f", {grid.stride} pooled{seen}" if grid.stride > 1 else seen

    @property
    def brief(self) -> str:
        """What the signs at the left mean, and the scales, where no line says it; else ""."""
        if self._plan is None or self._plan.heads:
            return ""
        ends = [f"±{_ending(block.scale)}" for block in self._blocks]
        return f"h {ends[0]}" + (f" · Δ change {ends[1]}" if ends[1:] else "")


def _largest(values: tuple[Array, ...]) -> float:
    return max(map(largest_magnitude, values))


def _ending(scale: float) -> str:
    return short_number(scale).replace("-", "−")


def _width(line: Line) -> int:
    return sum(
        cell_len(part.text) if isinstance(part, Span) else part.strip.cell_length for part in line
    )


@lru_cache(maxsize=32)
def _bar(palette: Palette, shades: Shades | None, every: int) -> Picture:
    """The colours from one end of the scale to the other, or the characters instead."""
    if shades:
        return Picture(Strip([Segment(shades.legend(True), ink(palette.text, palette.background))]))
    colors = palette.colors[::every]
    return Picture(Strip([Segment("█", ink(color, palette.background)) for color in colors]))
