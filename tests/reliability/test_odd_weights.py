"""Row C7 of the table of faults: weights that are no numbers are told of, and not trained on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from rnn_tui.cli import status_of
from rnn_tui.runs.checkpoint import list_checkpoints, load_checkpoint, save_checkpoint
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import CheckpointError
from rnn_tui.training.protocol import Poll, View
from rnn_tui.training.stored_trained import TrainedFiles
from tests.reliability.odd_weights import VALUES, spoilt
from tests.training.conftest import Sessions, finish

FINITE = {"large", "denormal"}
TOLD = {"not finite": "not finite", "large": "beyond 1e+18", "denormal": "denormal"}


@pytest.fixture(autouse=True)
def _environment() -> Iterator[None]:
    """Commands set the threads of their process: it is that of the tests."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


def file_of_weights(path: Path, what: str) -> Path:
    shapes = {"rnn.weight_ih_l0": (6, 3), "rnn.weight_hh_l0": (6, 6), "fc.weight": (3, 6)}
    rng = np.random.default_rng(1)
    arrays = {name: rng.standard_normal(shape) for name, shape in shapes.items()}
    safetensors.numpy.save_file(spoilt(arrays, what), path)
    return path


@pytest.mark.parametrize("what", VALUES)
def test_c7_a_file_is_walked_through_with_a_warning(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], what: str
) -> None:
    file = file_of_weights(tmp_path / "m.safetensors", what)
    assert status_of(["step", "abcab", "--weights", str(file), "--print"]) == 0
    said = capfd.readouterr()
    assert TOLD[what] in said.out
    assert said.err == ""


@pytest.mark.parametrize("what", VALUES)
def test_c7_an_imported_file_is_refused_or_warned_of_and_not_trained_on(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], what: str
) -> None:
    file = file_of_weights(tmp_path / "m.safetensors", what)
    (tmp_path / "abc.txt").write_text("abcab" * 20)
    command = ["import", str(file), str(tmp_path / "abc.txt"), "--batch", "1", "--window", "4"]
    status = status_of([*command, "--name", "pup", "--runs", str(tmp_path)])
    said = capfd.readouterr().err
    assert said.count("\n") == 1
    if what in FINITE:
        assert status == 0
        assert "training may go wrong from such weights: layer0.W_xh: 6 of 18" in said
        assert TOLD[what] in said
        assert list_checkpoints(tmp_path / "pup" / "checkpoints") == (0,)
    else:
        assert status == 2
        assert "not every weight is a finite float64" in said
        assert not (tmp_path / "pup").exists()


def with_odd_checkpoint(sessions: Sessions, what: str) -> RunDirectory:
    """A run whose last checkpoint somebody changed, with the digest that belongs to it."""
    session = sessions.new(steps=5, dtype="float64")
    finish(session)
    session.close()
    run = session.directory
    found = load_checkpoint(run.checkpoints).checkpoint
    save_checkpoint(run.checkpoints, replace(found, params=spoilt(found.params, what)))
    return run


@pytest.mark.parametrize("what", VALUES)
def test_c7_a_checkpoint_is_refused_or_warned_of_before_it_is_trained_on(
    sessions: Sessions, what: str
) -> None:
    run = with_odd_checkpoint(sessions, what)
    if what in FINITE:
        resumed = sessions.open(run, resume=True, steps=9)
        assert "training may go wrong from such weights: layer0.W_xh: " in resumed.notices[-1]
        assert resumed.notices[-1] in resumed.status().message
        return
    before = {path.name for path in run.checkpoints.iterdir()}
    with pytest.raises(CheckpointError, match=r"step 5 .* not finite .*params/layer0.W_xh.*remove"):
        sessions.open(run, resume=True, steps=9)
    assert {path.name for path in run.checkpoints.iterdir()} == before


@pytest.mark.parametrize("what", VALUES)
def test_c7_a_checkpoint_is_shown_with_a_warning_by_every_command(
    sessions: Sessions, capfd: pytest.CaptureFixture[str], what: str
) -> None:
    run = with_odd_checkpoint(sessions, what)
    files = TrainedFiles(run, "rnn-tui resume it")
    views = tuple(View("weights", name, 9, 9) for name in ("layer0.W_xh", "b_y"))
    update = files.answer(Poll(views=(*views, View("hidden", "0", 9, 9))), "")
    files.close()
    assert TOLD[what] in update.status.message
    assert all((view.not_finite > 0) == (what not in FINITE) for view in update.views[:2])
    assert status_of(["step", str(run.path), "--print"]) == 0
    assert TOLD[what] in capfd.readouterr().out


@pytest.mark.parametrize("what", VALUES)
def test_c7_what_cannot_be_sampled_is_refused_in_a_line(
    sessions: Sessions, tmp_path: Path, capfd: pytest.CaptureFixture[str], what: str
) -> None:
    run = str(with_odd_checkpoint(sessions, what).path)
    for command in (["sample", run, "-n", "9"], ["export", run, "-o", str(tmp_path / "out")]):
        status = status_of(command)
        said = capfd.readouterr().err
        assert status in ({0, 2} if what in FINITE else {3})
        assert said.count("\n") == (status != 0)
