"""Prompts on their way into a text: refused before anything has happened, or read and scored."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Final, NamedTuple

from rnn_tui.sampling.engine import Engine
from rnn_tui.sampling.errors import SamplerError
from rnn_tui.sampling.lanes import Lane
from rnn_tui.sampling.prompt import PromptError, prompt_symbols
from rnn_tui.sampling.tree import Mark
from rnn_tui.text.visible import visible_line

LONGEST_PROMPT: Final = 100_000
"""Characters. Of longer texts the command tells the score."""

_REPORTS: Final = 256
"""Characters of a prompt between two reports of progress."""

_NAMED: Final = 8
"""Characters that were never seen and are named."""

_LONGER: Final = "rnn-tui sample --score reads texts of any length"


class Begun(NamedTuple):
    """A text whose prompt is to be read, or has been."""

    lane: Lane
    engine: Engine
    start: Mark
    marks: tuple[Mark, ...]
    prompt: str


def begun_with(lane: Lane, engine: Engine, start: Mark, prompt: str, memory: int) -> Begun:
    """A prompt that is still to be read. Raises SamplerError for one that cannot be."""
    if len(prompt) > LONGEST_PROMPT:
        raise SamplerError(
            f"the prompt has {len(prompt):,} characters, and {LONGEST_PROMPT:,} are the most:"
            f" {_LONGER}"
        )
    try:
        read = prompt_symbols(engine.weights.vocabulary, prompt, engine.settings.missing)
    except PromptError as error:
        raise SamplerError(str(error)) from error
    room = memory // engine.bytes_of_mark
    if len(read.symbols) > room:
        raise SamplerError(
            f"the prompt has {len(read.symbols):,} symbols, and there is memory for {room:,}:"
            f" {_LONGER}"
        )
    return Begun(lane, engine, start, (), prompt)


def reading(begun: list[Begun]) -> Generator[float, None, list[Begun]]:
    """Read the prompts; yields the progress, 0..1. Raises SamplerError for a diverged network."""
    found: list[Begun] = []
    for place, one in enumerate(begun):
        marks: list[Mark] = []
        count = len(prompt_symbols(one.engine.weights.vocabulary, one.prompt).symbols)
        for mark in _quiet(one.engine.prompt(one.prompt)):
            marks.append(mark)
            if len(marks) % _REPORTS == 0:
                yield (place + len(marks) / count) / len(begun)
        found.append(one._replace(marks=tuple(marks)))
    return found


def _quiet(marks: Iterator[Mark]) -> Iterator[Mark]:
    """A network that has diverged is told in a line."""
    try:
        yield from marks
    except ValueError as error:
        raise SamplerError(str(error)) from error


def left_out(begun: list[Begun]) -> Iterator[str]:
    """What of the prompt each network has never seen, in words; of equal ones once."""
    said = set()
    for lane, engine, _, _, prompt in begun:
        missing = prompt_symbols(engine.weights.vocabulary, prompt).missing
        if missing and missing not in said:
            said.add(missing)
            more = f" and {len(missing) - _NAMED:,} more" if len(missing) > _NAMED else ""
            where = f" in {visible_line(lane.title)}" if lane.weights else ""
            yield f"left out{where}, never seen: {' '.join(missing[:_NAMED])}{more}"
