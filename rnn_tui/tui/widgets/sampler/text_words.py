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
    """What a text comes to; ``both``: and in another line what was drawn of it."""
    noun = "byte" if column.weights.vocabulary.kind == "byte" else "character"
    first = Span(f"{column.phase:<{_PHASE_CELLS}}", _PHASE_INKS[column.phase])
    lines = [_sum(first, column.total, noun, width)]
    if both and told_apart(column):
        lines.append(_sum(Span(f"{'drawn':<{_PHASE_CELLS}}", "faint"), column.drawn, noun, width))
    return lines


def _sum(first: Span, total: Totals, noun: str, width: int) -> Line:
    """As much of it as there is room for."""
    for parts in _parts(total, noun):
        said = " · ".join(parts)
        if _PHASE_CELLS + 3 + cell_len(said) <= width:
            return first, Span(" · ", "faint"), Span(said)
    brief = f"{total.bits_per_character:.2f} bp{noun[0]}"
    if _PHASE_CELLS + 1 + cell_len(brief) <= width:
        return first, Span(f" {brief}")
    return (Span(clip(first.text.strip(), width), first.ink),)


def _parts(total: Totals, noun: str) -> Iterator[Sequence[str]]:
    """What is said of a sum, less and less."""
    count = f"{total.characters:,} {noun}{'' if total.characters == 1 else 's'}"
    bits, rate = f"{total.bits:,.1f} bits", f"{total.bits_per_character:.2f} bits"
    perplexity = f"perplexity {_number(total.perplexity)}"
    short = f"{total.characters:,}"
    each, brief = f"{rate}/{noun}", f"{rate}/{noun[:4]}"
    yield count, bits, each, perplexity
    yield count, bits, brief, perplexity
    yield count, each, perplexity
    yield count, brief, perplexity
    yield count, each
    yield short, each
    yield short, brief
    yield (brief,)


def _number(value: float) -> str:
    return f"{value:,.2f}" if value < 1e6 else f"{value:.2e}"
