"""Rows C1 and C2 of the table of faults: pickles, and files that somebody changed."""

from __future__ import annotations

import hashlib
import io
import json
import os
import pickle
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.runs.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from rnn_tui.runs.errors import CheckpointError, ConfigError
from rnn_tui.runs.tensor_file import read_tensors
from rnn_tui.runs.tensors import from_bytes, to_bytes
from tests.reliability.hostile import Evil
from tests.training.conftest import Sessions, finish

# -- C1 ----------------------------------------------------------------------------------------


def archive_of_torch(evil: Evil) -> bytes:
    """As torch.save writes it, without torch."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(evil, 2))
        archive.writestr("archive/version", b"3\n")
    return file.getvalue()


def file_of_numpy(evil: Evil) -> bytes:
    file = io.BytesIO()
    np.save(file, np.array([evil], object))
    return file.getvalue()


def archive_of_numpy(evil: Evil) -> bytes:
    file = io.BytesIO()
    np.savez(file, np.array([evil], object))
    return file.getvalue()


GUISES: dict[str, Callable[[Evil], bytes]] = {
    "zero.pkl": lambda evil: pickle.dumps(evil, 0),
    "two.pth": lambda evil: pickle.dumps(evil, 2),
    "five.bin": lambda evil: pickle.dumps(evil, 5),
    "two.safetensors": lambda evil: pickle.dumps(evil, 2),
    "torch.pt": archive_of_torch,
    "torch.safetensors": archive_of_torch,
    "array.npy": file_of_numpy,
    "arrays.npz": archive_of_numpy,
}


@pytest.mark.parametrize("guise", GUISES)
def test_c1_a_pickle_is_refused_by_name_and_never_read(tmp_path: Path, guise: str) -> None:
    path, made = tmp_path / guise, tmp_path / "made"
    path.write_bytes(GUISES[guise](Evil(made)))
    with pytest.raises(ConfigError, match=r"a pickle, which can execute anything.*save_file"):
        read_tensors(path)
    assert not made.exists()


OURS = (
    "run.json",
    "config.toml",
    "metrics.sqlite",
    "checkpoints/step-000000004.safetensors",
    "checkpoints/step-000000004.json",
    "checkpoints/best.json",
    "tags.json",
    "text",
)
"""What a run consists of, as somebody may have sent it."""

CHILD = """
import json, sys
from pathlib import Path
from rnn_tui.cli import status_of

def every_command(run, file):
    yield from (["resume", run, "--headless", "--steps", "6"], ["sample", run, "-n", "3"])
    yield from (["export", run, "-o", "out", "--force"], ["step", run, "--print"])
    yield from (["runs"], ["runs", "--json"], ["import", file, "abc.txt", *few])
    yield ["step", "abc", "--weights", file, "--print"]
    yield ["train", "abc.txt", "--config", file, "--steps", "1"]
    yield ["train", file, "--steps", "1", *few]
    yield ["tensorboard", "logs"]

def carry_out(run, file):
    for arguments in every_command(run, file):
        status = status_of(arguments)
        met.append(status)
        if status == 1:
            found.append(["failed", *arguments])

found, met, few = [], [], ("--batch", "1", "--window", "2")
good, *runs = json.loads(sys.argv[1])
carry_out(good, "model.safetensors")   # all that is imported on the way is imported now
assert met[:10] == [0] * 8 + [2, 2], met
for name in [name for name in sys.modules if "pickle" in name]:
    del sys.modules[name]

def heard(event, arguments):
    if event.startswith("pickle.") or (event == "import" and "pickle" in str(arguments[0])):
        found.append([event, str(arguments[0])])

sys.addaudithook(heard)
for run, file in runs:
    carry_out(run, file)
