"""What of each parameter's gradient the backward pass has added up until now."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from math import isnan
from typing import ClassVar, Final, NamedTuple

import numpy as np
from textual.strip import Strip

from rnn_tui.core.arrays import Array
from rnn_tui.stepping.digits import written
from rnn_tui.stepping.view import View
from rnn_tui.training.views import pool
from rnn_tui.tui.renderables.heatmap import Heatmap
from rnn_tui.tui.renderables.heatmap_layout import HeatmapData
from rnn_tui.tui.renderables.palette import diverging
from rnn_tui.tui.widgets.line_pane import Line, LinePane, Picture, Span
from rnn_tui.tui.widgets.stepper.sum_stages import WORDS, Stage, Stages
from rnn_tui.tui.widgets.surroundings import shades, surroundings

WORK: Final = 40_000_000
"""Multiplications before a redraw; what then is missing follows at once, in the next one."""
_PART: Final = 15_000  # what it costs to take up the rows of one time step, in multiplications
_MOST_DIGESTS: Final = 3000
_LEAST_STRIP: Final = 6
_AT_ONCE: Final = 0.001  # seconds


class Digest(NamedTuple):
    """What a line says of an array."""

    norm: float
    finite: bool
    picture: Picture


class Columns(NamedTuple):
    """How wide the parts of a line are; 0 leaves one out."""

    name: int
    span: int
    parts: int
    norm: int
    strip: int


class SumsPane(LinePane[View]):
    """One line a parameter, in the order in which the backward pass comes by them.

    The one that the operation contributes to is marked; of more than fit, it is among those seen.
    """

    DEFAULT_CSS: ClassVar[str] = "SumsPane { height: 8; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._stages: Stages | None = None
        self._digests: OrderedDict[object, Digest] = OrderedDict()
        self._work_left = 0
        self._missing = False

    def titles(self, _view: View) -> Sequence[str]:
        """What the strips are."""
        return (
            "sums so far · norm · strip: the largest in each place, ± its final size",
            "sums so far · norm · strip ± final",
            "sums so far",
        )

    def lines(self, view: View, width: int, height: int) -> Sequence[Line]:
        """The lines of the parameters that fit."""
        stages = self._stages_of(view)
        self._work_left, self._missing = WORK, False
        columns = _columns(stages, width)
        first = _first(stages, view.index, height)
        here = stages.contributor.get(view.index)
        found = [
            self._line(stages, stages.stage(name, view.index), view.index, columns, name == here)
            for name in stages.names[first : first + height]
        ]
        if self._missing:
            self.set_timer(_AT_ONCE, self.redraw)
        return found

    def _stages_of(self, view: View) -> Stages:
        if self._stages is None or self._stages.trace is not view.trace:
            self._stages = Stages(view.trace)
            self._digests.clear()
        return self._stages

    def _line(self, stages: Stages, stage: Stage, index: int, columns: Columns, here: bool) -> Line:
        started = stage.parts > 0
        digest = self._digest(stages, stage, index, columns.strip) if started else None
        quiet = "text" if started else "dim"
        norm = "–" if not started else "…" if digest is None else _number(digest)
        words = f"{_span(stages, stage):<{columns.span}}" if columns.span else ""
        count = f"{stage.parts:>{columns.parts // 2 - 1}}/{stages.steps} " if columns.parts else ""
        broken = digest is not None and not digest.finite
        parts: list[Span | Picture] = [
            Span("► " if here else "  ", "accent"),
            Span(f"{_name(stages, stage):<{columns.name}}", "accent" if here else quiet),
            Span(words, "faint" if started else "dim"),
            Span(count, "faint" if started else "dim"),
            Span(f"{norm:>{columns.norm - 1}} ", "error" if broken else quiet),
        ]
        if columns.strip and digest is not None:
            parts.append(digest.picture)
        return tuple(parts)

    def _digest(self, stages: Stages, stage: Stage, index: int, width: int) -> Digest | None:
        """Norm and picture, remembered; None if this redraw has done enough already."""
        key = stage, width, surroundings(self), shades(self)
        known = self._digests.get(key)
        if known is not None:
            self._digests.move_to_end(key)
            return known
        if self._work_left <= 0:
            self._missing = True
            return None
        value = stages.value(stage, index)
        self._work_left -= stages.work(stage, index) + 10 * value.size + _PART * stage.parts
        self._digests[key] = self._digested(value, stages.scale(stage), width)
        if len(self._digests) > _MOST_DIGESTS:
            self._digests.popitem(last=False)
        return self._digests[key]

    def _digested(self, value: Array, scale: float, width: int) -> Digest:
        with np.errstate(all="ignore"):
            norm = float(np.linalg.norm(value))
        if not width:
            return Digest(norm, bool(np.isfinite(norm)), Picture(Strip([])))
        glyphs = shades(self)
        matrix = np.atleast_2d(value.real)
        pooled, _, _ = pool(matrix, 1 if glyphs else 2, width)
        data = HeatmapData(pooled, scale=scale)
        picture = Heatmap(data, diverging(*surroundings(self)), width, 1, glyphs)
        return Digest(norm, bool(np.isfinite(norm)), Picture(picture.line(0)))


def _columns(stages: Stages, width: int) -> Columns:
    """The name and the norm always; then the strip, the steps, and how many there are."""
    name = max(len(_short(stages, name)) for name in stages.names) + 2
    norm, T = 9, len(str(stages.steps))
    span, count = len(f"Σ t={stages.steps}..{stages.steps}") + 1, 2 * T + 2
    room = width - 2 - name - norm
    span = span if room >= span + _LEAST_STRIP else 0
    count = count if room >= span + count + 2 * _LEAST_STRIP else 0
    strip = room - span - count
    return Columns(name, span, count, norm, strip if strip >= _LEAST_STRIP else 0)


def _first(stages: Stages, index: int, height: int) -> int:
    """Which parameter is on the first line: the same one each time that the walk is here."""
    at = stages.names.index(stages.latest(index))
    return min(max(at - height + 1, 0), max(len(stages.names) - height, 0))


def _short(stages: Stages, name: str) -> str:
    layer, _, plain = name.rpartition(".")
    several = len(stages.trace.places.hidden[0]) > 1
    return f"d{plain}^({layer.removeprefix('layer')})" if layer and several else f"d{plain}"


def _name(stages: Stages, stage: Stage) -> str:
    short = _short(stages, stage.name)
    return f"Δ{short[1:]}" if stages.applied(stage) else short


def _span(stages: Stages, stage: Stage) -> str:
    """Which time steps are in it: they come from the last one on."""
    made_by = stages.made_by(stage)
    if made_by is not None:
        return WORDS[made_by.phase]
    T = stages.steps
    return f"Σ t={T}..{T + 1 - stage.parts}" if stage.parts else f"Σ t={T}.."


def _number(digest: Digest) -> str:
    return written(digest.norm, ".2e") if digest.finite else "NaN" if isnan(digest.norm) else "∞"
