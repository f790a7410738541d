"""Losses of runs of any length as curves of some points, and as files."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnn_tui.runs.compared_files import as_lines, loss_records, losses_as_csv, runs_as_csv
from rnn_tui.runs.configuration import merge
from rnn_tui.runs.curves import (
    RunCurve,
    curve_of,
    ends,
    read_curve,
    smoothing_levels,
    sparkline,
)
from rnn_tui.runs.directory import RunDirectory, create, create_monitored
from rnn_tui.runs.glances import Glance
from rnn_tui.runs.listing import RunSummary
from rnn_tui.runs.metrics import HeldOut, MetricsLog, Row
from rnn_tui.runs.rows import Stretch


def curve(losses: list[float], every: int = 1) -> RunCurve:
    parts = [
        Stretch(step, step, loss, loss, loss, 0, 10 * step, step / 2)
        if math.isfinite(loss)
        else Stretch(step, step, None, None, None, 1, 10 * step, step / 2)
        for step, loss in zip(range(every, 10**6, every), losses, strict=False)
    ]
    return curve_of("a", parts, [HeldOut(2, 5.0), HeldOut(4, 4.0)])


@pytest.fixture
def long_run(tmp_path: Path, corpus: Any) -> RunDirectory:
    """1,000 steps, one of which is far above the others, and one not finite."""
    run = create(tmp_path, "a", merge(), corpus)
    with MetricsLog(run.metrics_file) as log:
        for step in range(1, 1001):
            loss = {500: 99.0, 700: math.inf}.get(step, 2.0)
            log.append(Row(step, loss, 1.0, 1.0, 1e-3, 64 * step, step / 10, 0.1))
        for step in range(10, 1001, 10):
            log.append_held_out(step, 3.0 - step / 1000)
    return run


def test_a_short_run_keeps_every_step(long_run: RunDirectory) -> None:
    found = read_curve(long_run)
    assert found.steps.tolist() == list(range(1, 1001))
    assert (found.characters[-1], found.seconds[-1]) == (64_000, 100)
    assert found.mean[499] == found.high[499] == 99
    assert math.isnan(found.mean[699])
    assert (found.odd.sum(), len(found.held_out)) == (1, 100)


def test_of_a_long_run_no_spike_and_no_failure_is_lost(long_run: RunDirectory) -> None:
    found = read_curve(long_run, 50)
    assert 50 <= len(found.steps) <= 52
    assert (found.high.max(), found.odd.sum(), found.steps[-1]) == (99, 1, 1000)
    assert np.isfinite(found.mean).all()


def test_a_series_of_another_program_is_a_curve_too(tmp_path: Path) -> None:
    run = create_monitored(tmp_path, "m", b"{}")
    with MetricsLog(run.metrics_file) as log:
        for step in range(0, 1000, 10):
            log.append_point("my_loss", step, step if step else math.nan, step / 4)
            log.append_point("val_loss", step, 7.0, step / 4)
    found = read_curve(run)
    assert (found.loss_name, len(found.steps), found.odd.tolist()[:2]) == ("my_loss", 100, [1, 0])
    assert (found.seconds[-1], found.characters.any(), found.held_out[3]) == (247.5, False, 7.0)


def test_a_run_without_losses_is_an_empty_curve(tmp_path: Path, corpus: Any) -> None:
    run = create(tmp_path, "a", merge(), corpus)
    for _ in range(2):
        found = read_curve(run)
        assert (len(found.steps), len(found.held_out)) == (0, 0)
        assert sparkline(found, 10) == ()
        assert ends([found], "steps") == (0, 1)
        MetricsLog(run.metrics_file).close()
    assert len(read_curve(create_monitored(tmp_path, "m", b"{}")).steps) == 0


def test_smoothing_keeps_a_constant_and_forgets_what_is_far_behind() -> None:
    assert curve([2.0] * 5).smoothed(3).tolist() == pytest.approx([2.0] * 5)
    jump = curve([0.0] * 50 + [1.0] * 50)
    assert jump.smoothed(5)[49] == 0
    assert 0.6 < jump.smoothed(5)[55] < 0.8  # 1 - exp(-6/5)
    assert jump.smoothed(5)[-1] == pytest.approx(1, abs=1e-3)
    assert jump.smoothed(0) is jump.mean


def test_smoothing_counts_steps_and_not_points() -> None:
    every, tenth = curve([0.0, *[1.0] * 40]), curve([0.0, *[1.0] * 4], every=10)
    assert tenth.smoothed(20)[-1] == pytest.approx(every.smoothed(20)[-1], abs=0.1)


def test_what_is_not_finite_does_not_enter_the_average() -> None:
    assert curve([math.nan, 2.0, math.nan, 2.0]).smoothed(3).tolist()[1:] == [2.0, 2.0, 2.0]


def test_a_place_is_read_off_at_the_last_value_up_to_there() -> None:
    found = curve([5.0, 4.0, 3.0, 2.0])
    assert [found.at(place, "steps") for place in (0.5, 1, 2.5, 4, 4.5)] == [None, 0, 1, 3, None]
    assert [found.at(place, "characters") for place in (9, 10, 39, 40)] == [None, 0, 2, 3]
    assert [found.held_out_at(place, "seconds") for place in (0.9, 1.0, 1.9, 2.0)] == [
        None,
        0,
        0,
        1,
    ]


def test_a_small_curve_shows_the_course_and_what_failed() -> None:
    assert sparkline(curve([4.0, 2.0, 1.0, 1.0]), 2) == (3.0, 1.0)
    assert sparkline(curve([4.0, 2.0]), 12) == (4.0, 2.0)
    marked = sparkline(curve([4.0, 2.0, math.nan, 1.0]), 2)
    assert marked[0] == 3.0
    assert marked[1] is not None
    assert math.isnan(marked[1])


def test_the_levels_of_smoothing_go_with_the_length_of_the_runs() -> None:
    assert smoothing_levels([]) == (0, 10)
    assert smoothing_levels([curve([1.0] * 400)]) == (0, 10, 20, 50, 100)


def test_many_evaluations_are_thinned_to_the_lowest() -> None:
    many = [HeldOut(step, 1.0 if step == 3_333 else 2.0) for step in range(10_000)]
    found = curve_of("a", [], many)
    assert len(found.held_out) == 2000
    assert found.held_out.min() == 1.0


# -- files ----------------------------------------------------------------------------------------


def test_losses_are_written_as_a_table_that_can_be_read_back() -> None:
    found = curve([4.0, math.nan])
    rows = list(csv.DictReader(io.StringIO(losses_as_csv([found]))))
    assert [(row["kind"], row["step"], row["loss"]) for row in rows] == [
        ("train", "1", "4.0"),
        ("train", "2", "nan"),
        ("held out", "2", "5.0"),
        ("held out", "4", "4.0"),
    ]
    assert [row["not_finite"] for row in rows] == ["0", "1", "0", "0"]


def test_lines_are_json_whatever_the_numbers_are() -> None:
    lines = as_lines(loss_records([curve([4.0, math.inf])])).splitlines()
    found = [json.loads(line, parse_constant=pytest.fail) for line in lines]
    assert (found[0]["loss"], found[1]["loss"], found[1]["not_finite"]) == (4.0, "nan", 1)


def test_a_spreadsheet_finds_no_formula_in_what_others_wrote() -> None:
    settings = {"=cmd|'x'!A0": "@sum(1)", "lr": "-0.5"}
    run = Glance(RunSummary("a", Path("/a"), "stopped"), settings=settings, tags=("x", "y"))
    heading, row = csv.reader(io.StringIO(runs_as_csv([run])))
    cells = dict(zip(heading, row, strict=True))
    assert cells["settings.=cmd|'x'!A0"] == "'@sum(1)"
    assert (cells["settings.lr"], cells["tags"]) == ("-0.5", "x y")
    assert runs_as_csv([]) == "name\n"
