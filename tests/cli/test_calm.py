"""Who asks for calm: the command line, the environment, a configuration file."""

from __future__ import annotations

import os

import pytest

from rnn_tui.cli.app import choose_rates
from rnn_tui.runs.configuration import from_environment, load_user_file
from rnn_tui.runs.errors import ConfigError
from rnn_tui.tui.rates import CALM_VARIABLE, is_calm


@pytest.mark.parametrize(
    ("option", "variable", "file", "calm"),
    [
        (False, "", "", False),
        (True, "", "", True),
        (True, "0", "", True),
        (False, "1", "", True),
        (False, "", "calm = true", True),
        (False, "0", "calm = true", False),
        (False, "", "calm = false", False),
    ],
)
def test_the_command_line_wins_over_the_environment_and_that_over_the_file(
    tmp_path, monkeypatch, option, variable, file, calm
) -> None:
    monkeypatch.setenv(CALM_VARIABLE, variable)
    config = tmp_path / "run.toml"
    config.write_text(file)
    choose_rates(option, str(config))
    assert is_calm(os.environ) == calm


def test_calm_in_a_file_is_no_setting_of_the_run(tmp_path) -> None:
    config = tmp_path / "run.toml"
    config.write_text("calm = true\nhidden = 32\n")
    assert load_user_file(config).settings == {"hidden": 32}


def test_calm_is_true_or_false(tmp_path) -> None:
    config = tmp_path / "run.toml"
    config.write_text('hidden = 8\ncalm = "very"\n')
    with pytest.raises(ConfigError, match=r"line 2: calm = .* is not allowed: true or false"):
        load_user_file(config)


def test_the_variable_is_not_taken_for_a_misspelt_setting() -> None:
    assert from_environment({CALM_VARIABLE: "1"}) == {}
