from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rnn_tui import __version__
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.settings import FIELDS

from .conftest import SMALL, TINY, Run, finished, started

runs = importlib.import_module("rnn_tui.cli.runs")  # the package's name for it is the command


def test_the_version(rnn_tui: Run) -> None:
    assert rnn_tui("--version").out == f"rnn-tui, version {__version__}\n"
    assert rnn_tui("-V").status == 0


def test_the_help_lists_every_command_and_every_option(rnn_tui: Run) -> None:
    said = rnn_tui("--help")
    assert said.status == 0
    for command in ("train", "resume", "attach", "runs", "check", "bench", "completion"):
        assert f"\n  {command} " in said.out
    options = [field.option for field in FIELDS.values() if field.name != "text"]
    for option in [*options, "--runs", "--config", "--help", "--version"]:
        assert f"{option} " in said.out
    assert "..." not in said.out.replace("[TEXT ...]", "").replace("[ARGS ...]", "")


@pytest.mark.parametrize(
    "command", ["open", "train", "resume", "attach", "runs", "check", "bench", "completion"]
)
def test_every_command_has_a_help_that_fits_in_80_columns(
    rnn_tui: Run, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    said = rnn_tui(command, "--help")
    assert (said.status, said.err) == (0, "")
    assert max(map(len, said.out.splitlines())) <= 80
    assert rnn_tui(command, "-h") == said


def test_the_help_says_that_a_checkpoint_is_written_every_minute(rnn_tui: Run) -> None:
    assert "steps between checkpoints, at least once a minute" in " ".join(
        rnn_tui("--help").out.split()
    )


def test_the_help_comes_quickly() -> None:
    began = time.monotonic()
    subprocess.run([sys.executable, "-m", "rnn_tui", "--help"], check=True, capture_output=True)
    assert time.monotonic() - began < 1.5  # 0.2 s on an idle machine, and ours may be busy


# -- mistakes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--bogus",), "--bogus"),
        (("train", "--hiden", "8"), "--hidden"),
        (("novle.txt",), "novle.txt"),
        (("train", "novle.txt"), "novle.txt cannot be read: no such file"),
        (("trian",), "trian is neither a file nor a command: did you mean train?"),
        (("train", ""), "a TEXT is empty"),
        (("train", "--hidden", "x"), "'x' is not a valid integer"),
        (("train", "--hidden", "0"), "hidden = 0 is not allowed: a whole number, at least 1"),
        (("train", "--hidden", "8192", "--layers", "16"), "needs about"),
        (("train", "--learning-rate", "nan"), "learning_rate = nan is not allowed"),
        (("train", "--learning-rate", "1e30"), "learning_rate = 1e+30 is not allowed"),
        (("train", "--cell", "lstm"), "'lstm' is not one of"),
        (("train", "--seed", "-1"), "seed = -1 is not allowed"),
        (("train", "--seed", "9" * 40), "seed = 999"),
        (("train", "--name", "../x"), "../x"),
        (("train", "--corpus", "nothing"), "--corpus takes python-docs"),
        (("train", TINY, "--corpus", "brackets"), "a TEXT and --corpus are two texts"),
        (("train", "--config", "nowhere.toml"), "there is no configuration file nowhere"),
        (("train", "--config", "/"), "cannot read /"),
        (("resume", "/", "--headless"), "/ is no run"),
        (("train", "--schedule", "cosine"), "schedule = cosine needs an end"),
        (("train", "--schedule", "cosine", "--steps", "9", "--warmup", "9"), "leaves nothing"),
        (("train", TINY, "--batch", "999"), "use a smaller --batch or --window"),
        (("resume",), "Missing argument 'RUN'"),
        (("resume", "nothing", "--headless"), "no run 'nothing' in"),
        (("resume", "a/b", "--headless"), "no run at '"),
        (("resume", "a", "--headless", "--steps", "-1"), "-1 is not in the range"),
        (("runs", "more"), "unexpected extra argument"),
        (("check", "--hidden", "0"), "0 is not in the range 1<=x<=64"),
        (("completion", "tcsh"), "'tcsh' is not one of"),
    ],
)
def test_a_mistake_is_one_line_that_says_which(
    rnn_tui: Run, arguments: tuple[str, ...], told: str
) -> None:
    said = rnn_tui(*arguments)
    assert told.lower() in said.complaint.lower()


def test_a_mistake_leaves_no_run_behind(rnn_tui: Run, folder: Path) -> None:
    for wrong in (["novle.txt"], [TINY, "--hidden", "0"], [TINY, "--batch", "999"]):
        rnn_tui("train", *wrong)
    assert not folder.exists() or not list(folder.iterdir())


