"""Runs over each other: the axes, the smoothing, the cursor that reads all of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from textual.binding import Binding

from rnn_tui.runs.metrics import MetricsLog, Row
from rnn_tui.tui.run_charts import OverlayView
from rnn_tui.tui.screens.help import HelpScreen
from rnn_tui.tui.screens.overlay import OverlayScreen
from rnn_tui.tui.screens.saving import SaveScreen
from rnn_tui.tui.widgets.chart import ChartWidget
from rnn_tui.tui.widgets.runs.overlay_readings import OverlayReadings
from tests.tui.afresh import case
from tests.tui.listing import Listing, listed, trained
from tests.tui.opened import SIZES

OURS = ("amber-owl", "brave-fox", "calm-newt")
Check = Callable[[Listing], object]


class Case(NamedTuple):
    """Keys that come before ``key``, and what is so afterwards."""

    key: str
    check: Check
    before: tuple[str, ...] = ()


def view(s: Listing) -> OverlayView:
    assert s.overlay.view is not None
    return s.overlay.view


def at(low: float, high: float) -> Check:
    return lambda s: view(s).cursor is not None and low <= (view(s).cursor or 0) <= high


def hidden(*names: str) -> Check:
    return lambda s: view(s).hidden == set(names)


def shows(**parts: object) -> Check:
    return lambda s: all(getattr(view(s), name) == value for name, value in parts.items())


CASES = (
    Case("left", at(100, 100)),
    Case("h", at(97, 99.9), ("end",)),
    Case("right", at(1, 1)),
    Case("l", at(1.5, 3), ("home",)),
    Case("shift+left", at(80, 95), ("end",)),
    Case("H", at(80, 95), ("end",)),
    Case("shift+right", at(8, 15), ("home",)),
    Case("L", at(8, 15), ("home",)),
    Case("home", at(1, 1), ("end",)),
    Case("end", at(100, 100), ("home",)),
    Case("c", shows(cursor=None), ("end",)),
    Case("x", shows(across="characters")),
    Case("X", shows(log_across=True)),
    Case("plus", shows(smoothing=10)),
    Case("equals_sign", shows(smoothing=10)),
    Case("minus", shows(smoothing=0), ("plus",)),
    Case("y", shows(log=True)),
    Case("e", shows(held_out=False)),
    Case("1", hidden("amber-owl")),
    Case("2", hidden("brave-fox")),
    Case("3", hidden(), ("3",)),
    *(Case(str(place), hidden()) for place in range(4, 9)),
    Case("right_square_bracket", lambda s: "share no other series" in s.said),
    Case("left_square_bracket", lambda s: "share no other series" in s.said),
    Case("S", lambda s: isinstance(s.app.screen, SaveScreen) and "every loss" in s.text),
    Case("question_mark", lambda s: isinstance(s.app.screen, HelpScreen)),
    Case("f1", lambda s: isinstance(s.app.screen, HelpScreen)),
    Case("escape", lambda s: s.app.screen is s.screen),
    Case("q", lambda s: s.app.screen is s.screen),
    Case("o", lambda s: s.app.screen is s.screen),
)


@pytest.mark.parametrize("part", range(2))
async def test_every_key_does_what_it_says(tmp_path: Path, part: int) -> None:
    async with listed(tmp_path) as s:
        await s.lay_over(*OURS)
        shown = vars(s.overlay._shown)
        for one in CASES[part::2]:
            with case(one.key):
                if s.alone:  # the key before has led back to the list
                    await s.lay_over()
                s.overlay.say("")
                s.overlay.change(**shown)
                await s.press(*one.before)
                assert one.key in "45678" or not one.check(s)
                await s.press(one.key)
                await s.until(lambda one=one: one.check(s))
                if not s.alone and not isinstance(s.app.screen, OverlayScreen):
                    await s.press("escape")
                    await s.until(lambda: isinstance(s.app.screen, OverlayScreen))


def test_no_key_is_left_out() -> None:
    bound = {binding.key for binding in Binding.make_bindings(OverlayScreen.BINDINGS)}
    assert bound == {case.key for case in CASES}


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
async def test_the_overlay_looks_as_it_did(tmp_path: Path, size: tuple[int, int]) -> None:
    async with listed(tmp_path, size) as s:
        await s.lay_over(*OURS, "other-loop")
        await s.press("plus", "end", *["left"] * 5)
        await s.looks_as_stored(f"overlay-{size[0]}x{size[1]}")


@pytest.mark.parametrize("variable", ["NO_COLOR", "RNN_TUI_ASCII"])
async def test_runs_are_told_apart_by_letters_where_there_are_no_colours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "1")
    async with listed(tmp_path, (80, 24)) as s:
        await s.lay_over("amber-owl", "calm-newt")
        await s.looks_as_stored(f"overlay-{variable.lower()}-80x24")


async def test_the_cursor_reads_all_runs_at_once(tmp_path: Path) -> None:
    async with listed(tmp_path) as s:
        await s.lay_over(*OURS)
        s.overlay.change(cursor=60.0)
        await s.until("at step 60")
        lines = {line.split()[3]: line.split() for line in s.lines if " ● " in line}
        assert [lines[name][4] for name in OURS] == ["60", "60", "60"]
        assert lines["amber-owl"][5] == f"{1.5 + 2.5 * 2.718281828**-3:.3f}"
        s.overlay.change(cursor=90.0)
        await s.until("at step 90")
        row = next(line for line in s.lines if "● calm-newt" in line)
        assert row.split()[4] == "–"


async def test_over_time_and_characters_each_run_ends_where_it_did(tmp_path: Path) -> None:
    async with listed(tmp_path) as s:
        await s.lay_over(*OURS)
        await s.press("x", "end")
        await s.until("at 64k characters")
        await s.press("x", "end")
        await s.until("at 2.0 seconds")
        await s.press("x")
        await s.until("at the end of each run")


async def test_runs_of_other_programs_count_no_characters(tmp_path: Path) -> None:
    async with listed(tmp_path) as s:
        await s.lay_over("other-loop")
        assert "other-loop · train_loss" in s.text
        await s.press("x")
        await s.until(lambda: view(s).across == "seconds")


async def test_losses_that_are_not_finite_are_marked_and_counted(tmp_path: Path) -> None:
    async with listed(tmp_path) as s:
        await s.lay_over("brave-fox", "amber-owl")
        plot = "\n".join(s.lines[1:-8])
        assert "✗" in plot
        assert any("brave-fox" in line and "✗ 1" in line for line in s.lines)


async def test_a_run_that_goes_on_is_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rnn_tui.tui.screens.overlay.PATIENCE", 0)
    monkeypatch.setattr("rnn_tui.tui.screens.overlay.READ_SECONDS", 0.05)
    async with listed(tmp_path) as s:
        await s.lay_over("amber-owl")
        with MetricsLog(s.folder / "amber-owl" / "metrics.sqlite") as log:
            log.append(Row(101, 1.5, 1.0, 1.0, 1e-3, 64_640, 2.02, 10.1))
        await s.until(lambda: view(s).curves[0].steps[-1] == 101)


async def test_a_run_that_is_gone_stays_as_it_was_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rnn_tui.tui.screens.overlay.READ_SECONDS", 0.05)
    async with listed(tmp_path) as s:
        await s.lay_over("amber-owl")
        (s.folder / "amber-owl" / "metrics.sqlite").write_bytes(b"garbage " * 99)
        s.overlay._read_at = 0.0
        await s.until(lambda: "is damaged" in s.said)
        assert len(view(s).curves[0].steps) == 100


async def test_runs_without_a_single_loss_are_said_to_have_none(tmp_path: Path) -> None:
    async with listed(tmp_path, make=lambda folder: trained(folder, "new-one", 0)) as s:
        await s.lay_over("new-one")
        assert "no losses yet" in s.text
        await s.press("left", "right", "plus", "x", "y", "X", "e", "1")
        await s.rest()
        assert "new-one" in s.text


async def test_the_losses_are_saved(tmp_path: Path) -> None:
    async def saved(s: Listing, turns: int) -> None:
        s.overlay.say("")
        await s.press("S", *["down"] * turns, "enter")
        await s.until(lambda: isinstance(s.app.screen, OverlayScreen) and "saved" in s.said)

    async with listed(tmp_path) as s:
        await s.lay_over(*OURS)
        await s.press("1")
        for turns, suffix in enumerate((".csv", ".jsonl")):
            with case(suffix):
                await saved(s, turns)
                file = tmp_path / f"losses{suffix}"
                lines = file.read_text().splitlines()
                file.unlink()  # the next one would get another name
                assert len(lines) == 80 + 4 + 60 + 3 + (1 - turns)
        first = json.loads(lines[0])
        assert (first["run"], first["step"], first["characters"]) == ("brave-fox", 1, 640)
        assert json.loads(lines[39])["loss"] == "nan"
        await s.press("1")
        await saved(s, 2)
        assert (tmp_path / "losses.svg").read_text().startswith("<svg")


async def test_the_mouse_moves_the_cursor_and_hides_runs(tmp_path: Path) -> None:
    async with listed(tmp_path) as s:
        await s.lay_over(*OURS)
        await s.pilot.click(ChartWidget, offset=(60, 5))
        await s.until(lambda: at(40, 60)(s))
        await s.pilot.click(OverlayReadings, offset=(10, 3))
        await s.until(lambda: hidden("brave-fox")(s))
        assert any("brave-fox" in line and "hidden" in line for line in s.lines)


async def test_a_run_has_the_same_colour_in_the_list_and_over_others(tmp_path: Path) -> None:
    async with listed(tmp_path) as s:
        assert s.screen.view is not None
        await s.lay_over("amber-owl", "brave-fox")
        assert dict(view(s).colors) == dict(s.screen.view.marked)
        await s.press("escape")
        await s.until(lambda: s.app.screen is s.screen)
        assert s.pane.has_focus
