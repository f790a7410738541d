"""``bench``: its tables and its JSON hold together, whatever the numbers are."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from rnn_tui.bench import memory

from .conftest import Run

TINY = ("bench", "sample", "--hidden", "4", "--vocabulary", "5", "--seconds", "0.01")
WATCHED = """
import os, sys
class Watch:
    def find_spec(self, name, *_):
        if name == "numpy":
            print(os.environ.get("OPENBLAS_NUM_THREADS"))
sys.meta_path.insert(0, Watch())
from rnn_tui.cli import main
main(sys.argv[1:])
"""
NAMES = ["text stream", "engine", "bare loop"]


def test_its_help_lists_its_parts(rnn_tui: Run) -> None:
    said = rnn_tui("bench", "--help")
    assert (said.status, said.err) == (0, "")
    assert re.search(r"^  sample +Characters per second", said.out, re.MULTILINE)


def test_the_table_has_a_line_for_each_way_and_ratios_of_the_numbers_shown(rnn_tui: Run) -> None:
    said = rnn_tui(*TINY, "--layers", "2")
    assert (said.status, said.err) == (0, "")
    machine, network, empty, headings, *rows = said.out.splitlines()
    assert re.search(r", \d+ cores?, load .* · Python .* · NumPy .*, 1 thread$", machine)
    assert (network, empty) == ("H 4 · V 5 · 2 layers · float32", "")
    assert headings.split() == ["sampling", "characters/s", "ratio"]
    cells = [re.split(r"\s{2,}", row) for row in rows]
    assert [cell[0] for cell in cells] == NAMES
    rates = [int(cell[1].replace(",", "")) for cell in cells]
    assert [cell[2] for cell in cells] == [f"{rate / rates[-1]:.2f}" for rate in rates]
    assert len({len(line) for line in (headings, *rows)}) == 1


def test_the_json_says_the_same_and_every_round(rnn_tui: Run) -> None:
    said = rnn_tui(*TINY, "--json")
    assert (said.status, said.out.count("\n")) == (0, 1)
    facts = json.loads(said.out)
    assert list(facts) == ["machine", "network", "sampling"]
    assert facts["network"] == {"hidden": 4, "vocabulary": 5, "layers": 1}
    assert {"processor", "python", "numpy", "threads"} <= set(facts["machine"])
    bare = facts["sampling"][-1]["characters_per_second"]
    assert [one["name"] for one in facts["sampling"]] == NAMES
    for one in facts["sampling"]:
        assert one["ratio"] == one["characters_per_second"] / bare
        assert min(one["rounds"]) <= one["characters_per_second"] <= max(one["rounds"])


@pytest.fixture
def short_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory.memory_peaks, "__defaults__", ((10, 2000),))


@pytest.mark.usefixtures("short_texts")
def test_memory_is_told_of_a_short_and_of_a_long_text(rnn_tui: Run) -> None:
    said = rnn_tui(*TINY, "--memory")
    assert (said.status, said.err) == (0, "")
    headings, short, long = said.out.splitlines()[-3:]
    assert headings.split() == ["characters", "peak", "memory"]
    assert re.fullmatch(r" +10 +[\d.]+ MiB", short)
    assert re.fullmatch(r" +2,000 +[\d.]+ MiB", long)
    found = json.loads(rnn_tui(*TINY, "--memory", "--json").out)["memory"]
    assert [one["characters"] for one in found] == [10, 2000]
    assert all(one["bytes"] > 2**20 for one in found)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--vocabulary", "1"), "1 is not in the range 2<=x<=65536"),
        (("--hidden", "0"), "0 is not in the range 1<=x<=4096"),
        (("--seconds", "0"), "0.0 is not in the range 0<x<=3600"),
        (("--seconds", "nan"), "it must be a number of seconds"),
    ],
)
def test_sizes_out_of_range_are_refused(rnn_tui: Run, words, message: str) -> None:
    assert message in rnn_tui("bench", "sample", *words).complaint


def test_a_part_that_there_is_not_is_refused(rnn_tui: Run) -> None:
    assert "No such command 'nothing'" in rnn_tui("bench", "nothing").complaint


def test_numpy_is_loaded_with_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    command = [sys.executable, "-c", WATCHED, *TINY]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert said.stdout.splitlines()[0] == "1"
    assert len(said.stdout.splitlines()) == 8
