"""The sampler without a terminal: texts are written, looked into, branched and compared.

What takes long is a ``Task``; its work may be done in a thread, everything else belongs to one.
"""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from typing import Final

from rnn_tui.core.work import Task
from rnn_tui.sampling.engine import Engine, start_mark
from rnn_tui.sampling.errors import SamplerError
from rnn_tui.sampling.lanes import ALONE, Lane
from rnn_tui.sampling.looking import Looking
from rnn_tui.sampling.prompt import PromptError, prompt_symbols
from rnn_tui.sampling.settings import SettingError, Settings
from rnn_tui.sampling.text import Text
from rnn_tui.sampling.texts import Begun, Texts
from rnn_tui.sampling.tree import MEMORY, Mark
from rnn_tui.sampling.view import View
from rnn_tui.sampling.weights import Weights

SPEEDS: Final = (10, 25, 100, 400, 1600, 0)
"""Characters a second; 0 is as fast as it goes."""

LONGEST_PROMPT: Final = 100_000
"""Characters. Of longer texts the command tells the score."""

_REPORTS: Final = 256
"""Characters of a prompt between two reports of progress."""


@dataclass(frozen=True)
class Sampled:
    """How many characters were drawn, and whether that was all that was to be drawn."""

    characters: int
    done: bool


class Sampler:
    """The texts of one or several networks, and how the next ones are written.

    Args:
        weights: what the first text is written with.
        settings: how.
        memory: bytes that all texts together may take; beyond, the oldest are dropped.
    """

    def __init__(
        self, weights: Weights, settings: Settings | None = None, memory: int = MEMORY
    ) -> None:
        self.weights, self.settings = weights, settings or Settings()
        self.lanes: tuple[Lane, ...] = ALONE
        self.follow, self.speed = True, 100
        self.looking, self.texts = Looking(), Texts(memory)
        self.message, self.prompt = "", ""

    @property
    def writing(self) -> bool:
        """Whether a text goes on by itself."""
        return any(text.phase == "writing" for text in self.texts.shown)

    def view(self) -> View:
        """All of it as it is now."""
        texts, looking = self.texts, self.looking
        shown = texts.shown
        return View(
            weights=self.weights,
            follow=self.follow,
            lanes=tuple(lane.title for lane in self.lanes),
            settings=texts.current.lane.settings(self.settings) if texts.current else self.settings,
            columns=tuple(text.column() for text in shown),
            active=texts.active,
            texts=tuple(text.listed(text in shown) for text in texts.all),
            colour=looking.colour,
            units=looking.units,
            cycling=looking.cycling,
            ranking=looking.ranking,
            ranked=looking.ranked,
            speed=self.speed,
            message=self.message,
        )

    # -- prompts ------------------------------------------------------------------------------

    def write(self, prompt: str, draw: bool = True) -> Task:
        """Begin a text in every lane, and let it be written; unless ``draw``, only score it.

        Raises SamplerError for a prompt that is too long, or is to be refused.
        """
        begun = [self._begin(lane, prompt) for lane in self.lanes]
        draw = draw and self.settings.length > 0

        def apply(found: list[Begun]) -> str:
            self.prompt = prompt
            for text in self.texts.begin(found):
                text.settings = text.lane.settings(self.settings)  # it may have changed meanwhile
                if not draw:
                    text.end()
            said = [_left_out(found[0], prompt), "" if draw else self.score()]
            return "; ".join(filter(None, said))

        return Task("reading the prompt", _read(begun, prompt), apply)

    def again(self) -> Task:
        """The same prompt with the next seed."""
        self.settings = replace(self.settings, seed=self.settings.seed + 1)
        return self.write(self.prompt)

    def behind(self, prompt: str) -> Task:
        """Read a prompt behind the text that the cursor is in, and let that go on."""
        text = self.texts.require()
        text.pause()
        leaf, begun = text.leaf, _guarded(text.lane, text.engine(), text.start, prompt)

        def apply(found: list[Begun]) -> str:
            if text not in self.texts or text.leaf is not leaf:
                return "the text has changed meanwhile: nothing was added"
            for mark in found[0].marks:
                self.texts.grow(text, mark)
            found[0].engine.settings = text.settings
            self._go_on(text, found[0].engine)
            return _left_out(found[0], prompt)

        return Task("reading the prompt", _read([begun], prompt), apply)

    def score(self) -> str:
        """How well the network foresees the text that the cursor is in, in words."""
        total = self.texts.require().total
        return (
            f"{total.characters:,} characters: {total.bits:,.1f} bits, "
            f"{total.bits_per_character:.3f} a character, perplexity {total.perplexity:.2f}"
        )

    def _begin(self, lane: Lane, prompt: str) -> Begun:
        weights = lane.weights or self.weights
        start = start_mark(weights, self.texts.root)
        engine = Engine(weights, lane.settings(self.settings), start)
        return _guarded(lane, engine, start, prompt)

    # -- writing ------------------------------------------------------------------------------

    def more(self, characters: int | None = None) -> str:
        """Let the text go on for so many characters more than it has; as many as set."""
        text = self.texts.require()
        self._go_on(text, text.engine(), characters)
        return ""

    def _go_on(self, text: Text, engine: Engine, characters: int | None = None) -> None:
        text.go_on(engine)
        text.extend(characters or max(self.settings.length, 1))

    def pause(self) -> str:
        """Stop what is being written; where nothing is, let it go on."""
        self.texts.require()
        if self.writing:
            for text in self.texts.shown:
                text.pause()
            return "stopped: space goes on, n draws one character"
        waiting = [text for text in self.texts.shown if text.phase == "paused"]
        for text in waiting:
            text.go_on()
        return "" if waiting else "the text has ended: g goes on behind it"

    def one(self) -> str:
        """One character more, whatever the text waits for."""
        text = self.texts.require()
        if text.phase == "ended":
            text.go_on(text.engine())
            text.extend(1)
        text.pause()
        self._draw(text)
        return ""

    def advance(self, characters: int, seconds: float = 1.0) -> Sampled:
        """Draw so many characters in every text that is being written, in turn.

        It ends sooner when that takes longer than ``seconds``.
        """
        until = time.perf_counter() + seconds
        for drawn in range(characters):
            writing = [text for text in self.texts.shown if text.phase == "writing"]
            if not writing or time.perf_counter() > until:
                return Sampled(drawn, done=not writing)
            for text in writing:
                self._draw(text)
        return Sampled(characters, done=True)

    def _draw(self, text: Text) -> None:
        try:
            mark = text.draw()
        except ValueError as error:  # the network has diverged
            self.message, mark = str(error), None
        if mark is None or not self.texts.grow(text, mark) or text.phase == "ended":
            text.end()
        if self.texts.note:
            self.message, self.texts.note = self.texts.note, ""

    def branch(self, symbol: int) -> str:
        """Another character in the place of the one that is looked at, and on from there."""
        branch = self.texts.branch(symbol)
        place = f"text {branch.parent} behind its first {branch.fork:,} characters"
        return f"text {branch.number} leaves {place}"

    # -- settings -----------------------------------------------------------------------------

    def change(self, name: str, value: str) -> str:
        """A setting as it was typed, at once for what is being written too.

        A lane with a temperature of its own keeps it apart: it is changed for that lane alone.
        Raises SamplerError for what is no such value; the old one is kept.
        """
        try:
            settings = self.settings.changed(name, value)
        except SettingError as error:
            raise SamplerError(str(error)) from error
        text = self.texts.current
        if "temperature" in name.lower() and text and text.lane.own_temperature:
            self._change_lane(text.lane, settings.temperature)
        else:
            self.settings = settings
        for shown in self.texts.shown:
            shown.settings = shown.lane.settings(self.settings)
        return ""

    def _change_lane(self, before: Lane, temperature: float) -> None:
        """Another temperature for one lane: for its text, and for those that it will write."""
        after = before.warmed(temperature)
        self.lanes = tuple(after if lane is before else lane for lane in self.lanes)
        for text in self.texts.shown:
            if text.lane is before:
                text.lane = after

    def faster(self, by: int) -> str:
        """The next speed, or the one before; the last is as fast as it goes."""
        slower = [speed for speed in SPEEDS if 0 < speed < (self.speed or math.inf)]
        faster = [speed for speed in SPEEDS if speed > self.speed > 0 or not speed]
        self.speed = faster[0] if by > 0 else (slower or [SPEEDS[0]])[-1]
        return self.pace

    @property
    def pace(self) -> str:
        """How fast it writes, in words."""
        return f"{self.speed:,} characters a second" if self.speed else "as fast as it goes"