assert {2, 3} < set(met), met
hooked = len(found)
import pickle
pickle.loads(pickle.dumps(Path()))
Path("found.json").write_text(json.dumps([found[:hooked], len(found) - hooked]))
"""


def of_evil(directory: Path, file: str, data: bytes) -> None:
    """Put a pickle in the place of a run's file, with the digest that belongs to it."""
    (directory / file).write_bytes(data)
    if file.endswith(".safetensors"):
        record = (directory / file).with_suffix(".json")
        said = {"length": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        record.write_text(json.dumps(json.loads(record.read_text()) | said))


def test_c1_no_command_imports_or_runs_a_pickle_whatever_files_it_meets(
    sessions: Sessions, tmp_path: Path
) -> None:
    evil = Evil(tmp_path / "made")
    (tmp_path / "abc.txt").write_text("abcab" * 20)
    weights = {"rnn.weight_ih_l0": np.ones((2, 3)), "rnn.weight_hh_l0": np.ones((2, 2))}
    weights["fc.weight"] = np.ones((3, 2))
    safetensors.numpy.save_file(weights, tmp_path / "model.safetensors")
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "events.out.tfevents.1").write_bytes(pickle.dumps(evil))
    asked: list[object] = []
    guises = list(GUISES)
    for number, file in enumerate(("", *OURS)):
        session = sessions.new(steps=4, evaluate_every=2)
        finish(session)
        session.close()
        guise = guises[number % len(guises)]
        (tmp_path / guise).write_bytes(GUISES[guise](evil))
        asked.append(
            [str(session.directory.path), str(tmp_path / guise)]
            if file
            else str(session.directory.path)
        )
        if file:
            of_evil(session.directory.path, file, GUISES[guise](evil))
    command = [sys.executable, "-c", CHILD, json.dumps(asked)]
    folders = dict.fromkeys(("RNN_TUI_RUNS", "XDG_DATA_HOME", "XDG_STATE_HOME"), str(tmp_path))
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **folders}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=environ, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    found, control = json.loads((tmp_path / "found.json").read_text())
    assert found == []
    assert control > 1  # the hook hears an import, and what is unpickled
    assert not (tmp_path / "made").exists()


# -- C2 ----------------------------------------------------------------------------------------


def checkpoint() -> Checkpoint:
    W = np.arange(6.0, dtype=np.float32).reshape(2, 3)
    moments = {"v": np.zeros(0), "m": np.full(9, -0.5)}
    state = (np.ones((2, 3), np.float32), np.zeros((2, 3), np.float32))
    return Checkpoint(7, {"W_hy": W, "b_y": np.ones(3)}, moments, state, {"text": "ä"})


GOOD = to_bytes(checkpoint())
WEIGHTS = safetensors.numpy.save({"a": np.arange(6.0), "b": np.ones((2, 3), np.float32)})


def changed(data: bytes, rng: random.Random) -> bytes:
    """A bit is flipped, a byte inserted, some deleted, the end cut off, or two parts swapped."""
    at, other = sorted(rng.sample(range(len(data)), 2))
    return rng.choice(
        [
            data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1 :],
            data[:at] + rng.randbytes(1) + data[at:],
            data[:at] + data[other:],
            data[:at],
            data[at:],
            data[other:] + data[at:other] + data[:at],
        ]
    )


def test_c2_a_changed_checkpoint_is_equal_or_a_checkpoint_error(tmp_path: Path) -> None:
    rng, refused = random.Random(3), 0
    file = save_checkpoint(tmp_path, checkpoint())
    for _ in range(1_000):
        file.write_bytes(mutant := changed(GOOD, rng))
        try:
            assert to_bytes(load_checkpoint(tmp_path).checkpoint) == mutant == GOOD
        except CheckpointError:
            refused += 1
    assert refused > 990


def mutants(good: bytes) -> st.SearchStrategy[bytes]:
    """A few bytes are replaced, inserted or deleted, here and there."""
    place = st.integers(0, len(good) - 1)
    edits = st.lists(st.tuples(place, st.integers(0, 3), st.binary(max_size=4)), min_size=1)

    def edited(changes: list[tuple[int, int, bytes]]) -> bytes:
        mutant = bytearray(good)
        for at, length, data in changes[:4]:
            mutant[at : at + length] = data
        return bytes(mutant)

    return edits.map(edited)


@given(mutants(GOOD))
def test_c2_even_where_somebody_made_the_digest_fit_nothing_else_is_raised(mutant: bytes) -> None:
    try:
        assert isinstance(from_bytes(mutant, "x"), Checkpoint)
    except CheckpointError:
        assert mutant != GOOD


@given(mutants(WEIGHTS))
def test_c2_a_changed_file_of_weights_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, mutant: bytes
) -> None:
    path = tmp_path_factory.mktemp("m") / "f"
    path.write_bytes(mutant)
    try:
        found = read_tensors(path).arrays
        assert sum(array.nbytes for array in found.values()) <= 2 * len(mutant)
    except ConfigError:
        assert mutant != WEIGHTS
