from __future__ import annotations

import contextlib
import shlex
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from rnn_tui.runs.checkpoint import list_checkpoints, load_checkpoint
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import RunError, StorageError
from rnn_tui.runs.metrics import MetricsReader
from rnn_tui.training import saving
from rnn_tui.training.trainer import Trainer

from .conftest import SMALL, TINY, Run, finished, started

A_FEW = ("--steps", "20", "--name", "a")


def wait_for_log(run: RunDirectory) -> None:
    """Until the run is being trained, and something is in its log."""
    wait_for_step(run, 1)


def wait_for_step(run: RunDirectory, step: int) -> None:
    pause = threading.Event()
    for _ in range(2000):
        with contextlib.suppress(RunError), MetricsReader(run.metrics_file) as metrics:
            last = metrics.last()
            if last is not None and last.step >= step:
                return
        pause.wait(0.01)
    raise AssertionError("it did not begin")


def test_training_makes_exactly_the_steps_that_were_asked_for(rnn_tui: Run, folder: Path) -> None:
    said = rnn_tui("train", TINY, *SMALL, "--steps", "20", "--seed", "1", "--name", "a")
    assert (said.status, said.err) == (0, "")
    run = RunDirectory(folder / "a")
    assert list_checkpoints(run.checkpoints) == (20,)
    with MetricsReader(run.metrics_file) as metrics:
        assert [row.step for row in metrics.rows_after(0)] == list(range(1, 21))
        assert [point.step for point in metrics.held_out_after(0)] == [20]


def test_two_such_runs_leave_equal_bytes(rnn_tui: Run, tmp_path: Path) -> None:
    left = []
    for place in ("one", "two"):
        runs = tmp_path / place
        rnn_tui("train", TINY, *SMALL, *A_FEW, "--seed", "1", "--runs", runs)
        left.append((runs / "a" / "checkpoints" / "step-000000020.safetensors").read_bytes())
    assert left[0] == left[1]


def test_it_says_what_it_trains_where_it_is_and_how_to_go_on(rnn_tui: Run, folder: Path) -> None:
    lines = rnn_tui("train", TINY, *SMALL, *A_FEW).out.splitlines()
    assert lines[0] == "training a: tiny.txt, 7,127 symbols (76 distinct), 1,364 weights"
    assert lines[1].startswith("step 20  loss ")
    assert lines[2:] == [
        f"run a: saved step 20 in {folder / 'a'}",
        "go on with: rnn-tui resume a --steps 40",
    ]


def test_how_to_go_on_names_a_folder_that_is_not_the_usual_one(
    rnn_tui: Run, tmp_path: Path
) -> None:
    said = rnn_tui("train", TINY, *SMALL, *A_FEW, "--runs", tmp_path / "my runs")
    assert said.out.endswith(f"rnn-tui resume a --runs '{tmp_path}/my runs' --steps 40\n")
    complaint = rnn_tui("train", TINY, *SMALL, *A_FEW, "--runs", tmp_path / "my runs").complaint
    assert f"(rnn-tui resume a --runs '{tmp_path}/my runs')" in complaint


def test_what_to_do_without_a_terminal_is_a_command_that_works(rnn_tui: Run, folder: Path) -> None:
    rnn_tui("train", TINY, *SMALL, *A_FEW)
    complaint = rnn_tui("resume", folder / "a", "--steps", "25").complaint
    assert complaint.endswith("use rnn-tui resume a --steps 25 --headless here")
    hint = complaint.partition("use rnn-tui ")[2].removesuffix(" here")
    assert "saved step 25" in rnn_tui(*shlex.split(hint)).out


def test_how_to_go_on_after_an_interruption_names_the_steps_that_were_asked_for(
    rnn_tui: Run, folder: Path
) -> None:
    rnn_tui("train", TINY, *SMALL, *A_FEW)
    with started("resume", "a", "--headless", "--steps", "900000000") as process:
        wait_for_step(RunDirectory(folder / "a"), 21)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=20)
    assert out.endswith("go on with: rnn-tui resume a --steps 900000000\n")


def test_the_text_may_come_through_standard_input(folder: Path) -> None:
    with Path(TINY).open() as text:
        said = finished("train", "-", *SMALL, *A_FEW, stdin=text)
    assert said.status == 0
    assert RunDirectory(folder / "a").text() == Path(TINY).read_bytes()


