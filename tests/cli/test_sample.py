from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rnn_tui.runs.directory import RunDirectory
from rnn_tui.sampling import sources
from rnn_tui.sampling.engine import Engine
from rnn_tui.sampling.settings import Settings
from rnn_tui.sampling.weights import from_checkpoint
from rnn_tui.training.sockets import socket_path
from rnn_tui.training.starting import start_server
from tests.training.serving import Caller, wait_for

from .conftest import SMALL, TINY, Run, Said, finished

KEYS = [
    *("text", "step", "drawn", "symbol", "probability", "entropy_bits", "surprise_bits", "rank"),
]
COMMAND = [sys.executable, "-m", "rnn_tui", "sample"]


@pytest.fixture
def run(rnn_tui: Run) -> str:
    """The name of a run of twelve steps."""
    rnn_tui("train", TINY, *SMALL, "--steps", "12", "--name", "otter")
    return "otter"


def text(said: Said) -> str:
    assert (said.status, said.err) == (0, "")
    return said.out


def lines(said: Said) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text(said).splitlines()]


# -- texts -----------------------------------------------------------------------------------------


def test_it_writes_so_many_characters_and_nothing_else(rnn_tui: Run, run: str) -> None:
    assert len(text(rnn_tui("sample", run, "-n", "77"))) == 77
    assert len(text(rnn_tui("sample", run))) == 500
    assert text(rnn_tui("sample", run, "-n", "0")) == ""


def test_the_text_is_that_of_the_screen(rnn_tui: Run, run: str, folder: Path) -> None:
    said = rnn_tui("sample", run, "-n", "60", "--seed", "5", "--prompt", "the ", "--top-k", "9")
    weights = from_checkpoint(RunDirectory(folder / run))
    engine = Engine(weights, Settings(length=60, seed=5, top_k=9))
    marks = [*engine.prompt("the "), *engine]
    assert text(said) == weights.vocabulary.decode(mark.symbol for mark in marks)


def test_the_seed_decides_and_the_newest_run_is_taken(rnn_tui: Run, run: str) -> None:
    first = text(rnn_tui("sample", run))
    assert text(rnn_tui("sample")) == first
    assert text(rnn_tui("sample", "--seed", "1")) != first


def test_several_texts_stand_between_dashes(rnn_tui: Run, run: str) -> None:
    one, two = text(rnn_tui("sample", run, "-n", "30", "--count", "2")).split("\n----\n")
    assert (one, len(two)) == (text(rnn_tui("sample", run, "-n", "30")), 30)
    assert one != two


def test_it_ends_behind_what_it_is_to_stop_at(rnn_tui: Run, run: str) -> None:
    whole = text(rnn_tui("sample", run))
    assert text(rnn_tui("sample", run, "--stop", "e")) == whole[: whole.index("e") + 1]


def test_the_prompt_stands_in_front_without_what_was_never_seen(rnn_tui: Run, run: str) -> None:
    said = rnn_tui("sample", run, "--prompt", "a€b\x1b", "-n", "3")
    assert said.out.startswith("ab")
    assert len(said.out) == 5
    expected = "rnn-tui: left out of the prompt, the network has never seen it: € ␛\n"
    assert said.err == expected


def test_the_prompt_can_come_through_a_pipe(run: str) -> None:
    command = [*COMMAND, run, "--prompt", "-", "-n", "2"]
    said = subprocess.run(command, input="the cat", text=True, capture_output=True, check=True)
    assert said.stdout.startswith("the cat")
    broken = subprocess.run(command, input=b"ab\xff", capture_output=True, check=False)
    assert broken.returncode == 2
    assert broken.stderr.startswith(b"rnn-tui: the prompt is not UTF-8 at byte 2")


def test_who_stops_reading_ends_it_quietly_and_sees_the_text_come(run: str) -> None:
    command = [*COMMAND, run, "-n", "900000000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert len(process.stdout.read(2000)) == 2000
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=30) == 128 + signal.SIGPIPE


def test_bytes_are_bytes_in_a_pipe(rnn_tui: Run, tmp_path: Path) -> None:
    (tmp_path / "bytes").write_bytes(bytes(range(128, 256)) * 20)
    path = tmp_path / "bytes"
    rnn_tui("train", path, *SMALL, "--symbols", "byte", "--steps", "2", "--name", "bytes")
    said = subprocess.run([*COMMAND, "bytes", "-n", "64"], capture_output=True, check=True)
    assert len(said.stdout) == 64
    assert min(said.stdout) >= 128


def test_a_terminal_gets_nothing_that_acts_on_it(rnn_tui: Run, tmp_path: Path) -> None:
    (tmp_path / "acts").write_text("\x1b[2J\x07" * 200)
    rnn_tui("train", tmp_path / "acts", *SMALL, "--steps", "2", "--name", "acts")
    raw = subprocess.run([*COMMAND, "acts"], capture_output=True, check=True).stdout
    mine, its = pty.openpty()
    with subprocess.Popen([*COMMAND, "acts"], stdout=its, stderr=its) as process:
        os.close(its)
        shown = b""
        try:
            while part := os.read(mine, 4096):
                shown += part
        except OSError:  # its end is closed
            os.close(mine)
        assert process.wait(timeout=30) == 0
    assert b"\x1b" in raw
    assert b"\x1b" not in shown
    assert shown.decode().startswith("acts · step 2\r\n")


# -- what the network made of it -------------------------------------------------------------------


def test_json_is_a_character_a_line_the_prompt_too(rnn_tui: Run, run: str) -> None:
    how = ("sample", run, "-n", "20", "--prompt", "the", "--seed", "3")
    found = lines(rnn_tui(*how, "--json", "--count", "2"))
    first = [line for line in found if line["text"] == 1]
    assert "".join(line["symbol"] for line in first) == text(rnn_tui(*how))
    assert [line["drawn"] for line in first] == [False] * 3 + [True] * 20
    assert len(found) == 46
    assert {tuple(line) for line in found} == {tuple(KEYS)}


