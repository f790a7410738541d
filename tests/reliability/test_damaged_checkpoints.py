"""Row B12: a checkpoint of which a bit flipped, or the end is missing."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest

from rnn_tui.runs.checkpoint import (
    Checkpoint,
    list_checkpoints,
    load_checkpoint,
    save_checkpoint,
)
from rnn_tui.runs.errors import CheckpointError
from rnn_tui.runs.tensors import to_bytes
from tests.training.conftest import Sessions, everything, finish, train_to
from tests.training.serving import Processes, start


def checkpoint(step: int) -> Checkpoint:
    array = np.full((2, 3), 1.0, np.float32)
    return Checkpoint(step, {"W": array}, {"m": array.ravel()}, (array,), {"position": step})


def flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ (1 << at % 8)]) + content[at + 1 :]


def test_b12_every_flipped_byte_of_the_numbers_falls_back_and_is_told(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, checkpoint(1))
    path = save_checkpoint(tmp_path, checkpoint(2))
    good = path.read_bytes()
    for at in range(len(good)):
        path.write_bytes(flipped(good, at))
        found = load_checkpoint(tmp_path)
        assert found.checkpoint.step == 1
        assert found.skipped == (f"{path} is damaged: its SHA-256 is not the recorded one",)


def test_b12_a_flipped_byte_of_the_record_never_gives_other_numbers(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, checkpoint(1))
    record = tmp_path / "step-000000001.json"
    good = record.read_bytes()
    refused = []
    for at in range(len(good)):
        record.write_bytes(flipped(good, at))
        try:  # where only the time was hit
            assert to_bytes(load_checkpoint(tmp_path).checkpoint) == to_bytes(checkpoint(1))
        except CheckpointError as error:
            refused.append(str(error))
    assert len(refused) > 150
    assert all("/step-000000001." in reason for reason in refused)


@pytest.mark.parametrize("which", ["safetensors", "json"])
def test_b12_every_truncation_falls_back_and_is_reported(tmp_path: Path, which: str) -> None:
    save_checkpoint(tmp_path, checkpoint(1))
    save_checkpoint(tmp_path, checkpoint(2))
    path = tmp_path / f"step-000000002.{which}"
    good = path.read_bytes()
    for length in range(len(good)):
        path.write_bytes(good[:length])
        found = load_checkpoint(tmp_path)
        assert found.checkpoint.step == 1
        assert len(found.skipped) == 1
        assert path.name in found.skipped[0]


def test_b12_a_run_goes_on_from_the_one_before_and_says_so(sessions: Sessions) -> None:
    session = sessions.new(checkpoint_every=5)
    train_to(session, 11)
    damaged = session.directory.checkpoints / "step-000000010.json"
    damaged.write_text(json.dumps({**json.loads(damaged.read_text()), "sha256": "0" * 64}))
    resumed = sessions.resumed(session)
    assert resumed.trainer.step_number == 5
    (told,) = resumed.notices
    assert told.startswith("it goes on from step 5, for a later checkpoint is lost: ")
    assert "step-000000010.safetensors" in told
    assert resumed.status().message == told
    resumed.flush()
    assert "checkpoint skipped" in [event.kind for event in resumed.metrics.events_after(0)]
    assert list_checkpoints(session.directory.checkpoints) == (5,)


def test_b12_a_process_that_goes_on_so_comes_to_the_same_bits(
    sessions: Sessions, processes: Processes
) -> None:
    rng = random.Random(12)
    unbroken, session = (sessions.new(checkpoint_every=5, steps=n) for n in (30, 20))
    finish(session)
    session.close()
    run = session.directory
    newest = run.checkpoints / "step-000000020.safetensors"
    newest.write_bytes(flipped(newest.read_bytes(), rng.randrange(newest.stat().st_size)))
    assert start(run, processes, resume=True, steps=30, owned=False).wait(20) == 0
    finish(unbroken)
    resumed = sessions.open(run, resume=True, steps=30)
    assert everything(resumed.trainer) == everything(unbroken.trainer)
