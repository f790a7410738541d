"""Row C7 of the table of faults: every view is drawn of weights that are no numbers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.reliability.odd_weights import VALUES, spoil, spoilt
from tests.sampling.networks import make_weights
from tests.tui.local_client import watching
from tests.tui.sampling import SYMBOLS, sampling
from tests.tui.stepping import small_window, stepping


@pytest.mark.parametrize("what", VALUES)
async def test_c7_every_pane_of_the_dashboard_is_drawn(tmp_path: Path, what: str) -> None:
    async with watching(tmp_path, paused=True) as (opened, pilot):
        trainer = opened.run.session.trainer
        spoil(trainer.flat, what)
        trainer.step()
        for array in (trainer.workspace.gradients_flat, *trainer.workspace.hidden):
            spoil(array, what)
        found = []

        def noted(update):
            found.extend(view.not_finite for view in update.views)
            return update

        opened.client.change = noted
        for pane in "123456":
            await pilot.press(pane, "y" if pane == "1" else "right_square_bracket", "p")
            await opened.frames(pilot, 1)
        await pilot.press("t", "a", "enter")
        await opened.frames(pilot, 2)
        assert "paused" in opened.lines[0]
        assert any(found) or what != "not finite"  # gradients of large weights overflow, or not
        trainer.flat[:] = 0  # else it cannot be saved at the end


@pytest.mark.parametrize("what", VALUES)
async def test_c7_every_operation_and_dialog_of_the_stepper_is_drawn(what: str) -> None:
    window = small_window(T=3, H=3, layers=2)
    async with stepping(replace(window, params=spoilt(window.params, what))) as walking:
        seen = set()
        for operation in walking.stepper.trace:
            if (operation.phase, operation.name, operation.layer) not in seen:
                seen.add((operation.phase, operation.name, operation.layer))
                walking.screen.do(f"go {operation.index + 1}")
                await walking.rest()
                assert walking.view.operation.index == operation.index
        assert len(seen) > 20
        await walking.press("i", "tab", "shift+right", "v")
        await walking.rest()
        for key in ("2", "3", "4", "1", "f", "m", "escape", "V", "escape", "p", "down", "enter"):
            await walking.press(key)
            await walking.rest()
        assert walking.app.screen is walking.screen


@pytest.mark.parametrize("what", VALUES)
async def test_c7_every_pane_of_the_sampler_is_drawn(what: str) -> None:
    weights = make_weights(SYMBOLS, layers=2, hidden=8)
    async with sampling(weights=replace(weights, params=spoilt(weights.params, what))) as opened:
        await opened.press("t")
        opened.screen.query_one("PromptArea").text = "abc"
        await opened.press("enter")
        await opened.rest()
        await opened.leave()
        if what == "not finite":
            await opened.until("diverged")
        for key in ("2", "3", "4", "5", "6", "escape", "u", "c", "f", "r", "n", "g", "s", "escape"):
            await opened.press(key)
            await opened.rest()
        assert opened.alone
