"""The text as it is written: its characters on the colour of their surprise, one text or several.

A new view costs what has changed: characters are wrapped when they come, lines are kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual import events
from textual.message import Message

from rnn_tui.sampling.units import Watched
from rnn_tui.sampling.view import Colour, Column, View
from rnn_tui.tui.renderables.heatmap import SHADES
from rnn_tui.tui.widgets.line_pane import Line, LinePane, Picture, Span, inks
from rnn_tui.tui.widgets.sampler.text_column import Look, TextColumn
from rnn_tui.tui.widgets.sampler.text_inks import LETTERS, PROMPTS, text_inks, text_scale
from rnn_tui.tui.widgets.sampler.text_words import (
    PROMPT_SAMPLE,
    STRIP,
    head,
    hints,
    titles,
    totals,
)
from rnn_tui.tui.widgets.surroundings import shades, surroundings
from rnn_tui.tui.widgets.wheel import Wheel

SEPARATOR = "│ "

_LEAST = 12
"""Cells that a column needs to stand beside others."""
_TALL = 8
"""Lines from which on there is one for what was drawn."""
_UNKNOWN = 72
"""Cells of a line while nobody has seen the pane."""


class Place(NamedTuple):
    """Where a column stands."""

    number: int
    """Which of the view's columns, from 0."""
    left: int
    width: int


class Rows(NamedTuple):
    """How the lines of the pane are shared out."""

    head: int
    body: int
    totals: int


