"""How the lines of the operation pane are shared out: what matters first, the rest is cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_SENTENCE_FROM: Final = ((18, 3), (12, 2), (0, 1))
"""From so many lines of the pane on, the sentence may take so many."""
_STEADY_FROM: Final = 18
_STEADY_SENTENCE: Final = 2
_MOST_TAIL: Final = 0.4
_MOST_GAPS: Final = 3
_MOST_OPERAND: Final = 8


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


def plan(
    height: int, sentence: int, wishes: Sequence[int], chosen: int, tail: int, more: int = 0
) -> Plan:
    """Share out ``height`` lines.

    Args:
        height: of the pane.
        sentence: how many lines the sentence would like.
        wishes: for each row, how many lines its picture can use; 0 where there is none.
        chosen: the selected row, which stays longest.
        tail: how many lines there are to say below the result.
        more: how many rows there are besides, which are left out anyway.
    """
    said = min(sentence, sentence_lines(height))
    if height >= _STEADY_FROM:
        said = max(said, _STEADY_SENTENCE)
    tail = min(tail, max(int(height * _MOST_TAIL), 1))
    separator = height >= 8
    room = max(height - 1 - said - tail - separator - (more > 0), 1)
    kept = _kept(room, len(wishes), chosen)
    lines = [1 if i in kept else 0 for i in range(len(wishes))]
    left_out = len(wishes) - len(kept)
    room -= sum(lines) + (left_out > 0 and more == 0)
    cut = left_out + more
    order = list(dict.fromkeys((len(wishes) - 1, chosen, *sorted(kept))))
    for i in order:
        if lines[i] and wishes[i] and room > 0:
            lines[i] += 1
            room -= 1
    gaps = min(_MOST_GAPS, max(room, 0))
    _grow(lines, wishes, order, max(room - gaps, 0))
    return Plan(said, gaps, tuple(lines), cut, separator, tail)


def _kept(room: int, count: int, chosen: int) -> set[int]:
    """The rows that stay: the result, the chosen one, then from the first on."""
    if count <= room:
        return set(range(count))
    wanted = dict.fromkeys((count - 1, chosen, *range(count)))
    return set(list(wanted)[: max(room - 1, 1)])


def _grow(lines: list[int], wishes: Sequence[int], order: Sequence[int], room: int) -> None:
    """Give matrices more lines: the result as many as it can use, then the operands in turn."""
    result = len(lines) - 1
    operands = sum(
        min(wishes[i], _MOST_OPERAND) + 1 - lines[i] for i in order if lines[i] and i != result
    )
    more = min(wishes[result] + 1 - lines[result], max(room - operands, room * 2 // 3))
    if lines[result] and more > 0:
        lines[result] += more
        room -= more
    while room > 0:
        before = room
        for i in order:
            most = wishes[i] if i == result else min(wishes[i], _MOST_OPERAND)
            if lines[i] and lines[i] <= most and room > 0:
                lines[i] += 1
                room -= 1
        if room == before:
            return
