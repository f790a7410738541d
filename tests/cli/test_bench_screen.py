"""``bench --screen``: what was measured of the app, for people and for programs."""

from __future__ import annotations

import json

import pytest

from rnn_tui.bench import screen
from rnn_tui.bench.screen import SECONDS, ScreenReport, Sizes

from .conftest import Run


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What was to be measured; nothing is."""
    calls: list[object] = []

    def measured(seconds: float, sizes: Sizes) -> ScreenReport:
        calls.append((seconds, sizes))
        return ScreenReport(*sizes, 200, 50, seconds, first_frame=0.42, notes=("not all of it",))

    monkeypatch.setattr(screen, "measure_screen", measured)
    return calls


def test_the_table_says_what_was_measured_and_what_it_should_be(rnn_tui: Run, asked) -> None:
    said = rnn_tui("bench", "--screen")
    assert (said.status, said.err) == (0, "not all of it\n")
    assert asked == [(SECONDS, Sizes())]
    machine, setting, gap, headings, *rows = said.out.splitlines()
    assert "NumPy" in machine
    assert (setting, gap) == ("H 256 · B 32 · T 64 · 200 x 50 cells", "")
    assert headings.split() == ["screen", "measured", "aim"]
    assert rows[0].split() == ["first", "frame", "0.42", "s", "≤", "0.6", "s"]
    assert "not measured" in rows[1]


def test_the_sizes_and_the_time_can_be_given_and_the_json_is_one_line(rnn_tui: Run, asked) -> None:
    said = rnn_tui("bench", "--screen", "--hidden", "8", "--window", "4", "--seconds", 3, "--json")
    assert (said.status, said.out.count("\n"), said.err) == (0, 1, "")
    assert asked == [(3.0, Sizes(hidden=8, window=4))]
    facts = json.loads(said.out)
    assert list(facts) == ["machine", "screen"]
    assert facts["screen"]["first_frame"] == 0.42
    assert facts["screen"]["notes"] == ["not all of it"]


def test_ctrl_c_is_one_line_and_a_status(rnn_tui: Run, monkeypatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(screen, "measure_screen", interrupted)
    said = rnn_tui("bench", "--screen")
    assert (said.status, said.out) == (130, "")
    assert said.err == "stopped: nothing was measured to its end\n"
