"""All texts that are kept, as a tree: each below the one that it left."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar, Final, NamedTuple

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message

from rnn_tui.sampling.view import Listed, View
from rnn_tui.text.visible import visible_line
from rnn_tui.tui.widgets.line_pane import Line, LinePane, Span
from rnn_tui.tui.widgets.status_bar import clip
from rnn_tui.tui.widgets.wheel import Wheel

HINTS: Final = (
    "no text yet: enter in the prompt writes the first one",
    "b takes another character somewhere: a branch, listed here too",
)
KEYS: Final = "enter reads it · space beside · x drops it"

_INDENT = 2
_LEAST_TEXT = 16
"""Columns of a text that are worth more than what else there is to say of it."""
_HEADED = 4
"""Lines from which on one says what stands in the columns."""
_NAME = 12
_BYTES = 4  # of a character, at most


class Row(NamedTuple):
    """A text in the order of the tree, and how many texts it is away from one that left none."""

    text: Listed
    depth: int


class Fact(NamedTuple):
    """A column behind the text."""

    heading: str
    width: int
    write: Callable[[Listed], str]


def rows_of(texts: Sequence[Listed]) -> list[Row]:
    """Every text once: behind it those that left it, the oldest first."""
    kept = {text.number for text in texts}
    left: dict[int, list[Listed]] = {}
    for text in texts:
        left.setdefault(text.parent if text.parent in kept else 0, []).append(text)
    rows, waiting = [], [Row(text, 0) for text in reversed(left.get(0, []))]
    while waiting:
        row = waiting.pop()
        rows.append(row)
        waiting += [Row(text, row.depth + 1) for text in reversed(left.get(row.text.number, []))]
    return rows


def _key(keys: str, action: str, name: str, does: str, short: str = "") -> Binding:
    return Binding(keys, action, short, bool(short), tooltip=does, id=f"sampler.texts-{name}")


class TextsPane(Wheel, LinePane[View], can_focus=True):
    """One line a text, with what sets it apart; a line is chosen when the pane has the focus."""

    BINDINGS: ClassVar[list[BindingType]] = [
        _key("enter", "choose", "read", "look at this text again", "read it"),
        _key("space", "beside", "beside", "show it beside the others, or take it away", "beside"),
        _key("x,delete", "drop", "drop", "forget this text", "drop"),
        _key("up,k", "move(-1)", "up", "the text above"),
        _key("down,j", "move(1)", "down", "the text below"),
        _key("pageup", "page(-1)", "page-up", "a page up"),
        _key("pagedown", "page(1)", "page-down", "a page down"),
        _key("home", "move(-1000000)", "first", "the first text"),
        _key("end", "move(1000000)", "last", "the last text"),
    ]

    class _About(Message):
        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    class Chosen(_About):
        """Text ``number`` is to be looked at."""

    class Beside(_About):
        """Text ``number`` is to be shown beside the others, or to be taken away from there."""

    class Dropped(_About):
        """Text ``number`` is to be forgotten."""

    _number = 0
    """Of the text that the keys are about; 0 before there is one."""
    _place = 0
    """The line that it had: what comes there when it is gone is next."""
    _top = 0

    def empty(self) -> str:
        """What stands here before anything is known."""
        return HINTS[0]

    def titles(self, view: View) -> Sequence[str]:
        """How many there are."""
        count = len(view.texts)
        return (f"5 texts · {count}" if count else "5 texts", "5 texts")

    def watch_view(self, old: View | None, new: View | None) -> None:
        """Go with the text that is looked at, but not while somebody is choosing here."""
        if new is not None and new.column is not None:
            before = old.column.number if old is not None and old.column is not None else 0
            if new.column.number != before and not (self._number and self.has_focus):
                self._number = new.column.number
            self._settle(rows_of(new.texts), self.size.height)
        super().watch_view(old, new)

    def on_focus(self) -> None:
        """Show which text the keys are about, and what they do."""
        self.border_subtitle = Content(KEYS)
        self.redraw()

    def on_blur(self) -> None:
        """Hide it again."""
        self.border_subtitle = Content("")
        self.redraw()

    # -- lines --------------------------------------------------------------------------------

    def lines(self, view: View, width: int, height: int) -> Sequence[Line]:
        """Only what can be seen is made."""
        if not view.texts:
            return [(Span(clip(hint, width), "faint"),) for hint in HINTS]
        rows, facts = rows_of(view.texts), _facts(view.texts, width)
        self._settle(rows, height)
        seen = rows[self._top : self._top + _room(height)]
        active = view.column.number if view.column else 0
        made = [self._line(row, active, facts, width, _digits(view)) for row in seen]
        return [_heading(facts, width), *made] if height >= _HEADED else made

    def _settle(self, rows: Sequence[Row], height: int) -> None:
        """Find the line of the chosen text, or of what came there, and keep it in sight."""
        numbers = [row.text.number for row in rows]
        if self._number in numbers:
            self._place = numbers.index(self._number)
        self._place = min(max(self._place, 0), len(rows) - 1)
        self._number = numbers[self._place]
        room = max(_room(height), 1)
        self._top = min(max(self._top, self._place - room + 1), self._place)
        self._top = max(min(self._top, len(rows) - room), 0)

    def _line(self, row: Row, active: int, facts: Sequence[Fact], width: int, digits: int) -> Line:
        text, here = row.text, self.has_focus and row.text.number == self._number
        mark = "► " if text.number == active else "● " if text.shown else "  "
        indent = " " * min(_INDENT * (row.depth - 1), width // 4) + "└ " if row.depth else ""
        front = f"{text.number:>{digits}} {indent}"
        behind = "".join(f"  {clip(fact.write(text), fact.width):>{fact.width}}" for fact in facts)
        room = width - cell_len(mark + front + behind)
        shared, own = _apart(text, room)
        own += " " * (room - cell_len(shared + own))
        if here:
            return (Span(clip(mark + front + shared + own + behind, width), "cursor"),)
        ink = "strong" if text.shown else "text"
        parts = (mark, "accent"), (front, "faint"), (shared, "faint"), (own, ink), (behind, "faint")
        return tuple(_fitted(parts, width))

    # -- choosing -----------------------------------------------------------------------------

    def action_move(self, lines: int) -> None:
        """Another line."""
        if self.view is not None and self.view.texts:
            self._choose(self.view, self._place + lines)

    def _choose(self, view: View, place: int) -> None:
        """The text on this line, or on the nearest that there is."""
        self._number, self._place = 0, place
        self._settle(rows_of(view.texts), self.size.height)
        self.redraw()

    def action_page(self, by: int) -> None:
        """As many lines as are seen at once."""
        self.action_move(by * max(_room(self.size.height) - 1, 1))

    def action_choose(self) -> None:
        """Look at it again."""
        self._say(self.Chosen)

    def action_beside(self) -> None:
        """Compare it."""
        self._say(self.Beside)

    def action_drop(self) -> None:
        """Forget it."""
        self._say(self.Dropped)

    def _say(self, message: type[_About]) -> None:
        if self.view is not None and self.view.texts:
            self.post_message(message(self._number))

    def on_click(self, event: events.Click) -> None:
        """Read the text that the mouse is on."""
        offset, view = event.get_content_offset(self), self.view
        if offset is None or view is None:
            return
        place = self._top + offset.y - (self.size.height >= _HEADED)
        if self._top <= place < len(view.texts):
            event.stop()
            self._choose(view, place)
            self.action_choose()

    def wheel(self, _event: events.MouseEvent, lines: int) -> None:
        """Look elsewhere; the chosen text stays in sight: at the edge it is another one."""
        if self.view is not None and self.view.texts:
            room = max(_room(self.size.height), 1)
            self._top = max(min(self._top + lines, len(self.view.texts) - room), 0)
            self._choose(self.view, min(max(self._place, self._top), self._top + room - 1))


def _room(height: int) -> int:
    return height - 1 if height >= _HEADED else height


def _digits(view: View) -> int:
    return len(str(view.texts[-1].number))


def _facts(texts: Sequence[Listed], width: int) -> list[Fact]:
    """What else is said of every text, as far as there is room; what says least goes first."""
    named = len({text.weights.name for text in texts}) > 1
    steps = max(cell_len(_weights(text, named)) for text in texts)
    facts = [
        Fact("weights" if named else "step", max(steps, 4), lambda text: _weights(text, named)),
        Fact("temp.", 5, lambda text: f"{_temperature(text):.4g}"),
        Fact(_rate(texts), 9, _bits),
        Fact("", 7, lambda text: text.phase),
    ]
    for gone in (3, 0, 0, 0):
        if width - sum(fact.width + 2 for fact in facts) >= _LEAST_TEXT + 6:
            break
        del facts[min(gone, len(facts) - 1)]
    return facts


def _weights(text: Listed, named: bool) -> str:
    step = f"{text.weights.step:,}"
    return f"{clip(visible_line(text.weights.name), _NAME)} {step}" if named else step


def _temperature(text: Listed) -> float:
    """At which its last character was drawn; of what ends in a prompt, the one to go on at."""
    last = text.marks[text.count - 1] if text.count else None
    return last.temperature if last is not None and last.drawn else text.settings.temperature


def _rate(texts: Sequence[Listed]) -> str:
    """What the bits are per; nothing where that is not the same for all."""
    kinds = {text.weights.vocabulary.kind == "byte" for text in texts}
    return "bits" if len(kinds) > 1 else "bits/byte" if kinds.pop() else "bits/char"


def _bits(text: Listed) -> str:
    return f"{text.total.bits_per_character:.2f}" if text.count else "–"


def _heading(facts: Sequence[Fact], width: int) -> Line:
    behind = "".join(f"  {fact.heading:>{fact.width}}" for fact in facts)
    return (Span(" " * (width - cell_len(behind)) + behind, "faint"),)


def _apart(text: Listed, room: int) -> tuple[str, str]:
    """The end of what it shares with others, or of its prompt, and what sets it apart."""
    start, room = text.fork if text.parent else _first_drawn(text), max(room, 0)
    before, most = text.pieces[max(start - room, 0) : start], 2 * room // 5
    cut = len(before) < start
    while before and cell_len(visible_line("".join(before))) > most - cut:
        before, cut = before[1:], True
    shared = ("…" if cut and most else "") + visible_line("".join(before))
    end = min(start + _BYTES * room, text.count)
    own = visible_line("".join(text.pieces[start:end]))
    return shared, clip(own, max(room - cell_len(shared), 0))


def _first_drawn(text: Listed) -> int:
    """How many characters its prompt has; of a text that is only scored 0."""
    start = bisect_left(range(text.count), 1, key=lambda place: text.marks[place].draws)
    return start if start < text.count else 0


def _fitted(parts: Sequence[tuple[str, str]], width: int) -> Iterator[Span]:
    """No further than the edge."""
    for words, ink in parts:
        if width > 0 and words:
            yield Span(clip(words, width), ink)
        width -= cell_len(words)
