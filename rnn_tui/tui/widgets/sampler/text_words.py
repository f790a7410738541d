"""What is said around a text: what its colours are, what it is called, what it comes to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from rich.cells import cell_len

from rnn_tui.sampling.scoring import Totals
from rnn_tui.sampling.view import Column, Phase, View
from rnn_tui.text.visible import visible_line
from rnn_tui.tui.widgets.line_pane import Line, Span
from rnn_tui.tui.widgets.sampler.unit_words import units_name
from rnn_tui.tui.widgets.status_bar import clip

STRIP: Final = "▁▂▃▄▅▆▇█"
"""Where the colours themselves stand in a title."""

PROMPT_SAMPLE: Final = "prompt"
"""Is written as characters of a prompt are, where they are told apart."""

_PHASE_INKS: Final[dict[Phase, str]] = {"writing": "good", "paused": "edited", "ended": "faint"}
_PHASE_CELLS: Final = 7

HINTS: Final = (
    ("t", "type or paste a prompt: enter lets the network go on from there"),
    ("f2", "in the prompt: only score it, every character by its surprise"),
)
"""What there is to press before there is a text."""


def titles(view: View) -> tuple[str, ...]:
    """What the colours of the text say, shorter and shorter."""
    what, legend = _legend(view)
    if not legend:
        return ("1 text · no colour", "1 text")
    prompt = f" · {PROMPT_SAMPLE}" if any(told_apart(column) for column in view.columns) else ""
    return (
        f"1 text · colour: {what} {legend}{prompt}",
        f"1 text · colour: {what} {legend}",
        f"1 text · {what} {legend}",
        f"1 text · {legend}",
        "1 text",
    )


def _legend(view: View) -> tuple[str, str]:
    """What is shown, and its scale; nothing where nothing is."""
    if view.colour == "surprise":
        return "surprise", f"0 {STRIP} 8 bits"
    if view.colour == "unit" and view.units:
        weights = view.column.weights if view.column else view.weights
        return units_name(view.units, weights.architecture.layers), f"−1 {STRIP} +1"
    return "", ""


def told_apart(column: Column) -> bool:
    """Whether a text is partly of a prompt, and partly drawn."""
    return 0 < column.drawn.characters < column.total.characters


def hints(width: int) -> Iterator[Line]:
    """What to do where there is no text yet."""
    for key, words in HINTS:
        yield Span(f"{key:<3}", "accent"), Span(clip(words, width - 3), "faint")


def head(view: View, place: int, width: int, alone: bool) -> Line:
    """The line above a column; ``alone``: there is no room for those beside it."""
    column = view.columns[place]
    number = f"{place + 1} of {len(view.columns)} · " if alone else ""
    title = visible_line(column.title) or f"text {column.number}"
    ink = "accent" if place == view.active else "faint"
    return (Span(clip(number + title, width), ink),)


def totals(column: Column, width: int, both: bool) -> list[Line]:
    """What a text comes to; ``both``: and in another line what was drawn of it, in such words."""
    noun = "byte" if column.weights.vocabulary.kind == "byte" else "character"
    firsts, sums = [Span(column.phase, _PHASE_INKS[column.phase])], [column.total]
    if both and told_apart(column):
        firsts, sums = [*firsts, Span("drawn", "faint")], [*sums, column.drawn]
    forms = zip(*(_forms(total, noun) for total in sums), strict=True)
    room = width - _PHASE_CELLS
    fits = (said for said in map(_aligned, forms) if cell_len(said[0]) <= room)
    said = next(fits, None)
    if said is None:
        return [(Span(clip(first.text, width), first.ink),) for first in firsts]
    return [
        (Span(f"{first.text:<{_PHASE_CELLS}}", first.ink), Span(words))
        for first, words in zip(firsts, said, strict=True)
    ]


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Each row as one text, its parts below those of the other."""
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    padded = ((f"{part:>{w}}" for part, w in zip(row, widths, strict=True)) for row in rows)
    return [f"{' · ' if widths[1:] else ' '}{' · '.join(row)}" for row in padded]


def _forms(total: Totals, noun: str) -> Iterator[Sequence[str]]:
    """What is said of a sum, less and less."""
    short, plural = f"{total.characters:,}", "" if total.characters == 1 else "s"
    count, brief = f"{short} {noun}{plural}", f"{short} {noun[:4]}{plural}"
    bits, rate = f"{total.bits:,.1f} bits", f"{total.bits_per_character:.2f}"
    number, per = _number(total.perplexity), f"{rate} bp{noun[0]}"
    yield count, bits, f"{rate} bits/{noun}", f"perplexity {number}"
    yield count, bits, f"{rate} bits/{noun[:4]}", f"perplexity {number}"
    yield count, bits, per, f"perplexity {number}"
    yield count, bits, per, f"ppl {number}"
    yield brief, bits, per, f"ppl {number}"
    yield short, bits, per, f"ppl {number}"
    yield brief, per, f"ppl {number}"
    yield short, per, f"ppl {number}"
    yield short, per
    yield (per,)


def _number(value: float) -> str:
    return f"{value:,.2f}" if value < 1e6 else f"{value:.2e}"
