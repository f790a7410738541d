from __future__ import annotations

from pathlib import Path

import pytest

from rnn_tui.runs.errors import ConfigError
from rnn_tui.runs.places import runs_folder


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A configuration file that says where runs are kept."""
    path = tmp_path / "run.toml"
    path.write_text(f'hidden = 8\nruns = "{tmp_path}/file"\n')
    return path


def test_the_option_wins_over_the_variable_over_the_file_over_the_platform(
    tmp_path: Path, file: Path
) -> None:
    variable = {"RNN_TUI_RUNS": str(tmp_path / "variable")}
    assert runs_folder(tmp_path / "option", variable, file) == tmp_path / "option"
    assert runs_folder(None, variable, file) == tmp_path / "variable"
    assert runs_folder(None, {}, file) == tmp_path / "file"
    assert runs_folder(None, {}).parts[-2:] == ("rnn-tui", "runs")


def test_the_file_may_be_named_by_the_environment(tmp_path: Path, file: Path) -> None:
    assert runs_folder(None, {"RNN_TUI_CONFIG": str(file)}) == tmp_path / "file"


def test_a_file_that_does_not_say_leaves_the_platforms_place(file: Path) -> None:
    for said in ("hidden = 8", 'runs = ""'):
        file.write_text(said)
        assert runs_folder(None, {}, file) == runs_folder(None, {})


@pytest.mark.parametrize("value", ["3", '"a\\u0000"', "[]"])
def test_what_is_no_folder_is_refused_with_its_line(file: Path, value: str) -> None:
    file.write_text(f"hidden = 8\nruns = {value}\n")
    with pytest.raises(ConfigError, match=r"run\.toml, line 2: runs = .* is not allowed: a folder"):
        runs_folder(None, {}, file)
