from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.hints import command


@pytest.fixture(autouse=True)
def usual(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where runs are kept in these tests."""
    monkeypatch.setenv("RNN_TUI_RUNS", str(tmp_path / "usual"))
    monkeypatch.delenv("RNN_TUI_CONFIG", raising=False)
    return tmp_path / "usual"


def test_a_run_in_its_usual_place_needs_only_its_name(usual: Path) -> None:
    assert command("resume", RunDirectory(usual / "a")) == "rnn-tui resume a"
    assert command("attach", RunDirectory(usual / "a")) == "rnn-tui attach a"


def test_the_steps_are_named_where_they_are_given(usual: Path) -> None:
    assert command("resume", RunDirectory(usual / "a"), 0) == "rnn-tui resume a --steps 0"
    assert command("resume", RunDirectory(usual / "a"), 40) == "rnn-tui resume a --steps 40"


def test_a_run_whose_name_looks_like_an_option_is_named_by_its_path(usual: Path) -> None:
    assert command("attach", RunDirectory(usual / "-x")) == f"rnn-tui attach {usual / '-x'}"


@pytest.mark.parametrize("folder", ["plain", "my runs", "it's", "$HOME `id`", "\x1b[31m\n\\x'1"])
def test_another_place_is_named_as_a_shell_reads_it(tmp_path: Path, folder: str) -> None:
    hint = command("resume", RunDirectory(tmp_path / folder / "a"), 7)
    assert hint.isprintable()
    shell = ["bash", "-c", f"rnn-tui() {{ printf '%s\\0' \"$@\"; }}; {hint}"]
    said = subprocess.run(shell, capture_output=True, check=True, text=True).stdout
    assert said.split("\0")[:-1] == [
        "resume",
        "a",
        "--runs",
        str(tmp_path / folder),
        "--steps",
        "7",
    ]


def test_a_configuration_file_that_is_wrong_does_not_hide_the_hint(
    usual: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RNN_TUI_RUNS")
    monkeypatch.setenv("RNN_TUI_CONFIG", "/nowhere.toml")
    hint = command("resume", RunDirectory(usual / "a"))
    assert hint == f"rnn-tui resume a --runs {usual}"
