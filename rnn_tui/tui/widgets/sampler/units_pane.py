"""Which units track which properties of the text, the strongest correlation first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from rnn_tui.sampling.properties import PROPERTIES
from rnn_tui.sampling.units import Detector, Ranking, Watched
from rnn_tui.sampling.view import View
from rnn_tui.text.visible import visible_line
from rnn_tui.tui.widgets.line_pane import Line, LinePane, Span
from rnn_tui.tui.widgets.status_bar import clip
from rnn_tui.tui.widgets.wheel import Wheel

_HINTS = (
    ("u", "rank them: which one tracks quotes, capitals, ...?"),
    ("U", "show one after the other on the text"),
)
_MARKS = 3
_R = len("  r = −0.91 ")
_LEAST_BAR, _MOST_BAR = 4, 20


def _key(keys: str, action: str, does: str) -> Binding:
    name = keys.partition(",")[0]
    return Binding(keys, action, does, show=False, tooltip=does, id=f"sampler.units-{name}")


class _Widths(NamedTuple):
    """Columns of the table."""

    digits: int
    tracks: int
    bar: int


class UnitsPane(Wheel, LinePane[View], can_focus=True):
    """The ranking: of each unit the property that it tracks best, or of each property the unit.

    Enter, or a click, shows the unit on the text, or all of a set that was put together.
    """

    DEFAULT_CSS: ClassVar[str] = "UnitsPane { height: 8; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        _key("enter", "show", "the unit, or the set, on the text"),
        _key("space", "mark", "put the unit into a set, or out"),
        _key("v", "turn", "best of each unit, or of each property"),
        _key("up,k", "move(-1)", "the unit above"),
        _key("down,j", "move(1)", "the unit below"),
        _key("pageup", "page(-1)", "a page of units up"),
        _key("pagedown", "page(1)", "a page of units down"),
        _key("home", "move(-1000000)", "the first unit"),
        _key("end", "move(1000000)", "the last unit"),
    ]

    class Shown(Message):
        """These units are to colour the text."""

        def __init__(self, units: tuple[Watched, ...]) -> None:
            super().__init__()
            self.units = units

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.by_property = False
        """Whether it lists the best unit of each property."""
        self.at = 0
        """The row that is highlighted."""
        self.marked: tuple[Watched, ...] = ()
        """The set that is put together."""
        self._first = 0

    @property
    def rows(self) -> tuple[Detector, ...]:
        """All that can be scrolled through."""
        return self._listed(self.view.ranking) if self.view and self.view.ranking else ()

    def _listed(self, ranking: Ranking) -> tuple[Detector, ...]:
        return ranking.by_property if self.by_property else ranking.detectors

    def watch_view(self, old: View | None, new: View | None) -> None:
        """Begin anew with another ranking; stay with the unit that is shown in its turn."""
        if new is not None and (old is None or old.ranking is not new.ranking):
            self.at, self.marked = 0, ()
        if new is not None and new.cycling and new.units:
            self.at = self._row_of(new.units[0], self.at)
        super().watch_view(old, new)

    def watch_has_focus(self, has_focus: bool) -> None:
        """The highlighted row looks another way."""
        super().watch_has_focus(has_focus)
        self.redraw()

    def _row_of(self, watched: Watched, default: int) -> int:
        places = (at for at, row in enumerate(self.rows) if _same_unit(row, watched))
        return next(places, default)

    # -- how it looks ---------------------------------------------------------------------------

    def titles(self, view: View) -> Sequence[str]:
        """What is ranked, and on which text."""
        if view.ranking is None:
            return ("4 units",)
        what = "best unit of each property" if self.by_property else "best property of each unit"
        other = "each unit" if self.by_property else "each property"
        chosen = f" · {len(self.marked)} in the set" if self.marked else ""
        ranked = visible_line(view.ranked)
        return (
            f"4 units · {what}{chosen} · {ranked} · v {other}",
            f"4 units · {what}{chosen} · v {other}",
            f"4 units · {what}{chosen}",
            f"4 units{chosen}",
            "4 units",
        )

    def lines(self, view: View, width: int, height: int) -> Sequence[Line]:
        """The rows around the highlighted one, and below what its property is."""
        if view.ranking is None:
            return [
                (Span(f"{key} ", "accent"), Span(clip(does, width - 2))) for key, does in _HINTS
            ]
        rows = self._listed(view.ranking)
        if not rows:
            return [(Span(clip("no unit tracks any property: none of them changes", width)),)]
        room = self._room(height)
        self.at = min(self.at, len(rows) - 1)
        self._first = min(max(self._first, self.at - room + 1), self.at, max(len(rows) - room, 0))
        widths = self._widths(rows, width)
        seen = range(self._first, min(self._first + room, len(rows)))
        found = [self._row(view, rows[at], at == self.at, widths, width) for at in seen]
        if height > room:
            found += [()] * (room - len(found)) + [self._explained(rows[self.at], width)]
        return found

    def _room(self, height: int) -> int:
        """Lines for rows: the last line of several explains."""
        return max(height - 1 if height >= 3 else height, 1)

    def _widths(self, rows: Sequence[Detector], width: int) -> _Widths:
        digits = max(len(str(row.unit)) for row in rows)
        tracks = max(cell_len(visible_line(row.tracks)) for row in rows)
        room = width - _MARKS - cell_len(_name(rows[0], digits)) - 2
        bar = min(room - tracks - _R, _MOST_BAR)
        if bar < _LEAST_BAR:
            return _Widths(digits, max(min(tracks, room - _R), 0), 0)
        return _Widths(digits, tracks, bar)

    def _row(self, view: View, row: Detector, here: bool, widths: _Widths, width: int) -> Line:
        shown = any(_same_unit(row, watched) for watched in view.units)
        chosen = any(_same_unit(row, watched) for watched in self.marked)
        marks = f"{'+' if chosen else ' '}{'●' if shown else ' '} "
        name, tracks = _name(row, widths.digits), clip(visible_line(row.tracks), widths.tracks)
        r = f"  r = {row.r:>5.2f} ".replace("-", "−")
        text = f"{name}  {tracks:<{widths.tracks}}{r}"
        ink = ("cursor" if self.has_focus else "strong") if here else "text"
        cells = round(abs(row.r) * widths.bar)
        return (
            Span(clip(marks, width), "edited"),
            Span(clip(text, width - _MARKS), ink),
            Span("━" * cells, "accent"),
            Span("─" * (widths.bar - cells), "dim"),
        )

    def _explained(self, row: Detector, width: int) -> Line:
        found = PROPERTIES.get(row.tracks)
        meaning = f"{row.tracks}: {found.description}" if found else row.tracks
        low = "low where: " if row.r < 0 else ""
        return (Span(clip(visible_line(low + meaning), width), "faint"),)

    # -- keys and mouse -------------------------------------------------------------------------

    def action_move(self, by: int) -> None:
        """Another row."""
        rows = self.rows
        if rows:
            self.at = min(max(self.at + by, 0), len(rows) - 1)
            self.redraw()

    def action_page(self, by: int) -> None:
        """A page of rows on."""
        self.action_move(by * max(self._room(self.size.height) - 1, 1))

    def action_turn(self) -> None:
        """The other way to list them; the unit stays highlighted where it is listed."""
        rows = self.rows
        if rows:
            self.by_property = not self.by_property
            self.at = self._row_of(rows[self.at].watched, 0)
            self.redraw()

    def action_mark(self) -> None:
        """Put the unit into the set, or take it out."""
        rows = self.rows
        if rows:
            here = rows[self.at]
            others = tuple(unit for unit in self.marked if not _same_unit(here, unit))
            added = () if len(others) < len(self.marked) else (here.watched,)
            self.marked = others + added
            self.redraw()

    def action_show(self) -> None:
        """The set, or the one unit, on the text."""
        rows = self.rows
        if rows:
            self.post_message(self.Shown(self.marked or (rows[self.at].watched,)))

    def on_click(self, event: events.Click) -> None:
        """Show the unit that was clicked on."""
        offset = event.get_content_offset(self)
        rows, room = self.rows, self._room(self.size.height)
        if offset is None or offset.y >= room or self._first + offset.y >= len(rows):
            return
        event.stop()
        self.at = self._first + offset.y
        self.redraw()
        self.post_message(self.Shown((rows[self.at].watched,)))

    def wheel(self, _event: events.MouseEvent, lines: int) -> None:
        """Other units."""
        self.action_move(lines)


def _name(row: Detector, digits: int) -> str:
    """The number alone where there is one layer: the column says that it is a unit's."""
    layer = f"layer {row.layer} unit " if row.layers > 1 else ""
    return f"{layer}{row.unit:>{digits}}"


def _same_unit(row: Detector, watched: Watched) -> bool:
    return (row.layer, row.unit) == watched[:2]
