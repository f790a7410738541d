"""Charts: everything that happened can be seen, at any size."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.strip import Strip

from rnn_tui.tui.renderables.axis import step_axis, value_axis
from rnn_tui.tui.renderables.chart_data import (
    ChartData,
    Event,
    Reference,
    line,
    training_curves,
)
from rnn_tui.tui.renderables.chart_points import reduced
from rnn_tui.tui.renderables.line_chart import LineChart
from rnn_tui.tui.renderables.palette import line_colors
from rnn_tui.tui.series import Series

COLORS = line_colors()
SIZES = [(0, 0), (1, 1), (3, 3), (1, 300), (300, 1), (16, 5), (40, 12)]
any_float = st.floats() | st.sampled_from([1e308, -1e308, 5e-324, 0.0])


def falling(steps: int = 2000) -> ChartData:
    at = np.arange(1, steps + 1)
    values = 1.8 + 2.8 * np.exp(-((at / 300) ** 0.6))
    series = Series()
    series.extend(at, values + 0.05 * np.sin(at * 7.0))
    return ChartData(
        [
            *training_curves(series.columns(200), "train"),
            line("held out", at[::200], values[::200] + 0.05, "held out"),
        ],
        [Reference(4.5, "ln V"), Reference(3.2, "1-gram"), Reference(2.3, "2-gram")],
        [Event(500, "saved"), Event(1500, "learning rate")],
        unit="nats per character",
    )


def draw(
    data: ChartData, width: int = 80, height: int = 20, only_ascii: bool = False
) -> list[Strip]:
    return LineChart(data, COLORS, width, height, only_ascii).strips()


def text(data: ChartData, width: int = 80, height: int = 20, only_ascii: bool = False) -> str:
    return "\n".join(strip.text for strip in draw(data, width, height, only_ascii))


def colors_of(strips: list[Strip], characters: str) -> set[tuple[int, int, int]]:
    return {
        tuple(style.color.triplet)
        for strip in strips
        for part, style, _ in strip
        if style is not None and set(part) & set(characters)
    }


def assert_fills(strips: list[Strip], width: int, height: int) -> None:
    assert len(strips) == height
    for strip in strips:
        assert strip.cell_length == width == sum(cell_len(part) for part, _, _ in strip)


def test_axes_have_round_numbers_and_units() -> None:
    lines = text(falling(20_000)).splitlines()
    assert lines[0].startswith("nats per character")
    assert {"2.0", "3.0", "4.0"} <= {row.split("┤")[0].strip() for row in lines if "┤" in row}
    assert {"0", "5k", "10k", "15k"} <= set(lines[-2].split())


def test_the_legend_reads_the_last_values() -> None:
    first = text(falling()).splitlines()[0]
    assert "━ train 1.9" in first
    assert "◇ held out 1.9" in first


@pytest.mark.parametrize(
    ("width", "legend"),
    [
        (43, "━ credit 6.00e-03  ◇ Jacobian norm 6.00e-03"),
        (37, "━ credit 6.00e-03  ◇ Jacobian norm"),
        (30, "━ credit  ◇ Jacobian norm"),
    ],
)
def test_a_number_of_the_legend_is_left_out_rather_than_cut(width, legend) -> None:
    steps, values = np.arange(3), np.array([1, 0.1, 0.006])
    curves = [line("smoothed", steps, values, "credit")]
    curves.append(line("held out", steps, values, "Jacobian norm"))
    drawn = text(ChartData(curves, log=True), width, 12)
    assert drawn.splitlines()[0].strip() == legend


def test_reference_lines_are_labelled_once_each() -> None:
    drawn = text(falling())
    assert [drawn.count(label) for label in ("ln V", "1-gram", "2-gram")] == [1, 1, 1]


def test_labels_of_lines_at_one_height_do_not_overlap() -> None:
    close = [Reference(2.0, "first"), Reference(2.0001, "second"), Reference(2.0002, "third")]
    drawn = text(ChartData([line("raw", [0, 9], [1, 4])], close))
    assert all(label in drawn for label in ("first", "second", "third"))


def test_reference_lines_can_be_left_out_of_sight() -> None:
    data = ChartData(
        [line("raw", [0, 9], [1.5, 1.6])], [Reference(4.5, "ln V")], fit_references=False
    )
    assert "ln V" not in text(data)


def test_events_stand_under_their_steps() -> None:
    lane = text(falling()).splitlines()[-1]
    assert lane.startswith("events")
    assert lane.index("◆") == 6 + round(73 * 500 / 2000)
    assert lane.index("△") == 6 + round(73 * 1500 / 2000)


def test_curves_have_their_inks() -> None:
    data = ChartData([line("raw", [0, 1], [0, 1])])
    assert COLORS.raw in colors_of(draw(data), "⡠⠔⠊⢀⠤⠒⠉⠁⡀⠑⠢⢄⣀⠑")
    assert colors_of(draw(falling()), "◆△") == {COLORS.event}
    assert COLORS.held_out in colors_of(draw(falling()), "◇")


def test_what_is_not_finite_is_marked_where_it_happened() -> None:
    values = np.ones(1000)
    values[[500, 501]] = np.nan, np.inf
    values[900] = -np.inf
    strips = draw(ChartData([line("raw", np.arange(1000), values, "loss")]))
    top = strips[1].text
    assert (top.index("✗2") - 6, top.rindex("✗") - 6) == (37, 66)
    assert "✗ 3 not finite" in strips[0].text
    assert colors_of(strips, "✗") == {COLORS.error}


def test_a_series_that_swallowed_its_holes_still_shows_them() -> None:
    series = Series(capacity=8)
    series.extend(np.arange(100), [np.nan if step == 40 else 1.0 for step in range(100)])
    assert "✗ 1 not finite" in text(ChartData(training_curves(series.columns(80), "loss")))


def test_nothing_but_holes_is_a_chart_of_crosses() -> None:
    assert text(ChartData([line("raw", [0, 1, 2], [np.nan] * 3)])).count("✗") == 4


def test_an_empty_chart_says_so() -> None:
    assert "start the run" in text(ChartData(empty="start the run"))
    assert_fills(draw(ChartData()), 80, 20)


@given(st.lists(any_float, min_size=1, max_size=300), st.integers(1, 60), st.booleans())
def test_at_most_two_finite_points_a_column_with_both_extremes(values, columns, log) -> None:
    curve = line("raw", np.arange(len(values)), values)
    finite = np.array([value for value in values if np.isfinite(value)])
    steps, heights = step_axis(0, len(values), False, 5), value_axis(finite, log, 4)
    xs, ys = reduced(curve, steps, heights, columns)
    assert np.isfinite([*xs, *ys]).all()
    share = (np.array(xs) - steps.low) / (steps.high - steps.low)
    cells = np.floor(0.5 + (2 * columns - 1) * share + 1e-9).astype(int) // 2
    assert np.bincount(cells).max(initial=0) <= 2
    if finite.size:
        assert min(ys) == heights.place(finite).min()
        assert max(ys) == heights.place(finite).max()


def test_a_spike_reaches_the_top_of_the_chart() -> None:
    values = np.ones(100_000)
    values[70_007] = 9.0
    strips = draw(ChartData([line("raw", np.arange(100_000), values)]), 80, 20)
    assert strips[2].text[6:].find("┈") == -1
    assert any(0x2801 <= ord(cell) <= 0x28FF for cell in strips[3].text[50:62])


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("only_ascii", [False, True])
def test_any_size_is_filled(width: int, height: int, only_ascii: bool) -> None:
    assert_fills(draw(falling(), width, height, only_ascii), width, height)


@pytest.mark.parametrize(
    "values", [[1.0], [0.0], [3, 3, 3], [-1, -2], [1e308, -1e308], [5e-324, 0], [np.inf, 1]]
)
@pytest.mark.parametrize("log", [False, True])
def test_odd_numbers_are_drawn_at_every_size(values, log: bool) -> None:
    data = ChartData(
        [line("smoothed", np.arange(len(values)), values, "x")], log=log, log_steps=log
    )
    for width, height in SIZES:
        assert_fills(draw(data, width, height), width, height)


@given(st.lists(any_float, min_size=1, max_size=40), st.booleans())
def test_any_numbers_are_drawn(values, log) -> None:
    data = ChartData([line("held out", np.arange(len(values)), values, "x")], log=log)
    assert_fills(draw(data, 30, 9), 30, 9)


def test_a_logarithmic_axis_leaves_out_what_is_not_positive() -> None:
    drawn = text(ChartData([line("raw", range(5), [-1, 0, 0.01, 1, 100])], log=True))
    assert {"0.01", "1", "100"} <= {row.split("┤")[0].strip() for row in drawn.splitlines()}


def test_only_ascii_is_only_ascii() -> None:
    assert text(falling(), only_ascii=True).isascii()


def test_two_charts_do_not_share_anything() -> None:
    alone = text(falling())
    text(ChartData([line("raw", [0, 1], [50, 60])]))
    assert text(falling()) == alone