class TextPane(Wheel, LinePane[View], can_focus=True):
    """The texts side by side, each with its cursor. A click chooses a character."""

    class Chosen(Message):
        """Somebody clicked on character ``index`` of the view's column number ``column``."""

        def __init__(self, column: int, index: int) -> None:
            super().__init__()
            self.column, self.index = column, index

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._texts: dict[int, TextColumn] = {}
        self._titled: object = None

    # -- what is drawn ------------------------------------------------------------------------

    def watch_view(self, old: View | None, new: View | None) -> None:
        """Let go of texts that are not shown any more."""
        shown = {column.number for column in new.columns} if new is not None else ()
        self._texts = {n: known for n, known in self._texts.items() if n in shown}
        super().watch_view(old, new)

    def titles(self, view: View) -> Sequence[str]:
        """What the colours say."""
        return titles(view)

    def lines(self, view: View, width: int, height: int) -> Sequence[Line]:
        """The texts, what they are called where there are several, and what they come to."""
        if not view.columns:
            return list(hints(width))
        if not (width and height):
            return []
        places, rows = _places(view, width), self._rows(view, height)
        beside = [self._column(view, place, rows) for place in places]
        if len(beside) == 1:
            return beside[0]
        return [_joined(parts, places) for parts in zip(*beside, strict=True)]

    def empty(self) -> str:
        """Nothing is known yet."""
        return "no network yet"

    def _column(self, view: View, place: Place, rows: Rows) -> list[Line]:
        column, text = view.columns[place.number], self._text(view, place)
        look = self._look(view, place.number)
        alone = place.width == self.size.width
        top = text.top(rows.body)
        lines = [head(view, place.number, place.width, alone)] if rows.head else []
        lines += [text.line(number, look) for number in range(top, top + rows.body)]
        below = totals(column, place.width, rows.totals > 1) if rows.totals else []
        return lines + below + [()] * (rows.totals - len(below))

    def _look(self, view: View, number: int) -> Look:
        column = view.columns[number]
        units = view.units if view.colour == "unit" and _has(column, view.units) else ()
        scale = text_scale(_colour(view), self._plain)
        return Look(scale, units, number == view.active)

    def _text(self, view: View, place: Place) -> TextColumn:
        """The text of a column, wrapped up to its last character."""
        column = view.columns[place.number]
        text = self._texts.get(column.number)
        if text is None or not text.shows(column):
            text = self._texts[column.number] = TextColumn(column, place.width)
        text.take(column, place.width)
        return text

    def _rows(self, view: View, height: int) -> Rows:
        heads = 1 if len(view.columns) > 1 and height > 1 else 0
        both = any(0 < one.drawn.characters < one.total.characters for one in view.columns)
        sums = 0 if height < heads + 2 else 2 if both and height >= _TALL else 1
        return Rows(heads, height - heads - sums, sums)

    # -- inks ---------------------------------------------------------------------------------

    @property
    def _plain(self) -> bool:
        """Whether levels are shown by attributes, since there are no colours, or too few."""
        return self.app.no_color or shades(self) is SHADES

    def ink_styles(self) -> Mapping[str, Style]:
        """Those of the lines of every pane, and of the characters."""
        view, around = self.view, surroundings(self)
        colour = _colour(view) if view is not None else "none"
        return inks(*around) | text_inks(colour, self._plain, *around)

    def _surroundings(self) -> object:
        colour = _colour(self.view) if self.view is not None else "none"
        return super()._surroundings(), colour, self._plain

    def entitle(self, titles: Sequence[str]) -> None:
        """Set the first title that fits, with the colours that it speaks of."""
        room = self.size.width - 2
        title = next((text for text in titles if cell_len(text) <= room), titles[-1])
        titled = title, self._surroundings()
        if titled != self._titled and self.view is not None:
            self._titled = titled
            self.border_title = self._colored(title, self.view)

    def _colored(self, title: str, view: View) -> Text:
        before, strip, after = title.partition(STRIP)
        sample = after.endswith(PROMPT_SAMPLE)
        styles = text_inks(_colour(view), self._plain, *surroundings(self))
        scale, text = text_scale(_colour(view), self._plain), Text(before)
        for cell in range(len(strip)):
            level = round(cell * (scale.levels - 1) / (len(strip) - 1))
            text.append("a" if self._plain else " ", styles[LETTERS[level]])
        text.append(after.removesuffix(PROMPT_SAMPLE) if sample else after)
        return text.append(PROMPT_SAMPLE, styles[PROMPTS[scale.level(0.0)]]) if sample else text

    # -- mouse and keys -----------------------------------------------------------------------

    def neighbour(self, lines: int) -> int | None:
        """The character so many lines below the cursor, above for a negative number; None: none."""
        view = self.view
        if view is None or view.column is None:
            return None
        places = _places(view, self.size.width or _UNKNOWN)
        place = next(place for place in places if place.number == view.active)
        return self._text(view, place).neighbour(lines)

    def on_click(self, event: events.Click) -> None:
        """Choose what the mouse is on."""
        offset, view = event.get_content_offset(self), self.view
        if offset is None or view is None or not view.columns:
            return
        event.stop()
        place, rows = self._under(view, offset.x), self._rows(view, self.size.height)
        column = view.columns[place.number]
        line, index = offset.y - rows.head, column.cursor
        if 0 <= line < rows.body:
            text = self._text(view, place)
            index = text.piece_at(line, offset.x - place.left, rows.body)
        if index >= 0:
            self.post_message(self.Chosen(place.number, index))

    def wheel(self, event: events.MouseEvent, lines: int) -> None:
        """Scroll the text that the mouse is on."""
        view = self.view
        if view is None or not view.columns:
            return
        offset = event.get_content_offset(self)
        place = self._under(view, offset.x if offset else 0)
        self._text(view, place).scroll(lines, self._rows(view, self.size.height).body)
        self.redraw()

    def _under(self, view: View, x: int) -> Place:
        places = _places(view, self.size.width)
        return next((place for place in places if x < place.left + place.width), places[-1])


def _places(view: View, width: int) -> list[Place]:
    """The columns side by side; where they would be too narrow, the one that the cursor is in."""
    count = len(view.columns)
    room = width - len(SEPARATOR) * (count - 1)
    if count == 1 or room < _LEAST * count:
        return [Place(view.active, 0, width)]
    bounds = [number * room // count for number in range(count + 1)]
    return [
        Place(number, bounds[number] + number * len(SEPARATOR), bounds[number + 1] - bounds[number])
        for number in range(count)
    ]


def _joined(parts: tuple[Line, ...], places: list[Place]) -> Line:
    """One line of all columns."""
    joined: list[Span | Picture] = []
    for part, place in zip(parts, places, strict=True):
        if joined:
            joined.append(Span(SEPARATOR, "dim"))
        used = sum(cell_len(span.text) for span in part if isinstance(span, Span))
        joined += [*part, Span(" " * (place.width - used))]
    return tuple(joined)


def _colour(view: View) -> Colour:
    """What the colours say; of units nothing, while none is chosen."""
    return "none" if view.colour == "unit" and not view.units else view.colour


def _has(column: Column, units: tuple[Watched, ...]) -> bool:
    """Whether the network of a column has these units: others may be beside it."""
    sizes = column.weights.architecture
    return all(layer < sizes.layers and unit < sizes.hidden for layer, unit, _ in units)
