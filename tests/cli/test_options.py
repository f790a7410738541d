from __future__ import annotations

from pathlib import Path

import pytest

from rnn_tui.cli.options import configuration, load_text
from rnn_tui.runs.configuration import merge
from rnn_tui.runs.errors import ConfigError

from .conftest import Run

SIZES = {"hidden": 6000, "batch": 2, "window": 8}


def test_the_memory_is_that_for_the_symbols_that_the_network_reads(tmp_path: Path) -> None:
    file = tmp_path / "many.txt"
    file.write_text("".join(map(chr, range(0x4E00, 0x4E00 + 20_000))), "utf-8")
    settings = {**SIZES, "text": [str(file)]}
    assert load_text(merge({**settings, "symbols": "byte"})).symbols == "byte"
    with pytest.raises(ConfigError, match="this network needs about"):
        load_text(merge(settings))


def test_the_text_that_is_named_last_is_the_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "run.toml"
    file.write_text('text = ["/file.txt"]\n')
    assert configuration((), str(file)).text == ("/file.txt",)
    assert configuration((), str(file), corpus="dates").text == ()
    monkeypatch.setenv("RNN_TUI_CORPUS", "brackets")
    assert configuration((), str(file)).text == ()
    assert configuration(("/x.txt",), str(file), corpus=None).text == ("/x.txt",)
    monkeypatch.setenv("RNN_TUI_TEXT", "/variable.txt")
    assert configuration((), str(file)).text == ("/variable.txt",)


@pytest.mark.parametrize(
    ("name", "value", "knows"), [("momentum", 0.5, "momentum"), ("weight_decay", 0.1, "adamw")]
)
def test_an_option_that_the_optimiser_does_not_know_is_not_ignored(
    tmp_path: Path, name: str, value: float, knows: str
) -> None:
    option = f"--{name.replace('_', '-')}"
    with pytest.raises(ConfigError, match=f"{option} does nothing with the optimizer adam: "):
        configuration((), None, optimizer="adam", **{name: value})
    assert getattr(configuration((), None, optimizer=knows, **{name: value}), name) == value
    file = tmp_path / "mine.toml"
    file.write_text(f"{name} = {value}\n")  # for whenever that optimiser is used
    assert getattr(configuration((), str(file), optimizer="adam"), name) == value


def test_a_walk_does_not_ignore_it_either(rnn_tui: Run) -> None:
    said = rnn_tui("step", "hello", "--print", "--momentum", "0.5")
    assert "--momentum does nothing with the optimizer" in said.complaint
    assert rnn_tui("step", "hello", "--json", "--momentum", "0.5", "--optimizer", "momentum").out
