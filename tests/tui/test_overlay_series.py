"""Runs of other programs over each other: any series that they share."""

from __future__ import annotations

from pathlib import Path

from rnn_tui.runs.metrics import MetricsLog
from rnn_tui.tui.screens.overlay import OverlayScreen
from tests.tui.listing import Listing, listed, monitored, trained


def _watched(folder: Path) -> None:
    """Two runs of other programs with a learning rate, of which one has more, and one of ours."""
    trained(folder, "amber-owl", 20)
    for name, rate in (("first", 3e-4), ("second", 2.0)):
        with MetricsLog(monitored(folder, name).metrics_file) as log:
            for step in range(0, 40, 2):
                log.append_point(step=step, name="lr", value=rate, seconds=step / 5)
                if name == "first":
                    log.append_point(step=step, name="alone", value=1.0, seconds=step / 5)


def _row(s: Listing, name: str) -> list[str]:
    return next(line.split() for line in s.lines if f"● {name}" in line)


async def test_the_series_that_all_of_them_have_are_gone_through(tmp_path: Path) -> None:
    async with listed(tmp_path, make=_watched) as s:
        await s.lay_over("first", "second")
        assert "[ ] another series" in s.text
        await s.press("right_square_bracket")
        await s.until(lambda: "val_loss · linear" in s.text)
        await s.press("right_square_bracket")
        await s.until(lambda: "lr · linear" in s.text and "0.0003" in s.text)
        assert _row(s, "first")[4:6] == ["38", "0.0003"]
        assert _row(s, "second")[4:6] == ["38", "2.000"]
        assert "value" in s.text
        await s.press("right_square_bracket")
        await s.until(lambda: "loss · linear" in s.text and "first · train_loss" in s.text)
        await s.press("left_square_bracket")
        await s.until(lambda: "lr · linear" in s.text and "held out" not in s.lines[1])


async def test_a_run_of_ours_has_nothing_to_show_beside_them(tmp_path: Path) -> None:
    async with listed(tmp_path, make=_watched) as s:
        await s.lay_over("amber-owl", "first")
        await s.press("left_square_bracket")
        await s.until(lambda: "alone · linear" in s.text and "1.000" in s.text)
        assert _row(s, "amber-owl")[4] == "–"


async def test_a_series_is_saved_under_its_name(tmp_path: Path) -> None:
    async with listed(tmp_path, make=_watched) as s:
        await s.lay_over("first", "second")
        await s.press("left_square_bracket", "S", "enter")
        await s.until(lambda: isinstance(s.app.screen, OverlayScreen) and "saved" in s.said)
        lines = (tmp_path / "losses.csv").read_text().splitlines()[1:]
        assert {line.split(",")[1] for line in lines} == {"lr"}
        assert len(lines) == 40


async def test_brackets_that_are_pressed_at_once_do_not_mix_up_what_is_read(tmp_path: Path) -> None:
    async with listed(tmp_path, make=_watched) as s:
        await s.lay_over("first", "second")
        await s.press(*["right_square_bracket"] * 5)
        await s.until(lambda: "lr · linear" in s.text and "0.0003" in s.text)
        assert s.overlay.view is not None
        assert {curve.series for curve in s.overlay.view.curves} == {"lr"}
