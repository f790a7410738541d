"""What ``rnn-tui resume`` says where a run goes on otherwise than it was begun."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from rnn_tui.monitoring.monitor import Monitor
from rnn_tui.runs.blas import blas_name
from rnn_tui.runs.directory import RunDirectory

from .conftest import SMALL, TINY, Run, finished

TRAIN = ("train", TINY, *SMALL, "--steps", "10", "--name", "a")
GO_ON = ("resume", "a", "--headless", "--steps", "15")


def replaced(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_where_nothing_changed_there_is_nothing_to_say(rnn_tui: Run) -> None:
    rnn_tui(*TRAIN)
    said = rnn_tui(*GO_ON)
    assert (said.status, said.err) == (0, "")
    assert "bit for bit" not in said.out
    assert "settings were" not in said.out


@pytest.mark.parametrize("steps", ["10", "4"])
def test_a_run_that_has_made_its_steps_says_so(rnn_tui: Run, steps: str) -> None:
    rnn_tui(*TRAIN)
    said = rnn_tui("resume", "a", "--headless", "--steps", steps)
    assert said.status == 0
    assert said.out.splitlines()[1] == "it has made 10 steps: none are left"


@pytest.mark.skipif("openblas" not in blas_name(), reason="only OpenBLAS has its kernel chosen so")
def test_another_kernel_of_the_linear_algebra_is_said_in_one_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert finished(*TRAIN).status == 0
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Prescott")
    said = finished(*GO_ON)
    assert (said.status, said.err) == (0, "")
    (line,) = [line for line in said.out.splitlines() if "bit for bit" in line]
    assert re.fullmatch(r"not bit for bit: BLAS \w+ → \w+", line)


@pytest.mark.parametrize("how", [(), ("--headless",)])
def test_a_run_that_another_program_trains_is_not_resumed_here(
    rnn_tui: Run, folder: Path, how: tuple[str, ...]
) -> None:
    Monitor("mine", runs=folder).close()
    refused = "run mine was trained by another program: rnn-tui attach mine"
    assert rnn_tui("resume", "mine", *how).complaint == refused


def test_settings_that_were_edited_are_said(rnn_tui: Run, folder: Path) -> None:
    rnn_tui(*TRAIN)
    replaced(folder / "a" / "config.toml", "momentum = 0.9", "momentum = 0.8")
    said = rnn_tui(*GO_ON)
    assert said.out.splitlines()[1] == "the settings were changed: momentum 0.9 → 0.8"


def test_another_text_is_refused_even_where_the_run_says_it_is_its_own(
    rnn_tui: Run, folder: Path
) -> None:
    rnn_tui(*TRAIN)
    run = RunDirectory(folder / "a")
    text = run.text_file.read_bytes().replace(b"e", b"*").replace(b"a", b"e").replace(b"*", b"a")
    run.text_file.write_bytes(text)
    facts = json.loads(run.facts_file.read_text())
    facts["text_sha256"] = hashlib.sha256(text).hexdigest()
    run.facts_file.write_text(json.dumps(facts))
    said = rnn_tui(*GO_ON)
    assert (said.status, said.out) == (3, "")
    assert "the checkpoint of step 10 was trained on another text" in said.err


def test_a_damaged_checkpoint_is_passed_over_and_said(rnn_tui: Run, folder: Path) -> None:
    rnn_tui(*TRAIN, "--checkpoint-every", "4")
    newest = folder / "a" / "checkpoints" / "step-000000010.safetensors"
    newest.write_bytes(newest.read_bytes()[:-1])
    said = rnn_tui(*GO_ON)
    assert (said.status, said.err) == (0, "")
    assert "it goes on from step 8, for a later checkpoint is lost" in said.out


def test_checkpoints_to_keep_are_an_option(rnn_tui: Run, folder: Path) -> None:
    rnn_tui(*TRAIN, "--keep-every", "2", "--evaluate-every", "0")
    kept = sorted(path.stem for path in (folder / "a" / "checkpoints").glob("*.json"))
    assert kept == ["best", *(f"step-{step:09}" for step in (2, 4, 6, 8, 10))]
