"""The places in a corpus where a unit, or a set of units, is most on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from rnn_tui.sampling.units import Place, Watched
from rnn_tui.stepping.digits import signed, written
from rnn_tui.text.visible import visible_character, visible_line
from rnn_tui.tui.widgets.line_pane import Line, LinePane, Span
from rnn_tui.tui.widgets.sampler.unit_words import units_on
from rnn_tui.tui.widgets.status_bar import clip
from rnn_tui.tui.widgets.wheel import Wheel

_LARGE: Final = 1000
_LEAST_TEXT: Final = 12
_CHARACTER: Final = 2  # a wide one


@dataclass(frozen=True, eq=False)
class Places:
    """What was found."""

    places: tuple[Place, ...]
    """Highest first."""
    units: tuple[Watched, ...]
    layers: int
    """How many the network has."""
    text: str
    """What was searched, from data."""


class PlacesList(LinePane[Places], can_focus=True):
    """One line a place: where it is, how much the units are on, and the text around it."""

    DEFAULT_CSS: ClassVar[str] = """
    PlacesList { background: $surface; border: round $primary; }
    PlacesList { border-subtitle-color: $text-muted; }
    """

    first: int = 0
    """The place on the first line."""

    def titles(self, view: Places) -> Sequence[str]:
        """Whose places, in which text."""
        on = units_on(view.units, view.layers)
        short = f"places where {on}"
        return (f"{short} · {visible_line(view.text)}" if view.text else short), short, on

    def lines(self, view: Places, width: int, height: int) -> Sequence[Line]:
        """The head of the table, and as many places as there is room for."""
        if not view.places:
            return [
                (Span(clip("no place was found: the text has no symbol of the network", width)),)
            ]
        at = max(cell_len(f"{place.position:,}") for place in view.places)
        scores = [_score(place.score) for place in view.places]
        score = max(map(cell_len, [*scores, "on"]))
        self.first = min(self.first, max(len(view.places) - height + 1, 0))
        seen = slice(self.first, self.first + max(height - 1, 0))
        head: Line = (Span(clip(f"{'at':>{at}}  {'on':>{score}}", width), "faint"),)
        return [
            head,
            *(
                _row(place, f"{place.position:>{at},}  {said:>{score}}  ", width)
                for place, said in zip(view.places[seen], scores[seen], strict=True)
            ),
        ]

    def scroll_by(self, lines: int) -> None:
        """Other places, as far as there are some."""
        if self.view is not None:
            most = max(len(self.view.places) - self.size.height + 1, 0)
            self.first = min(max(self.first + lines, 0), most)
            self.redraw()


class PlacesScreen(Wheel, ModalScreen[None]):
    """Shows places of ``text``, which is called so; escape closes it.

    Args:
        units: whose places they are.
        places: highest first.
        layers: how many the network has.
        text: what was searched, such as the name of a run; from data.
    """

    DEFAULT_CSS: ClassVar[str] = """
    PlacesScreen { align: center middle; }
    PlacesScreen PlacesList { width: 100%; max-width: 130; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,p,enter", "dismiss", "close", show=False, id="places.close"),
        Binding("up,k", "scroll(-1)", "a place up", show=False, id="places.up"),
        Binding("down,j", "scroll(1)", "a place down", show=False, id="places.down"),
        Binding("pageup", "page(-1)", "a page up", show=False, id="places.page-up"),
        Binding("pagedown,space", "page(1)", "a page down", show=False, id="places.page-down"),
        Binding("home", "scroll(-1000000)", "the first place", show=False, id="places.home"),
        Binding("end", "scroll(1000000)", "the last place", show=False, id="places.end"),
    ]

    def __init__(
        self,
        units: Sequence[Watched],
        places: Sequence[Place],
        layers: int = 1,
        text: str = "",
    ) -> None:
        super().__init__()
        layers = max(layers, *(unit.layer + 1 for unit in units), 1)
        self.found = Places(tuple(places), tuple(units), layers, text)

    def compose(self) -> ComposeResult:
        """The list alone."""
        yield PlacesList()

    @property
    def listed(self) -> PlacesList:
        """The list."""
        return self.query_one(PlacesList)

    def on_mount(self) -> None:
        """As high as its lines need, if there is room."""
        listed = self.listed
        listed.border_subtitle = "↑ ↓ scroll · esc closes"
        listed.styles.height = max(len(self.found.places), 1) + 3
        listed.styles.max_height = "100%"
        listed.view = self.found
        listed.focus()

    def action_scroll(self, lines: int) -> None:
        """Some places on."""
        self.listed.scroll_by(lines)

    def action_page(self, by: int) -> None:
        """A page on."""
        self.listed.scroll_by(by * max(self.listed.size.height - 2, 1))

    def wheel(self, _event: events.MouseEvent, lines: int) -> None:
        """Other places."""
        self.action_scroll(lines)


def _score(value: float) -> str:
    return written(value, "+.3f") if abs(value) < _LARGE else signed(value)


def _row(place: Place, numbers: str, width: int) -> Line:
    """The character in the middle of what is left, so that all of them stand below each other."""
    room = width - cell_len(numbers)
    if room < _LEAST_TEXT:
        return (Span(clip(numbers, width), "text"),)
    left = (room - _CHARACTER) // 2
    character = visible_character(place.character)
    right = room - left - cell_len(character)
    return (
        Span(numbers, "faint"),
        Span(_ending(visible_line(place.before), left), "text"),
        Span(character, "cursor"),
        Span(clip(visible_line(place.after), right), "text"),
    )


def _ending(text: str, cells: int) -> str:
    """The end of a text in exactly so many cells, with an ellipsis where it was cut."""
    if cell_len(text) <= cells:
        return " " * (cells - cell_len(text)) + text
    kept = text
    while cell_len(kept) > cells - 1 or (kept and not cell_len(kept[0])):
        kept = kept[1:]
    return " " * (cells - 1 - cell_len(kept)) + "…" + kept
