"""How a text is sampled: temperature, cut-offs, seed and end, checked where they come in."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Final, Literal, TypeAlias, get_args

import numpy as np

from rnn_tui.core.sampling import check_sampling
from rnn_tui.text.visible import visible_line

Missing: TypeAlias = Literal["skip", "refuse"]
"""What to do with the characters of a prompt that the network has never seen."""

Value: TypeAlias = float | int | str

LARGEST_SEED: Final = 2**63 - 1

LONGEST: Final = 1_000_000_000
"""Characters of one text."""

_LONGEST_STOP: Final = 1000


class SettingError(ValueError):
    """A value that cannot be sampled with: one line that says why, and what can."""


@dataclass(frozen=True)
class Settings:
    """One way to sample. Raises SettingError for values out of range.

    ``temperature``: 0 takes the most probable symbol, infinity makes all equal. ``top_k`` 0 and
    ``top_p`` 1 allow all symbols. ``length``: characters drawn at most. ``stop_at``: the text ends
    behind the first place where this was written; empty for none.
    """

    temperature: float = 0.8
    top_k: int = 0
    top_p: float = 1.0
    seed: int = 0
    length: int = 400
    stop_at: str = ""
    missing: Missing = "skip"

    def __post_init__(self) -> None:
        """Check every value."""
        try:
            check_sampling(self.temperature, self.top_k, self.top_p)
        except ValueError as error:
            raise SettingError(str(error)) from None
        _within("seed", self.seed, LARGEST_SEED)
        _within("length", self.length, LONGEST)
        if len(self.stop_at) > _LONGEST_STOP:
            raise SettingError(f"stop-at may have {_LONGEST_STOP:,} characters at most")
        if self.missing not in get_args(Missing):
            choices = " or ".join(get_args(Missing))
            raise SettingError(f"missing must be {choices}, not {visible_line(self.missing)!r}")

    def changed(self, name: str, text: str) -> Settings:
        """These settings with one value as it was typed. Raises SettingError."""
        return replace(self, **{_key(name): parse_setting(name, text)})  # type: ignore[arg-type]


def parse_setting(name: str, text: str) -> Value:
    """The value of a setting as it was typed; ``name`` with hyphens or underscores.

    Raises SettingError for what cannot be read or is out of range: empty, NaN, negative.
    """
    key = _key(name)
    value = _PARSERS[key](key.replace("_", "-"), text)
    Settings(**{key: value})  # type: ignore[arg-type]
    return value


def random_numbers(seed: int, number: int = 0, skipped: int = 0) -> np.random.Generator:
    """The random numbers of text ``number`` of a seed, the same on the screen and in a pipe.

    ``skipped`` of the uniform numbers, each of which takes one step, are left out at no cost.
    """
    bits = np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(2, number)))
    return np.random.Generator(bits.advance(skipped))


def _key(name: str) -> str:
    key = name.strip().lower().replace("-", "_")
    if key not in _PARSERS:
        known = ", ".join(field.name.replace("_", "-") for field in fields(Settings))
        raise SettingError(f"there is no setting {visible_line(name)!r}: {known}")
    return key


def _within(name: str, value: int, most: int) -> None:
    if not 0 <= value <= most:
        raise SettingError(f"{name} must be 0 to {most:,}, not {value:,}")


def _number(name: str, text: str) -> float:
    try:
        value = float(text.strip().replace("∞", "inf"))
    except ValueError:
        value = math.nan
    if math.isnan(value):
        raise SettingError(f"{name} must be a number, not {_shown(text)}")
    return value + 0.0  # -0.0 is 0


def _whole(name: str, text: str) -> int:
    try:
        return int(text.strip())
    except ValueError:  # also for more digits than Python reads
        raise SettingError(f"{name} must be a whole number, not {_shown(text)}") from None


def _word(_name: str, text: str) -> str:
    return text.strip().lower()


def _text(_name: str, text: str) -> str:
    r"""The text itself, with \n, \t and \\ for what one line of input cannot hold."""
    parts = text.split("\\\\")
    return "\\".join(part.replace("\\n", "\n").replace("\\t", "\t") for part in parts)


def _shown(text: str) -> str:
    short = text if len(text) <= 20 else text[:20] + "…"
    return f"'{visible_line(short)}'" if text.strip() else "nothing"


_PARSERS: Final[Mapping[str, Callable[[str, str], Value]]] = {
    "temperature": _number,
    "top_k": _whole,
    "top_p": _number,
    "seed": _whole,
    "length": _whole,
    "stop_at": _text,
    "missing": _word,
}