def test_json_has_the_numbers_of_the_screen(rnn_tui: Run, run: str, folder: Path) -> None:
    how = ("--temperature", "0.5", "--top-p", "0.9", "--prompt", "the")
    found = lines(rnn_tui("sample", run, "-n", "40", "--json", *how))
    settings = Settings(temperature=0.5, top_p=0.9, length=40)
    engine = Engine(from_checkpoint(RunDirectory(folder / run)), settings)
    for line, mark in zip(found, [*engine.prompt("the"), *engine], strict=True):
        assert line["rank"] == mark.rank
        assert line["probability"] == pytest.approx(mark.probability, rel=1e-5)
        assert line["entropy_bits"] == pytest.approx(mark.entropy, rel=1e-5, abs=1e-9)
        assert line["surprise_bits"] == pytest.approx(mark.surprise, rel=1e-5)


def test_a_text_is_scored(rnn_tui: Run, run: str, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("the cat € sat")
    found = lines(rnn_tui("sample", run, "--score", tmp_path / "text", "--json"))
    total, characters = found[-1]["total"], found[:-1]
    assert "".join(line["symbol"] for line in characters) == "the cat  sat"
    assert total["bits"] == pytest.approx(sum(line["surprise_bits"] for line in characters))
    assert total["perplexity"] == pytest.approx(2 ** (total["bits"] / 12))
    assert (total["characters"], total["left_out"], total["missing"]) == (12, 1, ["€"])
    words = text(rnn_tui("sample", run, "--score", tmp_path / "text")).splitlines()
    assert words[0].split() == ["weights", "otter", "·", "step", "12"]
    assert f"{total['bits_per_character']:.4f}" in words[3]
    assert words[5] == "left out            1: the network has never seen €"


def test_what_was_sampled_scores_as_it_was_written(rnn_tui: Run, run: str) -> None:
    drawn = lines(rnn_tui("sample", run, "--json", "-n", "300"))
    written = "".join(line["symbol"] for line in drawn).encode()
    scored = subprocess.run(
        [*COMMAND, run, "--score", "-", "--json"], input=written, capture_output=True, check=True
    )
    total = json.loads(scored.stdout.splitlines()[-1])["total"]
    assert total["bits"] == pytest.approx(sum(line["surprise_bits"] for line in drawn), rel=1e-4)


# -- which weights ---------------------------------------------------------------------------------


def test_a_step_without_a_checkpoint_is_made_again(rnn_tui: Run, run: str) -> None:
    rnn_tui("train", TINY, *SMALL, "--steps", "7", "--name", "shorter")
    assert text(rnn_tui("sample", run, "--at", "7")) == text(rnn_tui("sample", "shorter"))
    assert text(rnn_tui("sample", run, "--at", "12")) == text(rnn_tui("sample", run))
    assert text(rnn_tui("sample", run, "--at", "0")) != text(rnn_tui("sample", run))


def test_a_run_that_is_being_trained_gives_its_weights_and_goes_on(
    rnn_tui: Run, run: str, folder: Path
) -> None:
    directory = RunDirectory(folder / run)
    process = start_server(directory, resume=True, steps=0, owned=False)
    try:
        wait_for(lambda: socket_path(directory.path).exists() and directory.holder())
        with Caller(socket_path(directory.path)).greet() as caller:
            wait_for(lambda: caller.status().step > 50)
            found = lines(rnn_tui("sample", run, "--json", "-n", "1"))
            assert 50 <= found[0]["step"] <= caller.status().step
            assert caller.status().phase == "training"
    finally:
        process.kill()
        process.wait()


def test_a_trainer_that_cannot_be_reached_leaves_the_last_checkpoint(
    rnn_tui: Run, run: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "LIVE_SECONDS", 0.1)
    alone = text(rnn_tui("sample", run))
    with RunDirectory(folder / run).lock():
        said = rnn_tui("sample", run)
    assert (said.status, said.out) == (0, alone)
    assert said.err.startswith("rnn-tui: otter: its trainer gave no weights, the last checkpoint")


# -- what is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--temperature", "-1"), "temperature must be 0 or positive"),
        (("--temperature", "nan"), "temperature must be a number"),
        (("--temperature", ""), "temperature must be a number, not nothing"),
        (("--top-p", "0"), "top-p must be above 0"),
        (("-n", "-3"), "length must be 0 to"),
        (("--seed", "x"), "seed must be a whole number, not 'x'"),
        (("--score", "no-such-file"), "no-such-file"),
        (("--score", TINY, "--top-k", "3"), "--top-k does not go with --score"),
        (("--score", TINY, "-n", "3"), "-n does not go with --score"),
        (("--at", "13"), "otter has no checkpoint of step 13: there are steps 0, 12"),
    ],
)
def test_what_cannot_be_is_one_line(
    rnn_tui: Run, run: str, arguments: tuple[str, ...], complaint: str
) -> None:
    assert complaint in rnn_tui("sample", run, *arguments).complaint


def test_without_a_run_it_says_what_makes_one(rnn_tui: Run) -> None:
    assert "rnn-tui train makes one" in rnn_tui("sample").complaint
    assert "no run 'ottre'" in rnn_tui("sample", "ottre").complaint


def test_an_old_terminal_gets_its_text_too(run: str) -> None:
    environ = {**os.environ, "PYTHONIOENCODING": "ascii"}
    said = finished("sample", run, "--prompt", "a€", "-n", "5", env=environ)
    assert (said.status, len(said.out)) == (0, 6)
