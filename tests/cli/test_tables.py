"""``runs`` and ``check``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rnn_tui.cli.table import print_table
from rnn_tui.core.cells.rnn import ElmanLayer
from rnn_tui.monitoring.monitor import Monitor
from rnn_tui.runs.configuration import merge
from rnn_tui.runs.directory import create
from rnn_tui.text.corpus import Corpus, load_paths

from .conftest import SMALL, TINY, Run


def named(name: str) -> Corpus:
    corpus = load_paths([TINY])
    return type(corpus)(**{**vars(corpus), "name": name})


def test_without_runs_it_says_so(rnn_tui: Run, folder: Path) -> None:
    said = rnn_tui("runs")
    assert (said.status, said.out) == (0, f"no runs in {folder}: rnn-tui starts one\n")


def test_runs_are_listed_the_newest_first(rnn_tui: Run) -> None:
    for name in ("old", "new"):
        rnn_tui("train", TINY, *SMALL, "--steps", "20", "--name", name)
    lines = rnn_tui("runs").out.splitlines()
    assert lines[0].split()[:4] == ["run", "state", "step", "loss"]
    assert [line.split()[:3] for line in lines[1:]] == [
        ["new", "finished", "20"],
        ["old", "finished", "20"],
    ]


def test_the_table_says_what_the_json_says(rnn_tui: Run, folder: Path) -> None:
    rnn_tui("train", TINY, *SMALL, "--steps", "20", "--name", "ours")
    with Monitor("theirs", runs=folder) as monitor:
        monitor.log(7, train_loss=1.25, eval_loss=1.5)
    told = [json.loads(line) for line in rnn_tui("runs", "--json").out.splitlines()]
    for line, record in zip(rnn_tui("runs").out.splitlines()[1:], told, strict=True):
        numbers = [f"{record[name]:.3f}" for name in ("loss", "held_out")]
        said = [record["name"], record["state"], str(record["step"]), *numbers]
        assert line.split()[:5] == said


def test_a_broken_run_is_listed_with_the_reason(rnn_tui: Run, folder: Path) -> None:
    (folder / "odd").mkdir(parents=True)
    said = rnn_tui("runs")
    assert said.status == 0
    assert "odd  broken" in said.out
    assert f"odd is broken: cannot read {folder}/odd/run.json" in said.out


@pytest.mark.parametrize(
    "name", ["\x1b]0;x\x07", "[@click=app.quit]x[/]", "a\u202eb\nc", "x" * 9999]
)
def test_hostile_names_of_texts_are_shown_and_do_nothing(
    rnn_tui: Run, folder: Path, name: str
) -> None:
    create(folder, "a", merge({"hidden": 8}), named(name))
    lines = rnn_tui("runs").out.splitlines()
    assert len(lines) == 2
    assert lines[1].isprintable()
    assert len(lines[1]) < 120


def test_a_folder_that_cannot_be_read_is_named(rnn_tui: Run, tmp_path: Path) -> None:
    said = rnn_tui("runs", "--runs", TINY)
    assert (said.status, said.err.count("\n")) == (4, 1)
    assert TINY in said.err


def test_columns_are_aligned_whatever_they_hold(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("a", "number"), [("漢字", "1"), ("x", "1,000")], {"number"})
    assert capsys.readouterr().out == "a     number\n漢字       1\nx      1,000\n"


def test_the_check_prints_a_line_for_each_gradient(rnn_tui: Run) -> None:
    said = rnn_tui("check", "--layers", "2")
    assert (said.status, said.err) == (0, "")
    lines = said.out.splitlines()
    assert [line.split()[0] for line in lines[1:-1]] == [
        *("layer0.W_xh", "layer0.W_hh", "layer0.b_h", "layer1.W_xh", "layer1.W_hh", "layer1.b_h"),
        *("W_hy", "b_y", "state.layer0", "state.layer1"),
    ]
    assert all(line.endswith("agrees") for line in lines[1:-1])
    assert max(map(len, lines)) < 80


@pytest.mark.parametrize("cell", ["tanh", "relu"])
def test_the_check_fails_where_the_backward_pass_is_wrong(
    rnn_tui: Run, cell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    backward = ElmanLayer.backward

    def wrong(layer: ElmanLayer, *given: object) -> object:
        result = backward(layer, *given)  # type: ignore[arg-type]
        layer.d_outputs *= 1.001
        return result

    monkeypatch.setattr(ElmanLayer, "backward", wrong)
    said = rnn_tui("check", "--cell", cell)
    assert said.status == 1
    assert "WRONG" in said.out
