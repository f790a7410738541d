from __future__ import annotations

from pathlib import Path

import pytest

from rnn_tui.cli.options import configuration, load_text
from rnn_tui.runs.configuration import merge
from rnn_tui.runs.errors import ConfigError

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
