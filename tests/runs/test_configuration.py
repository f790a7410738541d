from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.runs.configuration import (
    FIELDS,
    RunConfig,
    estimated_bytes,
    from_environment,
    load_toml,
    merge,
    to_toml,
    training_bytes,
)
from rnn_tui.runs.errors import ConfigError, StorageError


def plain_texts() -> st.SearchStrategy[str]:
    return st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


def values_of(name: str) -> st.SearchStrategy[Any]:
    """Values that the setting allows."""
    field = FIELDS[name]
    if field.choices:
        return st.sampled_from(field.choices)
    meta = field.annotation.__metadata__[0]
    if field.type is int:
        return st.integers(meta.ge, min(meta.le, 64 if name in ("hidden", "batch") else meta.le))
    if field.type is float:
        top = meta.le if meta.le is not None else 0.99
        return st.floats(meta.ge if meta.gt is None else 1e-9, top)
    if field.type is tuple:
        return st.lists(plain_texts()).map(tuple)
    return st.just("a-name") if name == "name" else plain_texts()


SETTINGS = (
    st.fixed_dictionaries({}, optional={name: values_of(name) for name in FIELDS})
    .filter(
        lambda given: given.get("schedule", "constant") == "constant" or given.get("steps", 0) > 0
    )
    .map(lambda given: {**given, "warmup": 0})
)


def test_the_defaults_are_allowed() -> None:
    assert merge() == RunConfig()


def test_every_setting_has_a_help_text_and_says_what_it_allows() -> None:
    for field in FIELDS.values():
        assert 10 < len(field.help) < 80
        assert field.allowed
        assert field.converted(field.default, field.name) == field.default


def test_a_setting_knows_its_option_and_its_variable() -> None:
    assert FIELDS["learning_rate"].option == "--learning-rate"
    assert FIELDS["learning_rate"].variable == "RNN_TUI_LEARNING_RATE"
    assert FIELDS["optimizer"].choices == ("sgd", "momentum", "adagrad", "rmsprop", "adam", "adamw")


@given(SETTINGS)
def test_what_is_written_as_toml_reads_back_equal(settings: dict[str, Any]) -> None:
    config = merge({"window": 2}, {**settings, "layers": 1, "window": 2})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.toml"
        path.write_text(to_toml(config), "utf-8", newline="")
        assert merge(load_toml(path)) == config


def test_the_written_file_explains_each_setting() -> None:
    text = to_toml(RunConfig())
    assert "# hidden units in each layer (a whole number, at least 1 and at most 8,192)\n" in text
    assert text == to_toml(RunConfig())


def test_a_path_that_is_not_unicode_can_be_written() -> None:
    assert r'text = ["a\\xff"]' in to_toml(RunConfig(text=("a\udcff",)))


def test_a_later_layer_wins_and_none_means_not_given() -> None:
    config = merge({"hidden": 1, "seed": 1}, {"hidden": 2, "seed": None}, {"hidden": 3})
    assert (config.hidden, config.seed) == (3, 1)


def test_a_schedule_without_an_end_is_refused() -> None:
    with pytest.raises(ConfigError, match="schedule = cosine needs an end"):
        merge({"schedule": "cosine"})
    assert merge({"schedule": "cosine", "steps": 10}).schedule == "cosine"


def test_a_warm_up_that_no_schedule_makes_is_refused() -> None:
    with pytest.raises(ConfigError, match="warmup = 5 needs schedule = cosine"):
        merge({"warmup": 5})
    with pytest.raises(ConfigError, match="warmup = 10 leaves nothing of the schedule"):
        merge({"warmup": 10, "schedule": "cosine", "steps": 10})
    assert merge({"warmup": 9, "schedule": "cosine", "steps": 10}).warmup == 9


def test_the_file_and_its_line_are_named(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text("# a comment\nseed = 3\n\nhidden = 0\n")
    with pytest.raises(ConfigError, match=r"c\.toml, line 4: hidden = 0 is not allowed"):
        load_toml(path)
    path.write_text("seed = 3\n[model]\nhidden = 2\n")
    with pytest.raises(ConfigError, match=r"c\.toml, line 2: 'model' is not a setting"):
        load_toml(path)


def test_a_missing_file_is_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="No such file"):
        load_toml(tmp_path / "none.toml")


def test_the_environment_is_converted_and_the_rest_of_it_ignored() -> None:
    environ = {
        "RNN_TUI_HIDDEN": "64",
        "RNN_TUI_LEARNING_RATE": "1e-2",
        "RNN_TUI_CELL": "relu",
        "RNN_TUI_TEXT": "a:b",
        "RNN_TUI_SEED": "",
        "RNN_TUI_RUNS": "/x",
        "RNN_TUI_SOMETHING_ELSE": "1",
        "HOME": "/",
    }
    expected = {"hidden": 64, "learning_rate": 0.01, "cell": "relu", "text": ("a", "b")}
    assert from_environment(environ) == expected


@pytest.mark.parametrize("value", ["x", "0", "1.5", "nan", "99999999999999999999", "\udcff"])
def test_a_bad_variable_is_named(value: str) -> None:
    with pytest.raises(ConfigError, match=r"^RNN_TUI_HIDDEN = .* is not allowed: a whole number"):
        from_environment({"RNN_TUI_HIDDEN": value})


def test_a_misspelt_variable_is_not_silently_ignored() -> None:
    with pytest.raises(ConfigError, match=r"did you mean RNN_TUI_HIDDEN?"):
        from_environment({"RNN_TUI_HIDEN": "3"})


def test_the_estimate_counts_weights_and_moments_twice_more_while_they_are_saved() -> None:
    config = RunConfig(hidden=10, batch=1, window=1, optimizer="adam", dtype="float64")
    N = 5 * 10 + 10 * 10 + 10 + 10 * 5 + 5
    assert estimated_bytes(config, 5) - training_bytes(config, 5) == 8 * 2 * 3 * N


def test_the_command_line_can_read_its_settings_without_numpy() -> None:
    modules = "configuration, directory, lock, atomic, names, metrics, listing"
    code = f"from rnn_tui.runs import {modules}; import sys; assert 'numpy' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