def test_the_text_may_be_a_folder(rnn_tui: Run, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text("ab" * 200)
    (tmp_path / "texts" / "b.md").write_text("cd" * 200)
    said = rnn_tui("train", tmp_path / "texts", "--pattern", "*.md", *SMALL, *A_FEW)
    assert said.status == 0
    assert RunDirectory(folder / "a").text() == b"cd" * 200


def test_without_a_text_a_built_in_one_is_trained_on(rnn_tui: Run, folder: Path) -> None:
    said = rnn_tui("train", "--corpus", "brackets", *SMALL, *A_FEW)
    assert said.status == 0, said.err
    assert RunDirectory(folder / "a").facts().text_name == "brackets"


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(
    rnn_tui: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "run.toml"
    file.write_text("hidden = 5\nbatch = 3\nwindow = 7\nsteps = 4\n")
    monkeypatch.setenv("RNN_TUI_CONFIG", str(file))
    monkeypatch.setenv("RNN_TUI_BATCH", "2")
    monkeypatch.setenv("RNN_TUI_WINDOW", "6")
    assert rnn_tui("train", TINY, "--window", "9", "--name", "a").status == 0
    config = RunDirectory(folder / "a").config()
    assert (config.hidden, config.batch, config.window, config.steps) == (5, 2, 9, 4)


def test_a_file_may_say_where_runs_are_kept(
    rnn_tui: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "run.toml"
    file.write_text(f'runs = "{tmp_path}/kept"\n')
    monkeypatch.delenv("RNN_TUI_RUNS")
    assert rnn_tui("train", TINY, *SMALL, *A_FEW, "--config", file).status == 0
    assert RunDirectory(tmp_path / "kept" / "a").facts().text_name == "tiny.txt"
    monkeypatch.setenv("RNN_TUI_CONFIG", str(file))
    assert rnn_tui("runs").out.splitlines()[1].startswith("a  ")


def test_a_name_that_is_taken_is_refused(rnn_tui: Run) -> None:
    assert rnn_tui("train", TINY, *SMALL, *A_FEW).status == 0
    assert "run a exists" in rnn_tui("train", TINY, *SMALL, *A_FEW).complaint


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_saves_and_says_how_to_go_on(
    folder: Path, number: signal.Signals, status: int
) -> None:
    with started("train", TINY, *SMALL, "--name", "a") as process:
        wait_for_log(RunDirectory(folder / "a"))
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (status, "")
    assert out.endswith("go on with: rnn-tui resume a\n")
    assert load_checkpoint(folder / "a" / "checkpoints").checkpoint.step > 0


def test_a_signal_that_was_ignored_stays_ignored(folder: Path) -> None:
    code = (
        "import signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN);"
        "from rnn_tui.cli import main; main(sys.argv[1:])"
    )
    command = [sys.executable, "-c", code, "train", TINY, *SMALL, "--name", "a"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        wait_for_log(RunDirectory(folder / "a"))
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert process.returncode == 143


# -- when nobody is there to help ----------------------------------------------------------------


def test_a_disk_that_is_full_ends_it_with_the_reason(
    rnn_tui: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StorageError("cannot write it: no space left: free some space and save again")

    monkeypatch.setattr(saving, "save_checkpoint", full)
    said = rnn_tui("train", TINY, *SMALL, *A_FEW, "--checkpoint-every", "5")
    assert said.status == 4
    assert said.err == ("rnn-tui: cannot write it: no space left: free some space and save again\n")


def test_a_network_that_diverges_ends_it_with_the_reason(
    rnn_tui: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    applied = Trainer.step

    def broken(trainer: Trainer) -> object:
        trainer.workspace.loss_and_gradients = lambda *_: float("nan")  # type: ignore[method-assign]
        return applied(trainer)

    monkeypatch.setattr(Trainer, "step", broken)
    said = rnn_tui("train", TINY, *SMALL, "--name", "a")
    assert said.status == 1
    assert "steps in a row were not finite" in said.err
    assert said.err.count("\n") == 1


# -- resume --------------------------------------------------------------------------------------


def test_a_resumed_run_equals_one_that_never_stopped(rnn_tui: Run, folder: Path) -> None:
    rnn_tui("train", TINY, *SMALL, "--steps", "35", "--name", "whole")
    rnn_tui("train", TINY, *SMALL, "--steps", "20", "--name", "parts")
    said = rnn_tui("resume", "parts", "--headless", "--steps", "35")
    assert (said.status, said.err) == (0, "")
    left = [
        (folder / name / "checkpoints" / "step-000000035.safetensors").read_bytes()
        for name in ("whole", "parts")
    ]
    assert left[0] == left[1]


def test_a_run_may_be_named_by_its_path(rnn_tui: Run, folder: Path) -> None:
    rnn_tui("train", TINY, *SMALL, *A_FEW)
    said = rnn_tui("resume", f"{folder}/a", "--headless", "--steps", "25")
    assert "saved step 25" in said.out


def test_a_run_that_is_complete_says_so_and_stays(rnn_tui: Run) -> None:
    rnn_tui("train", TINY, *SMALL, *A_FEW)
    for steps in ((), ("--steps", "5")):
        said = rnn_tui("resume", "a", "--headless", *steps)
        assert (said.status, said.err) == (0, "")
        assert said.out.endswith("go on with: rnn-tui resume a --steps 40\n")


def test_a_run_that_is_being_trained_is_not_resumed(rnn_tui: Run, folder: Path) -> None:
    with started("train", TINY, *SMALL, "--name", "a") as process:
        wait_for_log(RunDirectory(folder / "a"))
        complaint = rnn_tui("resume", "a", "--headless").complaint
        assert f"is being trained by process {process.pid}: rnn-tui attach a" in complaint
        process.terminate()
        process.communicate(timeout=20)


def test_a_damaged_run_ends_with_the_status_for_that(rnn_tui: Run, folder: Path) -> None:
    rnn_tui("train", TINY, *SMALL, *A_FEW)
    data = folder / "a" / "checkpoints" / "step-000000020.safetensors"
    data.write_bytes(data.read_bytes()[:-1])
    said = rnn_tui("resume", "a", "--headless")
    assert (said.status, said.err.count("\n")) == (3, 1)
    assert str(data) in said.err


def test_what_a_runs_folder_is_called_cannot_act_on_the_terminal(
    rnn_tui: Run, folder: Path
) -> None:
    rnn_tui("train", TINY, *SMALL, *A_FEW)
    odd = (folder / "a").rename(folder / "\x1b]0;pwned\x07\x1b[31mx")
    assert rnn_tui("resume", odd, "--headless", "--steps", "25").complaint.isprintable()
