"""Another character in the place of one: the list of what it might have been."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import ClassVar, Final
from unicodedata import category

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen

from rnn_tui.sampling.tables import Distribution
from rnn_tui.sampling.tree import Mark
from rnn_tui.text.visible import visible_character
from rnn_tui.text.vocabulary import Vocabulary
from rnn_tui.tui.widgets.line_pane import Line, LinePane, Span
from rnn_tui.tui.widgets.sampler.symbol_rows import Columns, context
from rnn_tui.tui.widgets.surroundings import only_ascii
from rnn_tui.tui.widgets.wheel import Wheel

_HELP: Final = "type it (newline: \\n) · enter goes on with it · esc closes"
_SHORT_HELP: Final = "type it, enter · esc"
_ESCAPED: Final = {"n": "\n", "t": "\t", "\\": "\\"}
"""What is meant by a character behind a backslash."""
_KEYS: Final = {"tab": "\t", "ctrl+j": "\n"}
"""Keys that type a character which is not printable."""
_POINTER: Final = ("  ", "► ")
_ALL: Final = 2**31
_ROOM_FOR_NAMES: Final = 50
_FRAME: Final = 3  # lines of the frame and of the header


class SymbolList(Wheel, LinePane[Distribution], can_focus=True):
    """All symbols of a distribution, the most probable first; only those in sight are made."""

    DEFAULT_CSS: ClassVar[str] = "SymbolList { width: 80; max-width: 100%; max-height: 100%; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "the symbol above", show=False, id="branch.up"),
        Binding("down", "move(1)", "the symbol below", show=False, id="branch.down"),
        Binding("pageup", "page(-1)", "a page up", show=False, id="branch.page-up"),
        Binding("pagedown", "page(1)", "a page down", show=False, id="branch.page-down"),
        Binding("home", f"move({-_ALL})", "the most probable", show=False, id="branch.first"),
        Binding("end", f"move({_ALL})", "the least probable", show=False, id="branch.last"),
        Binding("enter", "take", "go on with this symbol", show=False, id="branch.take"),
    ]

    class Taken(Message):
        """Somebody decided for the symbol of this number."""

        def __init__(self, symbol: int) -> None:
            super().__init__()
            self.symbol = symbol

    def __init__(self, found: Distribution, title: str) -> None:
        super().__init__()
        self._titled, self._found = title, found
        self._cursor, self._top, self._escaping = found.mark.rank - 1, 0, False
        self.styles.height = len(found) + _FRAME

    def on_mount(self) -> None:
        """Show all of it."""
        self.say("")
        self.view = self._found

    def on_resize(self) -> None:
        """Keep in sight what is pointed at, and the help as long as it fits."""
        self.say("")
        self._move_to(self._cursor)

    def titles(self, _view: Distribution) -> Sequence[str]:
        """What it is for."""
        return self._titled, "another character"

    def lines(self, view: Distribution, width: int, height: int) -> Sequence[Line]:
        """Those that are in sight."""
        columns = Columns(view, width - 2, only_ascii(), names=width >= _ROOM_FOR_NAMES)
        stop = self._top + self._room
        symbols = view.order[self._top : stop].tolist()
        rows = [view.row(symbol, rank) for rank, symbol in enumerate(symbols, self._top + 1)]
        header = [(Span("  "), *columns.header())] if height > 1 else []
        here = self._cursor + 1
        return [
            *header,
            *(
                (Span(_POINTER[row.rank == here], "accent"), *columns.line(row, row.rank == here))
                for row in rows
            ),
        ]

    def on_key(self, event: events.Key) -> None:
        """Go to the character that was typed; what other keys do is of those before them."""
        typed = event.character or ""
        if not typed or category(typed[0]) == "Cc":
            typed = _KEYS.get(event.key, "")
        if typed:
            event.stop()
            event.prevent_default()
            self._type(typed)

    def on_paste(self, event: events.Paste) -> None:
        """Go to the first character of what was pasted: some input methods do that."""
        event.stop()
        if event.text:
            self._escaping = False
            self._type(event.text[0])

    def on_click(self, event: events.Click) -> None:
        """Take what the mouse is on."""
        offset = event.get_content_offset(self)
        place = -1 if offset is None else self._top + offset.y - self._header
        if offset is not None and self._top <= place < len(self._found):
            event.stop()
            self._cursor = place
            self.action_take()

    def wheel(self, _event: events.MouseEvent, lines: int) -> None:
        """Other symbols."""
        self.action_move(lines)

    def action_move(self, by: int) -> None:
        """So many symbols further."""
        self._move_to(self._cursor + by)

    def action_page(self, by: int) -> None:
        """A page further."""
        self._move_to(self._cursor + by * max(self._room - 1, 1))

    def action_take(self) -> None:
        """Decide for the symbol that is pointed at."""
        self.post_message(self.Taken(int(self._found.order[self._cursor])))

    def say(self, message: str) -> None:
        """Say what became of the last key, or what keys there are."""
        fits = len(_HELP) + 4 <= self.outer_size.width
        self.border_subtitle = Content(message or (_HELP if fits else _SHORT_HELP))

    @property
    def _header(self) -> int:
        return int(self.size.height > 1)

    @property
    def _room(self) -> int:
        return max(self.size.height - self._header, 1)

    def _type(self, typed: str) -> None:
        if self._escaping and typed in _ESCAPED:
            typed, self._escaping = _ESCAPED[typed], False
        else:
            self._escaping = typed == "\\"
        symbol, message = find(self._found.vocabulary, typed)
        if symbol is not None:
            place = self._found.rank(symbol) - 1
            if not self._top <= place < self._top + self._room:
                self._top = max(place - self._room // 2, 0)
            self._move_to(place)
        self.say("\\ and then n: newline, t: tab" if self._escaping else message)

    def _move_to(self, place: int) -> None:
        """Point at a place, and keep it in sight."""
        self._cursor = max(min(place, len(self._found) - 1), 0)
        lowest = max(len(self._found) - self._room, 0)
        self._top = max(min(self._top, self._cursor, lowest), self._cursor - self._room + 1)
        self.redraw()


def find(vocabulary: Vocabulary, typed: str) -> tuple[int | None, str]:
    """The symbol that somebody typed, and what there is to say about it."""
    shown, symbol, message = visible_character(typed), typed, ""
    if vocabulary.kind == "byte":
        encoded = typed.encode("utf-8", "surrogatepass")
        symbol = chr(encoded[0])
        message = f"{shown} has {len(encoded)} bytes: this is the first" if encoded[1:] else ""
    place = bisect_left(vocabulary.symbols, symbol)
    if vocabulary.symbols[place : place + 1] == (symbol,):
        return place, message
    return None, f"the network has never seen {shown}"


class BranchScreen(ModalScreen[int | None]):
    """Asks for a symbol in the place of ``mark``, any character but the start; None: leave it.

    The answer may be the symbol that is there.
    """

    DEFAULT_CSS: ClassVar[str] = """
    BranchScreen { align: center middle; }
    BranchScreen SymbolList { border: round $primary; background: $surface; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "leave it as it is", show=False, id="branch.close"),
    ]

    def __init__(self, mark: Mark, vocabulary: Vocabulary) -> None:
        super().__init__()
        self._found = Distribution(mark, vocabulary)
        self._after = context(mark, vocabulary)

    def compose(self) -> ComposeResult:
        """The list."""
        yield SymbolList(self._found, f"another character {self._after}")

    def on_mount(self) -> None:
        """Keys act on the list."""
        self.query_one(SymbolList).focus()

    @on(SymbolList.Taken)
    def take(self, event: SymbolList.Taken) -> None:
        """Answer."""
        self.dismiss(event.symbol)
