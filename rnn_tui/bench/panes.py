"""Which pane of the dashboard was drawn when: found by the titles in the panes' borders."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from rnn_tui.bench.terminal import Draw, Span

TOGETHER_SECONDS: Final = 0.02
"""Updates of one pane that are no further apart are one frame of it."""

HEATMAPS: Final = ("2", "3", "4")
"""The panes of the dashboard, by the keys that they are chosen with."""

CHARTS: Final = ("1", "6")

_TITLE: Final = re.compile(r"[╭┌] ?[─ ]*(\d) [^╭╮┌┐]*[╮┐]")


class Region(NamedTuple):
    """The inside of a pane: from its first row and column to before its last."""

    row: int
    column: int
    end_row: int
    end_column: int

    def holds(self, span: Span) -> bool:
        """Whether some of those cells are in it."""
        rows = self.row <= span.row < self.end_row
        return rows and span.first < self.end_column and span.end > self.column


def panes(lines: Sequence[str]) -> dict[str, Region]:
    """The panes whose titles begin with a number, by that number."""
    found: dict[str, Region] = {}
    for row, line in enumerate(lines):
        for title in _TITLE.finditer(line):
            left, right = title.start(), title.end() - 1
            below = (n for n in range(row + 1, len(lines)) if lines[n][left : left + 1] in "╰└")
            found[title[1]] = Region(row + 1, left + 1, next(below, len(lines)), right)
    return found


def frame_times(draws: Iterable[Draw], region: Region) -> list[float]:
    """When cells of a region came to look otherwise; what came together counts once."""
    times: list[float] = []
    last = float("-inf")
    for draw in draws:
        if any(region.holds(span) for span in draw.spans):
            if draw.at - last > TOGETHER_SECONDS:
                times.append(draw.at)
            last = draw.at
    return times


def frame_rates(
    draws: Sequence[Draw], regions: Mapping[str, Region], seconds: float
) -> dict[str, float]:
    """Frames a second of each pane."""
    return {name: len(frame_times(draws, region)) / seconds for name, region in regions.items()}


def fastest(rates: Mapping[str, float], among: Iterable[str]) -> float | None:
    """The rate of the pane that is drawn most often: a frame that changes nothing is not sent."""
    return max((rates[name] for name in among if name in rates), default=None)