def test_what_a_name_holds_cannot_act_on_the_terminal(rnn_tui: Run) -> None:
    complaint = rnn_tui("train", "\x1b]0;x\x07\n[/]\u202e\udcff").complaint
    assert complaint.isprintable()
    assert "[/]" in complaint


def test_a_bad_configuration_file_is_named_with_its_line(rnn_tui: Run, tmp_path: Path) -> None:
    file = tmp_path / "run.toml"
    file.write_text("layers = 1\nhiden = 8\n")
    complaint = rnn_tui("train", TINY, "--config", file).complaint
    assert f"{file}, line 2: 'hiden' is not a setting: did you mean hidden?" in complaint
    file.write_text("hidden = ")
    assert f"{file}: not TOML" in rnn_tui("train", TINY, "--config", file).complaint


def test_a_bad_variable_is_named(rnn_tui: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RNN_TUI_HIDDEN", "many")
    assert "RNN_TUI_HIDDEN = 'many' is not allowed" in rnn_tui("train", TINY).complaint
    monkeypatch.delenv("RNN_TUI_HIDDEN")
    monkeypatch.setenv("RNN_TUI_HIDEN", "8")
    assert "did you mean RNN_TUI_HIDDEN?" in rnn_tui("train", TINY).complaint


# -- no terminal -------------------------------------------------------------------------------


# -- what should not happen ----------------------------------------------------------------------


def test_an_unexpected_error_is_described_in_a_file_for_the_user_alone(
    rnn_tui: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs.Glances, "look", _break)
    said = rnn_tui("runs")
    file = folder.parent / "rnn-tui-error.log"
    assert (said.status, said.out) == (1, "")
    assert said.err == (f"rnn-tui: an error that should not happen: it is described in {file}\n")
    assert "ZeroDivisionError: on purpose" in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_report_that_cannot_lie_beside_the_runs_lies_in_a_temporary_file(
    rnn_tui: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs.Glances, "look", _break)
    (folder.parent / "rnn-tui-error.log").symlink_to(folder.parent / "elsewhere")
    said = rnn_tui("runs")
    file = Path(said.err.split()[-1])
    assert file.name.startswith("rnn-tui-error-")
    assert "on purpose" in file.read_text()
    assert not (folder.parent / "elsewhere").exists()
    file.unlink()


def _break(*_: object) -> None:
    raise ZeroDivisionError("on purpose")


def test_ctrl_c_is_no_error(rnn_tui: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(runs.Glances, "look", interrupted)
    said = rnn_tui("runs")
    assert (said.status, said.out, said.err.strip()) == (130, "", "")


@pytest.mark.usefixtures("folder")
def test_a_pipe_that_is_closed_early_gives_no_traceback() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with started("train", TINY, *SMALL, "--steps", "5", stdout=writer) as process:
        os.close(writer)
        _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (128 + signal.SIGPIPE, "")


# -- completion ----------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_there_is_a_completion_for_each_shell(rnn_tui: Run, shell: str) -> None:
    said = rnn_tui("completion", shell)
    assert said.status == 0
    assert "_RNN_TUI_COMPLETE" in said.out


@pytest.mark.parametrize(
    ("words", "place", "found"),
    [
        ("rnn-tui ", 1, "plain,train"),
        ("rnn-tui re", 1, "plain,resume"),
        ("rnn-tui --hid", 1, "plain,--hidden"),
        ("rnn-tui nov", 1, "file,nov"),
        ("rnn-tui train nov", 2, "file,nov"),
        ("rnn-tui train --optimizer ada", 3, "plain,adagrad"),
        ("rnn-tui train --corpus br", 3, "plain,brackets"),
        ("rnn-tui --corpus br", 2, "plain,brackets"),
        ("rnn-tui resume /ru", 2, "dir,/ru"),
    ],
)
def test_a_shell_is_told_how_words_may_go_on(
    words: str, place: int, found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_RNN_TUI_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(place))
    assert found in finished().out.splitlines()


def test_a_shell_is_told_the_runs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("red-fox", "red-owl", "shy-owl"):
        (folder / name).mkdir(parents=True)
    monkeypatch.setenv("_RNN_TUI_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_CWORD", "2")
    with RunDirectory(folder / "red-owl").lock():
        for command, told in (
            ("resume", ["red-fox", "red-owl"]),
            ("attach", ["red-fox", "red-owl"]),
        ):
            monkeypatch.setenv("COMP_WORDS", f"rnn-tui {command} red")
            assert finished().out.split() == [f"plain,{name}" for name in told]


def test_a_shell_that_asks_for_runs_is_told_of_no_trouble(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.touch()
    monkeypatch.setenv("_RNN_TUI_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_CWORD", "2")
    monkeypatch.setenv("COMP_WORDS", "rnn-tui resume a")
    said = finished()
    assert (said.out.strip(), said.err) == ("", "")
