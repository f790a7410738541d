from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from .conftest import SMALL, TINY, Run, Said, finished

WALK = ("step", "hello")
WALK_KEYS = {"index", "phase", "t", "layer", "name", "formula", "operands", "value"}


def walked(said: Said) -> list[dict[str, Any]]:
    """What --json wrote."""
    assert (said.status, said.err) == (0, "")
    return [json.loads(line) for line in said.out.splitlines()]


def title(said: Said) -> str:
    assert (said.status, said.err) == (0, "")
    return said.out.splitlines()[0]


@pytest.fixture
def run(rnn_tui: Run) -> str:
    """The name of a run of twelve steps."""
    rnn_tui("train", TINY, *SMALL, "--steps", "12", "--name", "otter")
    return "otter"


# -- output ----------------------------------------------------------------------------------------


def test_json_is_an_operation_a_line(rnn_tui: Run) -> None:
    walk = walked(rnn_tui(*WALK, "--json"))
    assert [stop["index"] for stop in walk] == list(range(len(walk)))
    assert list(dict.fromkeys(stop["phase"] for stop in walk)) == [
        *("forward", "loss", "backward", "sum", "clip", "update"),
    ]
    assert set(walk[0]) == WALK_KEYS


def test_print_is_the_same_walk_in_words(rnn_tui: Run) -> None:
    lines = rnn_tui(*WALK, "--print").out.splitlines()
    count = len(walked(rnn_tui(*WALK, "--json")))
    assert sum(f"/{count}  " in line for line in lines) == count
    assert "    h_3 = tanh(z_3)" in lines


def test_the_same_seed_is_the_same_walk_and_another_one_is_not(rnn_tui: Run) -> None:
    first = rnn_tui(*WALK, "--json", "--seed", "3")
    assert rnn_tui(*WALK, "--json", "--seed", "3") == first
    assert rnn_tui(*WALK, "--json", "--seed", "4").out != first.out


def test_numbers_have_the_digits_that_are_asked_for(rnn_tui: Run) -> None:
    exact = walked(rnn_tui(*WALK, "--json"))
    short = walked(rnn_tui(*WALK, "--json", "--digits", "3"))
    assert short[0]["value"][0][0] == float(f"{exact[0]['value'][0][0]:.3g}")
    assert "…" not in rnn_tui(*WALK, "--print", "--full").out


def test_a_script_is_carried_out_without_a_terminal(rnn_tui: Run, tmp_path: Path) -> None:
    (tmp_path / "script").write_text("# a comment\ngo dz_2\nwhere\n")
    said = rnn_tui(*WALK, "--script", tmp_path / "script")
    assert (said.status, said.err) == (0, "")
    assert "> where" in said.out
    assert "back through tanh, t = 2" in said.out


def test_a_script_that_fails_says_in_which_line(rnn_tui: Run, tmp_path: Path) -> None:
    (tmp_path / "script").write_text("where\nfly\n")
    said = rnn_tui(*WALK, "--script", tmp_path / "script")
    assert said.status == 2
    assert said.err.startswith("rnn-tui: line 2, 'fly': ")
    assert "cannot read the script" in rnn_tui(*WALK, "--script", "nothing").complaint


def test_standard_input_can_be_the_text_or_the_script() -> None:
    command = [sys.executable, "-m", "rnn_tui", "step"]
    text = subprocess.run(
        [*command, "-", "--json"], input="abcab", text=True, capture_output=True, check=True
    )
    assert len(json.loads(text.stdout.splitlines()[0])["operands"]["W_xh"]) == 3
    script = subprocess.run(
        [*command, "abc", "--script", "-"],
        input="where",
        text=True,
        capture_output=True,
        check=True,
    )
    assert "> where" in script.stdout


def test_who_stops_reading_ends_it_quietly() -> None:
    command = [sys.executable, "-m", "rnn_tui", "step", "hello " * 40, "--text", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b'{"index": 0')
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=30) == 128 + signal.SIGPIPE


def test_an_old_terminal_gets_the_walk_too() -> None:
    environ = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    said = finished(*WALK, "--print", env=environ, encoding="latin-1")
    assert (said.status, said.err) == (0, "")
    assert "tanh" in said.out


# -- what is walked through ------------------------------------------------------------------------


def test_a_run_comes_before_a_file_and_a_file_before_words(
    rnn_tui: Run, run: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "otter").write_text("a file that is called like a run")
    (tmp_path / "story").write_text("once upon a time")
    assert title(rnn_tui("step", "otter", "--print")) == "otter · step 13"
    assert title(rnn_tui("step", "./otter", "--print")).startswith("otter · fresh weights")
    assert title(rnn_tui("step", "story", "--print")).startswith("story · fresh weights")
    assert title(rnn_tui("step", "story", "--text", "--print")).startswith("“story” · fresh")
    assert title(rnn_tui("step", "otters", "--print")).startswith("“otters” · fresh")
    for mistyped in ("./story.txt", "storey.txt"):
        told = title(rnn_tui("step", mistyped, "--print"))
        assert "(no such file: read as the text itself) · fresh" in told
        assert "no such" not in title(rnn_tui("step", mistyped, "--text", "--print"))
    assert "no such" not in title(rnn_tui("step", "The end. Of 3.5", "--print"))


def test_a_run_is_entered_at_a_step_and_a_row(rnn_tui: Run, run: str, folder: Path) -> None:
    said = rnn_tui("step", folder / run, "--at", "5", "--row", "2", "--print")
    assert title(said) == "otter · step 5"
    assert ", row 2 of 2, " in said.out.splitlines()[1]
    walk = walked(rnn_tui("step", run, "--json"))
    assert np.shape(walk[0]["value"]) == (1, 8)
    assert walk[-1]["phase"] == "update"


