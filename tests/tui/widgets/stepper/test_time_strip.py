"""The strip of time: symbols, bars, the pointer, and what is not known yet."""

from __future__ import annotations

import numpy as np
import pytest
from rich.cells import cell_len

from rnn_tui.core.retrace import Edit
from rnn_tui.tui.renderables.characters import ASCII_VARIABLE
from rnn_tui.tui.widgets.line_pane import Span
from rnn_tui.tui.widgets.stepper.time_facts import bars, log_bars, time_facts
from rnn_tui.tui.widgets.stepper.time_strip import BARS, TimeStrip, stretch


def inks(pane: TimeStrip, row: int) -> list[tuple[str, str]]:
    """The texts of a row with the names of their inks."""
    line = pane.lines(pane.view, *pane.size)[row]
    return [(part.text, part.ink) for part in line if isinstance(part, Span)]


@pytest.mark.parametrize(("width", "cell"), [(84, 3), (60, 2), (36, 1)])
async def test_wide_characters_and_controls_take_one_cell(make_walk, host, width, cell) -> None:
    walk, app = make_walk(T=24), host(TimeStrip())
    async with app.run_test(size=(width, 8)) as pilot:
        app.pane.view = walk(walk.where("h_t", 4))
        await pilot.pause()
        row = app.body[1]
    assert "".join(row[8 + (cell == 3) :: cell]) == "the·end·of↵the·▯▯·and␛[3"
    assert "▶" in row[:8]


async def test_the_pointer_has_brackets_and_its_number(walk, host) -> None:
    app = host(TimeStrip())
    async with app.run_test(size=(80, 8)) as pilot:
        app.pane.view = walk(walk.where("h_t", 5))
        await pilot.pause()
        assert "[e]" in app.body[1]
        assert "5▶" in app.body[0]
        assert "FORWARD" in app.text[0]
        app.pane.view = walk(walk.where("dz_t", 5))
        await pilot.pause()
        assert "◀5" in app.body[0]
        assert "BACKWARD" in app.text[0]


@pytest.mark.parametrize(
    ("height", "rows"),
    [
        (4, ["input", "loss"]),
        (5, ["input", "target", "loss"]),
        (6, ["input", "target", "loss", "|dL/dh|"]),
        (7, ["t", "input", "target", "loss", "|dL/dh|"]),
    ],
)
async def test_there_are_as_many_rows_as_fit(walk, host, height, rows) -> None:
    pane = TimeStrip()
    pane.styles.height = height
    app = host(pane)
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.view = walk(3)
        await pilot.pause()
        assert [line.split()[0] for line in app.body] == rows


async def test_the_scales_are_said(walk, host) -> None:
    app = host(TimeStrip())
    async with app.run_test(size=(120, 24)) as pilot:
        app.pane.view = walk(3)
        await pilot.pause()
        legend = app.body[-1]
        assert "nats" in legend
        assert "log" in legend
        app.pane.styles.height = 4
        await pilot.pause()
        assert "nats" in app.text[0]
        assert "log" in app.text[0]


