"""Sums so far, as they are shown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rnn_tui.stepping.digits import written
from rnn_tui.tui.widgets.stepper import sums_pane
from rnn_tui.tui.widgets.stepper.sums_pane import SumsPane


def line_of(app, name: str) -> str:
    return next(line for line in app.body if f" {name} " in line)


@pytest.mark.parametrize("size", [(80, 24), (120, 35), (200, 50)])
async def test_a_line_says_which_steps_are_in_it_and_how_long_it_is(walk, host, size) -> None:
    app, index = host(SumsPane()), walk.where("dW_hh^t", 4)
    async with app.run_test(size=size) as pilot:
        app.pane.view = walk(index)
        await pilot.pause()
        line = line_of(app, "dW_hh")
    norm = np.linalg.norm(walk.first.trace.sum_so_far("layer0.W_hh", index))
    assert "Σ t=12..4" in line
    assert "9/12" in line
    assert written(norm, ".2e") in line
    assert line.startswith("►")


async def test_before_the_backward_pass_there_is_a_dash(walk, host) -> None:
    app = host(SumsPane())
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.view = walk(3)
        await pilot.pause()
        lines = app.body[:5]
    assert all("–" in line and "0/12" in line for line in lines)


async def test_afterwards_the_gradient_is_clipped_and_applied(walk, host) -> None:
    app, trace = host(SumsPane()), walk.first.trace
    async with app.run_test(size=(80, 24)) as pilot:
        said = []
        for phase in ("sum", "clip", "update"):
            app.pane.view = walk(max(o.index for o in trace if o.phase == phase))
            await pilot.pause()
            said.append(line_of(app, "ΔW_hh" if phase == "update" else "dW_hh"))
    change = np.linalg.norm(trace.updated["layer0.W_hh"] - trace.givens["layer0.W_hh"])
    words = ("complete", "clipped", "applied")
    assert all(word in line for word, line in zip(words, said, strict=True))
    assert written(np.linalg.norm(trace.gradients["layer0.W_hh"]), ".2e") in said[0]
    assert written(change, ".2e") in said[2]


async def test_an_operation_that_adds_nothing_draws_nothing(walk, host, drawn) -> None:
    app = host(SumsPane())
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.view = walk(walk.where("dy_t", 5))
        await pilot.pause()
        drawn.clear()
        app.pane.view = walk(walk.where("dW_hy^t", 5))
        assert len(drawn[0]) == 1


async def test_of_more_parameters_than_fit_the_latest_is_seen(make_walk, host) -> None:
    walk, pane = make_walk(L=4, T=4), SumsPane()
    pane.styles.height = 6
    app = host(pane)
    async with app.run_test(size=(80, 24)) as pilot:
        for parts in walk.first.trace.contributions.values():
            app.pane.view = walk(parts[1].index)
            await pilot.pause()
            assert sum(line.startswith("►") for line in app.body) == 1


async def test_columns_do_not_move_while_it_adds_up(walk, host) -> None:
    app = host(SumsPane())
    async with app.run_test(size=(80, 24)) as pilot:
        columns = set()
        for t in range(12, 0, -1):
            app.pane.view = walk(walk.where("dW_hh^t", t))
            await pilot.pause()
            columns.add(line_of(app, "dW_hh").index("e−"))
    assert len(columns) == 1


async def test_large_sums_come_one_after_the_other(walk, host, until, monkeypatch) -> None:
    monkeypatch.setattr(sums_pane, "WORK", 1)
    app = host(SumsPane())
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.view = walk(walk.where("dW_hh^t", 4))
        await until(pilot, lambda: not any("…" in line for line in app.body))
        assert all("e−" in line or "e+" in line for line in app.body[:5])


async def test_what_is_not_finite_is_said(walk, host) -> None:
    window = walk.first.window
    params = {**window.params, "layer0.b_h": np.full(6, np.nan)}
    app, broken = host(SumsPane()), replace(window, params=params).trace()
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.view = walk(walk.where("dW_hy", 0), trace=broken)
        await pilot.pause()
        assert "NaN" in line_of(app, "dW_hy")
