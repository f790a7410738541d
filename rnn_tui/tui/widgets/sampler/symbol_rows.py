"""How the symbols of a distribution are listed: bars before and after, in columns that line up."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from rich.cells import cell_len, set_cell_size

from rnn_tui.sampling.tables import Distribution, Row
from rnn_tui.sampling.tree import Mark, Origin
from rnn_tui.text.visible import visible_character, visible_line
from rnn_tui.text.vocabulary import Vocabulary
from rnn_tui.tui.renderables.bars import PERCENT_WIDTH, bar, percentage
from rnn_tui.tui.renderables.numbers import round_up
from rnn_tui.tui.widgets.line_pane import Line, Span
from rnn_tui.tui.widgets.status_bar import clip

BEFORE_INK: Final = "accent"
AFTER_INK: Final = "edited"
"""Orange is what somebody changed."""

_CONTEXT: Final = 12
_LOOK_BACK: Final = 4 * _CONTEXT + 3  # bytes, should the first ones be the end of a character
_GAP: Final = 2
_SLIGHT: Final = 0.001
"""Numbers below it are fainter."""
_NOTES: Final[dict[Origin, tuple[str, str]]] = {
    "drawn": ("◄ drawn", "◄ drawn"),
    "chosen": ("◄ chosen", "◄ chosen"),
    "prompt": ("◄ in the prompt", "◄ prompt"),
}
"""What is said of the symbol that the text goes on with, and shorter; the sign alone at last."""

_NAMES: Final = {" ": "space", "\n": "newline", "\t": "tab", "\r": "return", "\xa0": "no-break"}
"""Symbols that cannot be told by what stands for them."""
_LONGEST_NAME: Final = 8


class _Layout(NamedTuple):
    rank: bool
    note: int
    """0 for all of it, 1 for the short one, 2 for the sign alone."""
    both: bool
    """Whether there is room for before and after; else only what it was drawn from."""
    least: int
    """Cells that a bar has at least."""


_LAYOUTS: Final = (
    _Layout(rank=True, note=0, both=True, least=8),
    _Layout(rank=True, note=1, both=True, least=6),
    _Layout(rank=False, note=1, both=True, least=4),
    _Layout(rank=False, note=2, both=True, least=3),
    _Layout(rank=False, note=2, both=False, least=0),
)
"""The first one that fits is taken."""


class Columns:
    """Where things stand on a line of ``width`` cells, for one distribution.

    With ``names`` the symbols that cannot be seen are called by their names, too.
    """

    def __init__(
        self, found: Distribution, width: int, ascii_only: bool, names: bool = False
    ) -> None:
        self.found, self.ascii_only, self.names = found, ascii_only, names
        self.scale = min(round_up(found.largest), 1.0)
        """The share that a full bar stands for."""
        self._label = 4 if found.vocabulary.kind == "byte" else 2
        self._label += 1 + _LONGEST_NAME if names else 0
        rooms = [(layout, self._room(layout, width)) for layout in _LAYOUTS]
        fits = (room for room in rooms if room[1] >= room[0].least)
        self.layout, self.bars = next(fits, (_LAYOUTS[-1], 0))

    @property
    def both(self) -> bool:
        """Whether before and after differ, and there is room for both."""
        return self.layout.both and not self.found.plain

    def header(self) -> Line:
        """What the bars are, and where they end."""
        left, mark = " " * (self._rank(self.layout) + self._label + 1), self.found.mark
        ink = BEFORE_INK if self.found.plain else AFTER_INK
        after = self._heading(how(mark), mark.entropy, ink)
        if not self.both:
            return Span(left), *after
        before = self._heading("model", self.found.model_entropy, BEFORE_INK)
        return Span(left), *before, Span(" " * _GAP), *after

    def line(self, row: Row, here: bool = False) -> Line:
        """One symbol; ``here`` marks the one that is pointed at."""
        ink = "cursor" if here else "strong" if row.drawn else "text"
        note = f"  {self._note(self.layout)}" if row.drawn else ""
        return (
            *self._place(f"{row.rank:,}"),
            Span(self._shown(row), ink),
            Span(" "),
            *self._cells(row.model, row.drawn_from, row.cut),
            Span(note, "strong"),
        )

    def rest(self, rows: list[Row]) -> Line:
        """All other symbols together."""
        model, after = self.found.rest(rows)
        words = f"{len(self.found) - len(rows):,} more"
        cells = [Span(f"{clip(words, self.bars):<{self.bars}} ", "faint")]
        if self.both:
            cells.append(Span(f"{percentage(model):>{PERCENT_WIDTH}}", "faint"))
            cells.append(Span(" " * (_GAP + self.bars + 1)))
        cells.append(Span(f"{percentage(after):>{PERCENT_WIDTH}}", "faint"))
        return (*self._place(""), Span(f"{'…':<{self._label}} ", "faint"), *cells)

    def _heading(self, text: str, entropy: float, ink: str) -> tuple[Span, ...]:
        """Over a bar and its percentage: how, its entropy, and what a full bar is."""
        width, name = self.bars + 1 + PERCENT_WIDTH, text
        bits = f" · {entropy:.2f} bits"
        if cell_len(name + bits) > width:
            name, bits = clip(name, width), ""
        room = self.bars - cell_len(name + bits)
        end = f"{100 * self.scale:g}%▕"
        scale = f"{end:>{room}}" if room > len(end) else ""
        filled = cell_len(name + bits + scale)
        return Span(name, ink), Span(bits + scale + " " * (width - filled), "faint")

    def _place(self, rank: str) -> tuple[Span, ...]:
        width = self._rank(self.layout)
        return (Span(f"{rank:>{width - 1}} ", "faint"),) if width else ()

    def _shown(self, row: Row) -> str:
        name = f" {_NAMES[row.text]}" if self.names and row.text in _NAMES else ""
        return set_cell_size(label(row.text) + name, self._label)

    def _cells(self, model: float, after: float, cut: bool) -> tuple[Span, ...]:
        drawn_from = self._bar(after, "cut" if cut else percentage(after), AFTER_INK)
        if self.both:
            before = self._bar(model, percentage(model), BEFORE_INK)
            return *before, Span(" " * _GAP), *drawn_from
        return self._bar(model, percentage(model), BEFORE_INK) if self.found.plain else drawn_from

    def _bar(self, share: float, words: str, ink: str) -> tuple[Span, ...]:
        drawn = bar(share / self.scale, self.bars, self.ascii_only)
        number = Span(f" {words:>{PERCENT_WIDTH}}", "faint" if share < _SLIGHT else "text")
        return Span(f"{drawn:<{self.bars}}", ink), number

    def _note(self, layout: _Layout) -> str:
        sign = "<" if self.ascii_only else "◄"
        notes = _NOTES.get(self.found.mark.origin, ("◄", "◄"))
        return (*notes, "◄")[layout.note].replace("◄", sign)

    def _rank(self, layout: _Layout) -> int:
        return len(f"{len(self.found):,}") + 1 if layout.rank else 0

    def _room(self, layout: _Layout, width: int) -> int:
        """Cells that are left for each bar."""
        bars = 2 if layout.both and not self.found.plain else 1
        note = 1 if layout.note == 2 else max(8, len(self._note(layout)))
        others = self._rank(layout) + self._label + 1 + (bars - 1) * _GAP + _GAP + note
        return (width - others) // bars - 1 - PERCENT_WIDTH


def how(mark: Mark) -> str:
    """With what it was drawn, such as "at 0.80, top-k 5"."""
    words = [f"at {temperature(mark.temperature)}"]
    words += [f"top-k {mark.top_k:,}"] if mark.top_k else []
    words += [f"top-p {mark.top_p:g}"] if mark.top_p < 1.0 else []
    plain = (mark.temperature, mark.top_k, mark.top_p) == (1.0, 0, 1.0)
    return "model, temperature 1" if plain else ", ".join(words)


def temperature(value: float) -> str:
    """Two digits where they say all of it."""
    if math.isinf(value):
        return "∞"
    short = f"{value:.2f}"
    return short if float(short) == value and value < 1000 else f"{value:.4g}"


def label(text: str) -> str:
    r"""A symbol to read, one or two cells wide; a byte such as ``\xc3`` has four."""
    return text if len(text) > 1 else visible_character(text)


def context(mark: Mark, vocabulary: Vocabulary) -> str:
    """What comes before a character, such as "after “The st”"."""
    if mark.depth <= 1:
        return "at the beginning"
    earlier: list[int] = []
    here = mark.parent
    while here is not None and here.depth > 0 and len(earlier) < _LOOK_BACK:
        earlier.append(here.symbol)
        here = here.parent
    pieces = map(vocabulary.decoder(), reversed(earlier))
    return f"after “{visible_line(''.join(pieces)[-_CONTEXT:])}”"
