"""How the lines of the operation pane are shared out: what matters first, the rest is cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

_SENTENCE_FROM: Final = ((18, 3), (12, 2), (0, 1))
"""From so many lines of the pane on, the sentence may take so many."""
_STEADY_FROM: Final = 18
_STEADY_SENTENCE: Final = 2
_MOST_TAIL: Final = 0.4
_MOST_GAPS: Final = 3
_MOST_OPERAND: Final = 8


class Asked(NamedTuple):
    """What there is besides the rows of the operands and of the result."""

    sentence: int
    """How many lines the sentence would like."""
    tail: int
    """How many lines there are to say below the result."""
    owed: int = 0
    """So many of them matter more than the sentence."""
    more: int = 0
    """How many rows there are besides, which are left out anyway."""
    twins: bool = False
    """Whether the row before the result is the result at another time: they are laid out alike."""


@dataclass(frozen=True)
class Plan:
    """How many lines everything has.

    ``lines`` are those of the rows, 0 for one that is left out; the result is the last. A row has a
    line for its head, and the others for its picture. ``tail``: lines below the result.
    """

    sentence: int
    gaps: int
    lines: tuple[int, ...]
    cut: int
    separator: bool
    tail: int


def sentence_lines(height: int) -> int:
    """The most lines that the sentence may take."""
    return next(most for start, most in _SENTENCE_FROM if height >= start)


def plan(height: int, wishes: Sequence[int], chosen: int, asked: Asked) -> Plan:
    """Share out ``height`` lines.

    Args:
        height: of the pane.
        wishes: for each row, how many lines its picture can use; 0 where there is none.
        chosen: the selected row, which stays longest; of twins it is the last one.
        asked: what there is besides the rows.
    """
    said, tail = _words(height, asked)
    separator = height >= 8
    room = max(height - 1 - said - tail - separator - (asked.more > 0), 1)
    if not asked.twins:
        lines, gaps, left_out = _rows(room, wishes, chosen, asked.more > 0, cost=1)
        return Plan(said, gaps, lines, left_out + asked.more, separator, tail)
    single = [*wishes[:-2], wishes[-1]]
    cost = 2 if room >= 2 else 1
    chosen = min(chosen, len(single) - 1)
    lines, gaps, left_out = _rows(room, single, chosen, asked.more > 0, cost)
    twin = lines[-1] if cost == 2 else 0
    lines = (*lines[:-1], twin, lines[-1])
    return Plan(said, gaps, lines, left_out + asked.more, separator, tail)


def _words(height: int, asked: Asked) -> tuple[int, int]:
    """Lines of the sentence, and those below the result."""
    said = min(asked.sentence, sentence_lines(height))
    if height >= _STEADY_FROM:
        said = max(said, _STEADY_SENTENCE)
    share = max(int(height * _MOST_TAIL), 1)
    tail = min(asked.tail, share)
    missing = min(asked.owed, asked.tail) - tail
    if 0 < missing <= said:
        said, tail = said - missing, tail + missing
    return said, tail


def _rows(
    room: int, wishes: Sequence[int], chosen: int, cut: bool, cost: int
) -> tuple[tuple[int, ...], int, int]:
    """Lines of each row, gaps, and how many rows are left out.

    ``cost``: how many lines each line of the result takes, with its twin. ``cut``: whether the line
    that says that rows are left out has been taken into account already.
    """
    result = len(wishes) - 1
    kept = _kept(room - cost + 1, len(wishes), chosen)
    lines = [1 if i in kept else 0 for i in range(len(wishes))]
    left_out = len(wishes) - len(kept)
    room -= sum(lines) + cost - 1 + (left_out > 0 and not cut)
    order = list(dict.fromkeys((result, chosen, *sorted(kept))))
    for i in order:
        price = cost if i == result else 1
        if lines[i] and wishes[i] and room >= price:
            lines[i] += 1
            room -= price
    gaps = min(_MOST_GAPS, max(room, 0))
    _grow(lines, wishes, order, max(room - gaps, 0), cost)
    return tuple(lines), gaps, left_out


def _kept(room: int, count: int, chosen: int) -> set[int]:
    """The rows that stay: the result, the chosen one, then from the first on."""
    if count <= room:
        return set(range(count))
    wanted = dict.fromkeys((count - 1, chosen, *range(count)))
    return set(list(wanted)[: max(room - 1, 1)])


def _grow(
    lines: list[int], wishes: Sequence[int], order: Sequence[int], room: int, cost: int
) -> None:
    """Give matrices more lines: the result as many as it can use, then the operands in turn."""
    result = len(lines) - 1
    operands = sum(
        min(wishes[i], _MOST_OPERAND) + 1 - lines[i] for i in order if lines[i] and i != result
    )
    more = min(wishes[result] + 1 - lines[result], max(room - operands, room * 2 // 3) // cost)
    if lines[result] and more > 0:
        lines[result] += more
        room -= more * cost
    while room > 0:
        before = room
        for i in order:
            most, price = (wishes[i], cost) if i == result else (min(wishes[i], _MOST_OPERAND), 1)
            if lines[i] and lines[i] <= most and room >= price:
                lines[i] += 1
                room -= price
        if room == before:
            return
