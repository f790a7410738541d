"""The sampler without a terminal: texts are written, looked into, branched and compared.

What takes long is a ``Task``; its work may be done in a thread, everything else belongs to one.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import Final

from rnn_tui.core.work import Task
from rnn_tui.sampling.begun import Begun, begun_with, left_out, reading
from rnn_tui.sampling.engine import Engine, start_mark
from rnn_tui.sampling.errors import SamplerError
from rnn_tui.sampling.lanes import ALONE, Lane
from rnn_tui.sampling.looking import Looking
from rnn_tui.sampling.settings import LARGEST_SEED, SettingError, Settings
from rnn_tui.sampling.text import Text
from rnn_tui.sampling.texts import Texts
from rnn_tui.sampling.tree import MEMORY
from rnn_tui.sampling.view import View
from rnn_tui.sampling.weights import Weights

SPEEDS: Final = (10, 25, 100, 400, 1600, 0)
"""Characters a second; 0 is as fast as it goes."""

_SEEDS: Final = LARGEST_SEED + 1


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
        self.message = ""

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
            settings=self._settings(texts.current) if texts.current else self.settings,
            columns=tuple(text.column(self._title(text)) for text in shown),
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
            for text in self.texts.begin(found):
                text.settings = self._settings(text)  # they may have changed meanwhile
                if not draw:
                    text.end()
            said = [self._note(), *left_out(found), "" if draw else self.score()]
            return "; ".join(filter(None, said))

        return Task("reading the prompt", reading(begun), apply)

    def again(self, text: Text | None = None) -> Task:
        """The prompt of a text, the one that the cursor is in, with the next seed."""
        prompt = (text or self.texts.require()).prompt
        self.settings = replace(self.settings, seed=(self.settings.seed + 1) % _SEEDS)
        return self.write(prompt)

    def behind(self, prompt: str) -> Task:
        """Read a prompt behind the text that the cursor is in, and let that go on."""
        text = self.texts.require()
        text.pause()
        begun = begun_with(text.lane, text.engine(), text.start, prompt, self.texts.memory)
        leaf = text.leaf

        def apply(found: list[Begun]) -> str:
            if text not in self.texts or text.leaf is not leaf:
                return "the text has changed meanwhile: nothing was added"
            if all(self.texts.grow(text, mark) for mark in found[0].marks):
                text.go_on(max(self.settings.length, 1), found[0].engine)
                text.settings = self._settings(text)
            return "; ".join(filter(None, [self._note(), *left_out(found)]))

        return Task("reading the prompt", reading([begun]), apply)

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
        return begun_with(lane, engine, start, prompt, self.texts.memory)

    # -- writing ------------------------------------------------------------------------------

    def more(self, characters: int | None = None) -> str:
        """Let the text go on for so many characters more than it has; as many as set."""
        text = self.texts.require()
        text.settings = self._settings(text)
        text.go_on(characters or max(self.settings.length, 1), text.engine())
        return ""

    def pause(self) -> str:
        """Stop what is being written; where nothing is, let it go on."""
        self.texts.require()
        if self.writing:
            for text in self.texts.shown:
                text.pause()
            return "stopped: space goes on, n draws one character"
        waiting = [text for text in self.texts.shown if text.phase == "paused"]
        for text in waiting:
            text.settings = self._settings(text)
            text.go_on()
        return "" if waiting else "the text has ended: g goes on behind it"

    def one(self) -> str:
        """One character more, whatever the text waits for."""
        text = self.texts.require()
        text.settings = self._settings(text)
        text.go_on(1 if text.phase == "ended" else 0)
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
        return Sampled(characters, done=not self.writing)

    def _draw(self, text: Text) -> None:
        try:
            mark = text.draw()
        except ValueError as error:  # the network has diverged
            self.message, mark = str(error), None
        if mark is None or not self.texts.grow(text, mark) or text.phase == "ended":
            text.end()
        self.message = self._note() or self.message

    def branch(self, symbol: int, text: Text | None = None, index: int | None = None) -> str:
        """Another character in a place of a text, and on from there: where the cursor is."""
        text = text or self.texts.require()
        if text.cursor < 0:
            raise SamplerError("the text has no character yet: let some be written")
        text.settings = self._settings(text)
        branch = self.texts.branch(symbol, text, text.cursor if index is None else index)
        place = f"text {branch.parent} behind its first {branch.fork:,} characters"
        said = f"text {branch.number} leaves {place}"
        return "; ".join(filter(None, [self._note(), said]))

    def _note(self) -> str:
        """What was dropped for want of memory, said once."""
        note, self.texts.note = self.texts.note, ""
        return note

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
        if "temperature" in name.lower() and text and self._own_temperature(text):
            self._change_lane(text.lane, settings.temperature)
        else:
            self.settings = settings
        for shown in self.texts.shown:
            shown.settings = self._settings(shown)
        return ""

    def _settings(self, text: Text) -> Settings:
        """With which a text goes on: the sampler's, and what is its lane's own while that lasts."""
        return text.lane.settings(self.settings) if self._own_temperature(text) else self.settings

    def _own_temperature(self, text: Text) -> bool:
        return text.lane.own_temperature and text.lane in self.lanes

    def _title(self, text: Text) -> str:
        """What sets a text apart from those beside it; "" for its number."""
        return text.lane.title if text.lane in self.lanes else ""

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