def test_words_are_read_with_the_weights_of_a_run(rnn_tui: Run, run: str) -> None:
    said = rnn_tui("step", "the", "--checkpoint", run, "--json")
    trained = walked(rnn_tui("step", run, "--json"))[0]["operands"]["W_xh"]
    walk = walked(said)
    assert walk[0]["operands"]["W_xh"] == trained
    assert max(stop["t"] for stop in walk) == 2
    complaint = rnn_tui("step", "the \u2603", "--checkpoint", run, "--json").complaint
    assert "vocabulary has no “☃”" in complaint


def test_a_pytorch_network_is_walked_through(rnn_tui: Run, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    shapes = {"weight_ih_l0": (6, 3), "weight_hh_l0": (6, 6), "bias_ih_l0": (6,)}
    state = {f"rnn.{name}": rng.standard_normal(shape) for name, shape in shapes.items()}
    state |= {"fc.weight": rng.standard_normal((3, 6)), "fc.bias": rng.standard_normal(3)}
    safetensors.numpy.save_file(state, tmp_path / "model.safetensors")
    said = rnn_tui("step", "abca", "--weights", tmp_path / "model.safetensors", "--json")
    first = walked(said)[0]
    assert first["operands"]["W_xh"] == state["rnn.weight_ih_l0"].T.tolist()
    other = rnn_tui(
        *("step", "xyx", "--weights", tmp_path / "model.safetensors", "--vocabulary", "zyx"),
        *("--cell", "relu", "--print"),
    )
    assert "relu" in other.out.splitlines()[1]


# -- mistakes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("", "--print"), "fewer than two symbols"),
        (("a", "--print"), "fewer than two symbols"),
        (("ab" * 300, "--print"), "600 symbols"),
        (("hello",), "needs a terminal"),
        (("hello", "--print", "--json"), "choose one"),
        (("hello", "--json", "--full"), "--full goes with --print"),
        (("hello", "--script", "x", "--digits", "3"), "--digits goes with"),
        (("-", "--script", "-"), "cannot both be standard input"),
        (("nobody", "--at", "3", "--print"), "no run 'nobody'"),
        (("hello", "--checkpoint", "nobody", "--print"), "no run 'nobody'"),
        (("hello", "--checkpoint", "a", "--weights", "b", "--print"), "two networks"),
        (("hello", "--weights", "nothing", "--hidden", "3", "--print"), "--hidden does not go"),
        (("hello", "--hidden", "0", "--print"), "hidden = 0 is not allowed"),
        (("hello", "--window", "513", "--print"), "513 is not in the range"),
        (("hello", "--weights", TINY, "--print"), "is no safetensors file"),
        (("abc", "--vocabulary", "cb", "--print"), "--vocabulary has no “a”"),
    ],
)
def test_a_mistake_is_one_line_that_says_which(
    rnn_tui: Run, arguments: tuple[str, ...], told: str
) -> None:
    assert told.lower() in rnn_tui("step", *arguments).complaint.lower()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--hidden", "3"), "--hidden does not go with a run"),
        (("--at", "99"), "step 99 is not among them"),
        (("--row", "3"), "reads 2 rows"),
    ],
)
def test_what_a_run_does_not_have_is_refused(
    rnn_tui: Run, run: str, arguments: tuple[str, ...], told: str
) -> None:
    assert told in rnn_tui("step", run, "--print", *arguments).complaint


def test_a_file_that_is_gone_is_a_matter_of_storage(rnn_tui: Run) -> None:
    said = rnn_tui(*WALK, "--weights", "nothing", "--print")
    assert said.status == 4
    assert "there is no file nothing: " in said.err


def test_the_network_of_pencil_and_paper_needs_no_text(rnn_tui: Run) -> None:
    walk = walked(rnn_tui("step", "--tiny", "--json"))
    assert walk[0]["operands"]["W_xh"] == [[0.6, -0.4], [-0.3, 0.8], [0.5, 0.2]]
    assert walk[-1]["phase"] == "update"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "needs a TEXT or a RUN"),
        (("--tiny", "hello"), "brings its own text"),
        (("--tiny", "--hidden", "3"), "--hidden does not go with --tiny"),
    ],
)
def test_what_is_walked_through_must_be_said_once(
    rnn_tui: Run, arguments: tuple[str, ...], words: str
) -> None:
    said = rnn_tui("step", *arguments, "--print")
    assert said.status == 2
    assert words in said.err


# -- help ------------------------------------------------------------------------------------------


def test_the_help_fits_in_80_columns_and_names_every_option(
    rnn_tui: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rnn_tui.cli.step import step

    monkeypatch.setenv("COLUMNS", "80")
    said = rnn_tui("step", "--help")
    assert (said.status, said.err) == (0, "")
    assert max(map(len, said.out.splitlines())) <= 80
    options = {name for parameter in step.params for name in parameter.opts if name[0] == "-"}
    assert options <= set(said.out.split())
    assert "weight_ih_l{k}" in said.out


def test_a_shell_completes_runs_and_files(rnn_tui: Run, run: str) -> None:
    from click import Context

    from rnn_tui.cli.step import complete_what, step

    context, argument = Context(step), step.params[0]
    assert [item.value for item in complete_what(context, argument, "ot")] == ["otter"]
    assert [item.type for item in complete_what(context, argument, "./o")] == ["file"]
