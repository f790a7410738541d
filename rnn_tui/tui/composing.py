"""Textual's compositor, which of a partial update composes the part alone.

Textual has every widget render all of its lines that lies somewhere between the uppermost and the
lowest change, and cuts those of all containers, which are hidden behind what they contain. Here a
widget renders the lines that changed, where nothing in front of it covers them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip

Open: TypeAlias = dict[int, set[int]]
"""For each row that changed, those of its parts that nothing has been found for yet."""


class PartialCompositor(Compositor):
    """Composes only what changed."""

    def render_partial_update(self) -> ChopsUpdate | None:
        """The update of all regions that were told to have changed; None if there are none."""
        regions = self._dirty_regions.copy()
        self._dirty_regions.clear()
        spans = list(self._regions_to_spans(regions))
        if not spans:
            return None
        ends = [cuts[1:] for cuts in self.cuts]
        spans = [span for span in spans if span[0] < len(ends)]
        return ChopsUpdate(self._composed(_parts(spans, self.cuts)), spans, ends) if spans else None

    def _composed(self, parts: Open) -> list[dict[int, Strip | None]]:
        """What is seen of each part: of the foremost widget there."""
        cuts = self.cuts
        chops: list[dict[int, Strip | None]] = [dict.fromkeys(row[:-1]) for row in cuts]
        for widget, (region, clip) in self.visible_widgets.items():
            area = region.intersection(clip)
            found = {y: _within(parts[y], cuts[y], area) for y in parts if y in area.line_range}
            found = {y: inside for y, inside in found.items() if inside}
            if not found:
                continue
            first, last = min(found), max(found)
            x, y = area.offset - region.offset
            crop = Region(x, y + first - area.y, area.width, last - first + 1)
            strips = widget.render_lines(crop)
            for row, inside in found.items():
                strip = strips[row - first]
                for part in inside:
                    start, end = cuts[row][part], cuts[row][part + 1]
                    chops[row][start] = strip.crop(start - area.x, end - area.x)
                parts[row] -= inside
        return chops


def _parts(spans: Iterable[tuple[int, int, int]], cuts: list[list[int]]) -> Open:
    """The parts of rows that lie in spans, by row."""
    found: Open = {}
    for y, first, last in spans:
        row = cuts[y]
        inside = {i for i in range(len(row) - 1) if row[i] < last and row[i + 1] > first}
        found.setdefault(y, set()).update(inside)
    return found


def _within(parts: set[int], cuts: list[int], area: Region) -> set[int]:
    return {part for part in parts if area.x <= cuts[part] < area.right}


def compose_partially(screen: Screen[Any]) -> None:
    """Have a new screen composed so."""
    screen._compositor = PartialCompositor()
