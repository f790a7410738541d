from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.exchange import read_network
from rnn_tui.sampling.weights import from_checkpoint
from tests.extras import needs

from .conftest import SMALL, TINY, Run


@pytest.fixture
def run(rnn_tui: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a run of twelve steps; the present folder is an empty one."""
    rnn_tui("train", TINY, *SMALL, "--layers", "2", "--steps", "12", "--name", "otter")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return "otter"


def test_the_file_holds_the_weights_and_symbols_of_the_run(
    rnn_tui: Run, run: str, folder: Path
) -> None:
    said = rnn_tui("export", run, "--to", "pytorch")
    assert (said.status, said.err) == (0, "")
    weights = from_checkpoint(RunDirectory(folder / run))
    found = read_network(Path("otter-12.safetensors"))
    assert all((found.params[name] == value).all() for name, value in weights.params.items())
    assert found.noted_symbols("character") == "".join(weights.vocabulary.symbols)
    assert found.note is not None
    assert (found.note.run, found.note.step) == ("otter", 12)


def test_it_says_how_to_load_it_in_four_lines(rnn_tui: Run, run: str) -> None:
    head, *lines = rnn_tui("export", run, "-o", "a.safetensors").out.splitlines()
    assert head.startswith("otter · step 12: ")
    assert head.endswith("bytes. In PyTorch:")
    assert len(lines) == 4
    assert "torch.nn.RNN(76, 8, 2, nonlinearity='tanh')" in lines[1]
    assert "symbol i is vocabulary[i]" in lines[3]
    compile("\n".join(lines), "lines", "exec")


@needs("pytorch", "torch")
def test_these_lines_load_it(rnn_tui: Run, run: str) -> None:
    lines = rnn_tui("export", run).out.splitlines()[1:]
    command = [sys.executable, "-c", "\n".join([*lines, "print(len(vocabulary), network)"])]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    assert done.stdout.startswith("76 ModuleDict")


@pytest.mark.parametrize("step", [0, 7])
def test_any_step_can_be_exported(rnn_tui: Run, run: str, step: int) -> None:
    rnn_tui("export", run, "--at", step)
    rnn_tui("train", TINY, *SMALL, "--layers", "2", "--steps", step or 1, "--name", "short")
    rnn_tui("export", "short", "--at", step)
    found, expected = (read_network(Path(f"{name}-{step}.safetensors")) for name in (run, "short"))
    assert all((found.params[name] == value).all() for name, value in expected.params.items())


def test_nothing_is_replaced_unasked(rnn_tui: Run, run: str) -> None:
    Path("mine").write_text("mine")
    assert "mine exists" in rnn_tui("export", run, "-o", "mine").complaint
    assert Path("mine").read_text() == "mine"
    assert rnn_tui("export", run, "-o", "mine", "--force").status == 0
    assert read_network(Path("mine")).hidden == 8


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("nobody",), 2, "no run 'nobody'"),
        (("otter", "--at", "13"), 2, "no checkpoint of step 13: there are steps 0, 12"),
        (("otter", "--to", "keras"), 2, "pytorch"),
        (("otter", "-o", "-"), 2, "name a file"),
        (("otter", "-o", "no/such/folder/f"), 4, "the folder does not exist"),
        (("otter", "-o", "."), 4, "it is a folder"),
    ],
)
def test_what_cannot_be_is_one_line(
    rnn_tui: Run, run: str, arguments: tuple[str, ...], status: int, told: str
) -> None:
    said = rnn_tui("export", *arguments)
    assert (said.status, said.err.count("\n"), said.out) == (status, 1, "")
    assert told in said.err
    assert list(Path().iterdir()) == []
