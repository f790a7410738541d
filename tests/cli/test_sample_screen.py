"""``sample --screen``: what the app is opened on."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from rnn_tui.sampling.settings import Settings

from .conftest import SMALL, TINY, Run, Said


@pytest.fixture
def run(rnn_tui: Run) -> str:
    """The name of a run of twelve steps."""
    rnn_tui("train", TINY, *SMALL, "--steps", "12", "--name", "otter")
    return "otter"


def text(said: Said) -> str:
    assert (said.status, said.err) == (0, "")
    return said.out


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, Any, Any]]:
    """What the app was opened on; there seems to be a terminal."""
    calls: list[tuple[Any, Any, Any]] = []

    def open_sampler(*given: Any) -> int:
        calls.append(given)
        return 0

    monkeypatch.setattr(import_module("rnn_tui.tui.sampling_app"), "open_sampler", open_sampler)
    command = import_module("rnn_tui.cli.sample")
    monkeypatch.setattr(command, "require_terminal", lambda *_, **__: None)
    return calls


def test_the_screen_takes_the_settings_over(
    rnn_tui: Run, run: str, opened: list[Any], folder: Path
) -> None:
    said = rnn_tui("sample", run, "--screen", "--top-k", "3", "--seed", "5", "-n", "70")
    assert (text(said), len(opened)) == ("", 1)
    sampler, source, log_file = opened[0]
    assert sampler.weights.title == "otter · step 12"
    assert sampler.settings == Settings(length=70, seed=5, top_k=3)
    assert not sampler.view().columns
    assert (source.name, source.live, log_file) == ("otter", True, folder / run / "log.txt")


def test_with_a_prompt_the_screen_writes_the_text_of_the_pipe(
    rnn_tui: Run, run: str, opened: list[Any]
) -> None:
    how = ("sample", run, "--prompt", "the ", "-n", "40")
    written = text(rnn_tui(*how))
    assert text(rnn_tui(*how, "--screen")) == ""
    sampler = opened[0][0]
    sampler.advance(characters=40)
    column = sampler.view().column
    assert "".join(column.pieces[: column.count]) == written


def test_the_screen_opens_on_a_step_that_has_to_be_made_again(
    rnn_tui: Run, run: str, opened: list[Any]
) -> None:
    rnn_tui("sample", run, "--screen", "--at", "7")
    sampler, source, _ = opened[0]
    assert (sampler.weights.step, source.live) == (7, False)
    assert source.at(7) is sampler.weights


def test_the_screen_needs_a_terminal_and_writes_no_lines(rnn_tui: Run, run: str) -> None:
    said = rnn_tui("sample", run, "--screen")
    assert "use rnn-tui sample without --screen here" in said.complaint
    for option in ("--json", "--count", "--score"):
        value = () if option == "--json" else ("1",)
        said = rnn_tui("sample", run, "--screen", option, *value)
        assert said.complaint == f"{option} does not go with --screen: leave it out"
