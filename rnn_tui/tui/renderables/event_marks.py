"""The marks of what happened in a run, for the lane under a chart, its help and its readings."""

from __future__ import annotations

from typing import Final, NamedTuple


class Mark(NamedTuple):
    """A sign one cell wide, and the letter that stands for it where only ASCII is drawn."""

    sign: str
    letter: str


MARKS: Final[dict[str, Mark]] = {
    "attached": Mark("›", "a"),
    "detached": Mark("‹", "d"),
    "clipped": Mark("≈", "c"),
    "paused": Mark("‖", "|"),
    "continued": Mark("▸", ">"),
    "note": Mark("▪", "n"),
    "text end": Mark("¶", "e"),
    "reset": Mark("↻", "0"),
    "held out": Mark("◇", "o"),
    "saved": Mark("◆", "s"),
    "resumed": Mark("►", "r"),
    "learning rate": Mark("△", "k"),  # what a knob was called in older logs
    "knob": Mark("△", "k"),
    "undone": Mark("↶", "u"),
    "checkpoint skipped": Mark("◈", "!"),
    "dropped": Mark("▽", "v"),
    "failed": Mark("✖", "F"),
    "not finite": Mark("✗", "x"),
}
"""By the kind of event; of several at one place the last of this table is seen."""

OTHER: Final = Mark("•", "?")
"""Of a kind that a later version writes."""

_RANK: Final = {kind: place for place, kind in enumerate(MARKS)}


def rank(kind: str) -> int:
    """How much a kind matters beside others at the same place."""
    return _RANK.get(kind, -1)


def mark_of(kind: str, only_ascii: bool = False) -> str:
    """The sign of a kind of event, or its letter."""
    mark = MARKS.get(kind, OTHER)
    return mark.letter if only_ascii else mark.sign
