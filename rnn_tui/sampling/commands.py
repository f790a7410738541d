"""The sampler in words: what the line after ``:`` takes, a verb and then the rest."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from rnn_tui.core.work import Answer
from rnn_tui.sampling.errors import SamplerError
from rnn_tui.sampling.lanes import ALONE, MOST_LANES, at_temperatures
from rnn_tui.sampling.looking import COLOURS
from rnn_tui.sampling.sampler import Sampler
from rnn_tui.sampling.settings import SettingError, parse_setting
from rnn_tui.sampling.units import Watched
from rnn_tui.text.visible import visible_line

BEGINNING: Final = frozenset({"write", "score", "again"})
"""Verbs that begin a text."""

_UNIT: Final = re.compile(r"(-?)(?:(\d{1,4}):)?(\d{1,6})")


class Command(NamedTuple):
    """A verb. ``carry_out`` takes the sampler and what follows the verb."""

    usage: str
    does: str
    carry_out: Callable[[Sampler, str], Answer]


def carry_out(sampler: Sampler, line: str) -> Answer:
    """Do what one line says: the answer, or a task that gives it. Raises SamplerError."""
    verb, _, rest = line.lstrip().partition(" ")
    command = COMMANDS.get(verb.lower().replace("_", "-"))
    if command is None:
        near = [name for name in COMMANDS if verb and name.startswith(verb[:2].lower())]
        hint = f"did you mean {' or '.join(near)}?" if near else "help lists them"
        raise SamplerError(f"there is no command {visible_line(verb[:40])!r}: {hint}")
    if rest.strip() and " " not in command.usage:
        raise SamplerError(f"{command.usage} takes nothing after it: leave it out")
    return command.carry_out(sampler, rest)


def _whole(text: str, what: str) -> int:
    try:
        return int(text.strip().replace(",", ""))
    except ValueError:
        shown = visible_line(text[:20]) if text.strip() else "nothing"
        raise SamplerError(f"{what} must be a whole number, not {shown}") from None


def _setting(name: str) -> Callable[[Sampler, str], Answer]:
    return lambda sampler, rest: sampler.change(name, rest)


def _go(sampler: Sampler, rest: str) -> Answer:
    text, number = sampler.texts.require(), _whole(rest, "the number of a character")
    if not 1 <= number <= len(text.marks):
        raise SamplerError(f"there is no character {number:,}: the text has {len(text.marks):,}")
    text.look_at(number - 1)
    return ""


def _branch(sampler: Sampler, rest: str) -> Answer:
    vocabulary = sampler.texts.require().weights.vocabulary
    symbol = " " if rest.strip() == "space" else str(parse_setting("stop-at", rest))
    found = vocabulary.encode_prompt(symbol).symbols
    if len(symbol) != 1 or len(found) != 1:
        raise SamplerError("branch takes one character that the network knows, \\n or space")
    return sampler.branch(int(found[0]))


def _more(sampler: Sampler, rest: str) -> Answer:
    if not rest.strip():
        return sampler.more()
    count = _whole(rest, "how many characters more")
    if not 1 <= count <= 10**9:
        raise SamplerError("give a number of characters from 1 on")
    return sampler.more(count)


def _choose(sampler: Sampler, rest: str) -> Answer:
    sampler.texts.choose(_whole(rest, "the number of a text"))
    return ""


def _beside(sampler: Sampler, rest: str) -> Answer:
    """Temperatures for the texts that are written next."""
    words = rest.replace(",", " ").split()
    if words == ["off"]:
        sampler.lanes = ALONE
        return "one text at a time"
    if not 2 <= len(words) <= MOST_LANES:
        raise SamplerError(f"give 2 to {MOST_LANES} temperatures, or off")
    try:
        temperatures = tuple(float(parse_setting("temperature", word)) for word in words)
    except SettingError as error:
        raise SamplerError(str(error)) from error
    sampler.lanes = at_temperatures(temperatures)
    return f"the next prompt is written at temperatures {', '.join(words)}"


def _drop(sampler: Sampler, rest: str) -> Answer:
    number = _whole(rest, "the number of a text") if rest.strip() else None
    number = sampler.texts.require().number if number is None else number
    sampler.texts.drop(number)
    return f"text {number} is gone"


def _colour(sampler: Sampler, rest: str) -> Answer:
    for colour in COLOURS:
        if rest.strip().lower() == colour:
            if colour == "unit" and not sampler.looking.units:
                raise SamplerError("choose a unit first, such as: unit 37")
            sampler.looking.colour = colour
            return ""
    raise SamplerError(f"colour takes {', '.join(COLOURS[:-1])} or {COLOURS[-1]}")


def _unit(sampler: Sampler, rest: str) -> Answer:
    text = sampler.texts.current
    units = []
    for word in rest.replace(",", " ").split():
        found = _UNIT.fullmatch(word)
        if found is None:
            raise SamplerError(
                f"{visible_line(word[:20])} is no unit: 37, 1:37 of layer 1, -37 where it is low"
            )
        units.append(Watched(int(found[2] or 0), int(found[3]), -1 if found[1] else 1))
    if not units:
        raise SamplerError("name a unit, such as 37, or several")
    return sampler.looking.watch(tuple(units), text.weights if text else sampler.weights)


def _speed(sampler: Sampler, rest: str) -> Answer:
    speed = _whole(rest, "characters a second")
    if not 0 <= speed <= 10**6:
        raise SamplerError("speed takes 1 to 1,000,000 characters a second, or 0: all it can")
    sampler.speed = speed
    return sampler.pace


def _end(sampler: Sampler, _rest: str) -> Answer:
    sampler.texts.require().look_at(10**12)
    return ""


_SETTINGS: Final = {
    "temperature X": "0: the likeliest each time; inf: all alike",
    "top-k K": "only the K likeliest; 0: all",
    "top-p P": "only the likeliest that make up P; 1: all",
    "seed N": "another seed, another text",
    "length N": "characters drawn at most",
    "stop-at TEXT": r"end behind this text; \n is a new line; nothing: never",
    "missing skip | refuse": "what becomes of characters of a prompt that were never seen",
}

COMMANDS: Final[dict[str, Command]] = {
    command.usage.split()[0]: command
    for command in (
        Command("write TEXT", "begin a text behind this prompt", Sampler.write),
        Command("behind TEXT", "read this behind the text, and go on", Sampler.behind),
        Command("score TEXT", "only score it", lambda s, rest: s.write(rest, draw=False)),
        Command("again", "the same prompt with the next seed", lambda s, _: s.again()),
        Command("more [N]", "go on for N characters more", _more),
        Command("go N", "to character N", _go),
        Command("end", "to the end, and along with it", _end),
        Command("branch C", "another character here, and on from there", _branch),
        Command("text N", "look at text N", _choose),
        Command("drop [N]", "forget this text, or text N", _drop),
        Command("beside 0.5 1 1.5 | off", "write at 2 or 3 temperatures side by side", _beside),
        Command("colour surprise | unit | none", "what colours the text", _colour),
        Command("unit 37 [-40 1:12]", "colour by units; - where one is low; layer:unit", _unit),
        *(Command(usage, does, _setting(usage.split()[0])) for usage, does in _SETTINGS.items()),
        Command("speed N", "characters a second; 0: all it can", _speed),
    )
}
"""By their verbs."""