async def test_what_is_not_found_yet_is_dim(walk, host) -> None:
    app = host(TimeStrip())
    async with app.run_test(size=(80, 8)) as pilot:
        app.pane.view = walk(walk.where("dh_t", 7))
        await pilot.pause()
        loss, norms = inks(app.pane, 3), inks(app.pane, 4)
    assert "dim" not in [ink for _, ink in loss]
    assert [ink for _, ink in norms] == ["faint", "dim", "accent", "text"]
    assert [cell_len(text) // 3 for text, _ in norms[1:]] == [6, 1, 5]


async def test_after_the_backward_pass_everything_is_bright(walk, host) -> None:
    app = host(TimeStrip())
    async with app.run_test(size=(80, 8)) as pilot:
        app.pane.view = walk(-1)
        await pilot.pause()
        assert [ink for _, ink in inks(app.pane, 4)] == ["faint", "text"]


async def test_edited_symbols_are_marked_and_shown_as_they_are_now(walk, host) -> None:
    vocabulary = walk.first.window.vocabulary.symbols
    edit = Edit("x_3", (0,), float(vocabulary.index("u")))
    app = host(TimeStrip())
    async with app.run_test(size=(80, 8)) as pilot:
        app.pane.view = walk(0, **walk.altered(edit))
        await pilot.pause()
        assert (" u ", "edited") in inks(app.pane, 1)


async def test_of_two_layers_the_norms_are_those_of_the_operations_layer(make_walk, host) -> None:
    walk, app = make_walk(L=2, T=9), host(TimeStrip())
    async with app.run_test(size=(80, 8)) as pilot:
        rows = []
        for layer in (0, 1):
            index = next(
                o.index for o in walk.first.trace if o.symbol == "dz_t" and o.layer == layer
            )
            app.pane.view = walk(index)
            await pilot.pause()
            assert f"layer {layer}" in app.text[0]
            rows.append(app.body[4])
    assert rows[0] != rows[1]


async def test_a_click_chooses_the_time_step(walk, host, until) -> None:
    app = host(TimeStrip())
    async with app.run_test(size=(80, 8)) as pilot:
        app.pane.view = walk(0)
        await pilot.click(TimeStrip, offset=(2 + 8 + 3 * 6 + 1, 2))
        await until(pilot, lambda: app.said)
        await pilot.click(TimeStrip, offset=(3, 2))
    assert [message.t for message in app.said] == [7]


@pytest.mark.parametrize("width", [40, 57, 80, 120, 200, 300])
@pytest.mark.parametrize("steps", [1, 3, 64, 512])
def test_the_pointer_is_always_within_sight(width, steps) -> None:
    for t in range(1, steps + 1):
        seen = stretch(steps, t, width)
        assert 1 <= seen.first <= t <= seen.last <= steps
        assert seen.column(seen.last) + seen.cell <= width
        assert seen.at(seen.column(t)) == t


async def test_a_step_within_a_time_step_draws_nothing(walk, host, drawn) -> None:
    app = host(TimeStrip())
    async with app.run_test(size=(80, 8)) as pilot:
        app.pane.view = walk(walk.where("dW_hh^t", 7))
        await pilot.pause()
        drawn.clear()
        app.pane.view = walk(walk.where("dW_hh^t", 7) + 1)
        assert drawn == []


async def test_there_and_back_looks_the_same(make_walk, host) -> None:
    walk, app = make_walk(T=90), host(TimeStrip())
    async with app.run_test(size=(60, 8)) as pilot:
        app.pane.view = walk(walk.where("dz_t", 40))
        await pilot.pause()
        before = app.text
        for index in (3, -1, walk.where("dz_t", 90), walk.where("dz_t", 40)):
            app.pane.view = walk(index)
            await pilot.pause()
        assert app.text == before


@pytest.mark.parametrize(("T", "counted"), [(1, "1 step"), (2, "2 steps")])
async def test_the_title_counts_the_steps(make_walk, host, T, counted) -> None:
    walk, app = make_walk(T=T), host(TimeStrip())
    async with app.run_test(size=(80, 8)) as pilot:
        app.pane.view = walk(0)
        await pilot.pause()
        assert f"· {counted} " in app.text[0]


async def test_ascii_terminals_get_ascii_bars(walk, host, monkeypatch) -> None:
    monkeypatch.setenv(ASCII_VARIABLE, "1")
    app = host(TimeStrip())
    async with app.run_test(size=(80, 8)) as pilot:
        app.pane.view = walk(-1)
        await pilot.pause()
        assert app.body[3].isascii()
        assert app.body[3][8:].strip()


@pytest.mark.parametrize(
    ("losses", "scale"),
    [
        ([0.1, 2.9], (0, 3)),
        ([2.71, 2.84], (2.7, 2.85)),
        ([2.5, 2.5], (2, 3)),
        ([2.502, 2.502 + 1e-9], (2.5, 2.505)),
        ([np.nan, np.inf], (0, 1)),
    ],
)
def test_losses_that_are_alike_are_told_apart_by_the_scale(walk, losses, scale) -> None:
    facts = time_facts(walk(0))._replace(losses=np.array(losses))
    low, high = facts.loss_scale
    assert (low, high) == pytest.approx(scale)
    assert all(low <= loss <= high for loss in losses if np.isfinite(loss))


def test_bars_rise_with_their_values_and_a_blank_is_zero() -> None:
    assert bars(np.array([2.0, 2.5, 3.0, np.inf]), 2.0, 3.0, BARS) == ["▁", "▄", "█", "×"]
    assert log_bars(np.array([0.0, 1e-3, 1e-9, 1.0, np.nan]), (-3, 0), BARS) == list(" ▁▁█×")