def _guarded(lane: Lane, engine: Engine, start: Mark, prompt: str) -> Begun:
    """Refuse a prompt before anything has happened."""
    if len(prompt) > LONGEST_PROMPT:
        raise SamplerError(
            f"the prompt has {len(prompt):,} characters, and {LONGEST_PROMPT:,} are the most:"
            " rnn-tui sample --score reads texts of any length"
        )
    try:
        prompt_symbols(engine.weights.vocabulary, prompt, engine.settings.missing)
    except PromptError as error:
        raise SamplerError(str(error)) from error
    return Begun(lane, engine, start, ())


def _read(begun: list[Begun], prompt: str) -> Generator[float, None, list[Begun]]:
    """Read the prompt in every lane."""
    found: list[Begun] = []
    for place, one in enumerate(begun):
        marks: list[Mark] = []
        for mark in _quiet(one.engine.prompt(prompt)):
            marks.append(mark)
            if len(marks) % _REPORTS == 0:
                yield (place + len(marks) / (4 * len(prompt))) / len(begun)
        found.append(one._replace(marks=tuple(marks)))
    return found


def _quiet(marks: Iterator[Mark]) -> Iterator[Mark]:
    """A network that has diverged is told in a line."""
    try:
        yield from marks
    except ValueError as error:
        raise SamplerError(str(error)) from error


def _left_out(begun: Begun, prompt: str) -> str:
    missing = prompt_symbols(begun.engine.weights.vocabulary, prompt).missing
    return f"left out, never seen: {' '.join(missing[:8])}" if missing else ""
