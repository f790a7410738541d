"""A chart costs no more for a run of a million steps than for one of ten thousand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnn_tui.tui.marks import PLACES, Marks, one_a_column
from rnn_tui.tui.renderables import line_chart
from rnn_tui.tui.renderables.chart_data import ChartData, Event, line, training_curves
from rnn_tui.tui.renderables.line_chart import LineChart
from rnn_tui.tui.renderables.palette import line_colors
from rnn_tui.tui.series import BUCKETS, RECENT, Series

WIDTH, HEIGHT = 100, 24
SHORT, LONG = 10_000, 1_000_000


def long_series(steps: int, every: int = 1) -> Series:
    at = np.arange(every, steps + 1, every)
    series = Series(smoothing=0.0)
    for start in range(0, len(at), 100_000):
        part = at[start : start + 100_000]
        series.extend(part, 2.0 + np.sin(part * 7.0))
    return series


def chart(steps: int, which: Any) -> ChartData:
    first = 1 if which == "whole" else steps - RECENT + 1
    losses = long_series(steps).columns(WIDTH, first, steps, which)
    held_out = long_series(steps, every=20).columns(WIDTH, first, steps, which)
    marks = Marks()
    for step in range(0, steps, 10):
        marks.add(step, ("saved", "reset")[step % 20 == 0])
    return ChartData(
        [
            *training_curves(losses, "train"),
            line("held out", held_out.steps, held_out.maximum, "held out"),
        ],
        events=one_a_column(marks, 2 * WIDTH, first, steps),
        first_step=first,
        last_step=steps,
    )


def drawn_points(data: ChartData, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many points of each curve were drawn."""
    counts: list[int] = []

    def counted(canvas: Any, plotted: Any, *axes: Any) -> None:
        curves = list(plotted)
        counts.extend(len(curve.xs) for curve in curves)
        draw(canvas, curves, *axes)

    draw = line_chart.draw
    monkeypatch.setattr(line_chart, "draw", counted)
    LineChart(data, line_colors(), WIDTH, HEIGHT).strips()
    monkeypatch.setattr(line_chart, "draw", draw)
    return counts


@pytest.mark.parametrize("which", ["whole", "recent"])
def test_a_long_run_is_drawn_with_as_many_points_as_a_short_one(
    which: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    short, long = chart(SHORT, which), chart(LONG, which)
    points = drawn_points(long, monkeypatch)
    assert points == pytest.approx(drawn_points(short, monkeypatch), abs=4)
    assert max(points) <= 2 * WIDTH
    assert max(len(short.events), len(long.events)) <= 2 * WIDTH


def test_what_is_kept_of_a_long_run_is_bounded() -> None:
    series, marks = long_series(LONG), Marks()
    for step in range(0, LONG, 7):
        marks.add(step, "saved")
    assert series.buckets <= BUCKETS
    assert PLACES / 2 <= len(list(marks)) <= PLACES


def test_every_part_of_a_long_run_keeps_its_marks() -> None:
    marks = Marks()
    for step in range(1, LONG, 1000):
        marks.add(step, "saved")
    marks.add(431_234, "not finite")
    seen = one_a_column(marks, 50, 1, LONG)
    assert len(seen) == 50  # a mark in each column
    assert Event(431_234, "not finite") in seen  # the one that matters most


def test_the_axes_are_drawn_once_while_their_labels_stay() -> None:
    line_chart.axes.cache_clear()
    for last in (104_000, 104_001, 104_002):
        at = np.arange(0, 104_000, 1000)
        data = ChartData([line("raw", at, 1.0 + at / 1e6)], first_step=0, last_step=last)
        LineChart(data, line_colors(), WIDTH, HEIGHT).strips()
    assert line_chart.axes.cache_info().misses == 1
