from __future__ import annotations

import io
import math
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from rnn_tui.cli import progress
from rnn_tui.cli.progress import Progress, bar_line, numbers
from rnn_tui.training.protocol import Status


def status(**changed: Any) -> Status:
    known: dict[str, Any] = {
        "phase": "training",
        "step": 500,
        "epoch": 0,
        "loss": 2.0,
        "smoothed_loss": 2.0,
        "held_out": math.nan,
        "gradient_norm": 1.0,
        "clipped_share": 0.0,
        "learning_rate": 0.1,
        "characters_per_second": 10_000.0,
        "seconds": 75.0,
        "saved_step": 0,
        "not_finite": 0,
    }
    return Status(**{**known, **changed})


def line(steps: int = 1000, width: int = 77, **changed: Any) -> str:
    return bar_line(status(**changed), steps, 100, width).plain


def test_the_line_says_how_far_it_is_and_how_long_it_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    shown = line()
    assert shown.startswith("━━━━━━──────   50%   2.000 nats   2.885 bits/char  10.0k char/s")
    assert shown.endswith("0:05 left")


def test_the_line_keeps_its_width_whatever_the_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    changes: list[dict[str, Any]] = [
        {},
        {"step": 0, "smoothed_loss": math.nan, "characters_per_second": 0.0},
        {"smoothed_loss": 12.3456, "characters_per_second": 999_999.0},
        {"smoothed_loss": 1e9, "characters_per_second": 3e6, "step": 1000, "phase": "finished"},
        {"phase": "paused"},
        {"phase": "stopped", "characters_per_second": 3.0},
    ]
    assert {cell_len(line(**changed)) for changed in changes} == {77}


@pytest.mark.parametrize("width", [10, 37, 57, 77, 117, 297])
def test_the_line_never_breaks(width: int) -> None:
    for steps in (0, 1000, 10**12):
        assert cell_len(line(steps, width, seconds=1e7)) <= width


def test_at_the_end_it_says_done() -> None:
    for phase in ("training", "finished", "stopped"):
        assert line(step=1000, phase=phase).endswith("        done")


def test_without_an_end_the_steps_are_counted() -> None:
    assert line(0) == "step       500   2.000 nats   2.885 bits/char  10.0k char/s     1:15"
    assert line(0, phase="paused").endswith("paused")


def test_where_lines_cannot_be_drawn_the_bar_is_of_letters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    assert line().startswith("######------")


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0:00"), (59.9, "0:59"), (3600, "1:00:00"), (359_999, "99:59:59"), (1e9, "11,574 d")],
)
def test_times_are_short(seconds: float, shown: str) -> None:
    assert progress._time(seconds) == shown


@pytest.mark.parametrize(
    ("pace", "shown"),
    [(0, "–"), (9.6, "10"), (999.4, "999"), (999.7, "1.0k"), (99_960, "100k"), (2e6, "2.0M")],
)
def test_a_pace_has_three_digits(pace: float, shown: str) -> None:
    assert progress._pace(pace) == shown


def test_in_a_pipe_it_is_plain_lines() -> None:
    assert numbers(status(held_out=2.5)) == (
        "step 500  loss 2.000 nats  2.885 bits/char  held out 2.500  10.0k char/s"
    )
    assert numbers(status(characters_per_second=0.0)).endswith("bits/char")


def test_a_dumb_terminal_gets_plain_lines() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, _environ={"TERM": "dumb"})
    assert Progress(terminal=True, console=console)._live is None
