from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from rnn_tui import __version__
from rnn_tui.core.arrays import Params
from rnn_tui.runs.checkpoint import list_checkpoints, load_checkpoint
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.fingerprint import fingerprint
from rnn_tui.sampling.weights import from_checkpoint

from .conftest import TINY, Run

FEW = ("--batch", "1", "--window", "4")
H = 6


def model(path: Path, V: int = 3, dtype: str = "float32", **changes: Any) -> Params:
    """A file as PyTorch writes it."""
    rng = np.random.default_rng(1)
    shapes = {"rnn.weight_ih_l0": (H, V), "rnn.weight_hh_l0": (H, H), "rnn.bias_ih_l0": (H,)}
    shapes |= {"fc.weight": (V, H), "fc.bias": (V,)}
    arrays = {name: rng.standard_normal(shape).astype(dtype) for name, shape in shapes.items()}
    arrays |= {name.replace("__", "."): value for name, value in changes.items()}
    safetensors.numpy.save_file(arrays, path)
    return arrays


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The present folder, with a text of three symbols and a network for it."""
    monkeypatch.chdir(tmp_path)
    Path("abc.txt").write_text("abcab" * 20)
    model(Path("m.safetensors"))
    return tmp_path


def weights_of(folder: Path, name: str, at: int | None = None) -> Params:
    return from_checkpoint(RunDirectory(folder / name), at).params


def test_a_run_begins_with_the_weights_of_the_file(rnn_tui: Run, here: Path, folder: Path) -> None:
    said = rnn_tui("import", "m.safetensors", "abc.txt", *FEW, "--name", "pup")
    assert (said.status, said.err) == (0, "")
    assert said.out.splitlines()[0] == "run pup: 1 layer of 6 tanh units, float32, 3 symbols"
    assert "rnn-tui resume pup" in said.out
    ours, theirs = weights_of(folder, "pup"), safetensors.numpy.load_file("m.safetensors")
    assert ours["layer0.W_xh"].tobytes() == theirs["rnn.weight_ih_l0"].T.tobytes()
    assert ours["W_hy"].tobytes() == theirs["fc.weight"].T.tobytes()
    facts = RunDirectory(folder / "pup").facts()
    assert (facts.weights_name, facts.vocabulary) == ("m.safetensors", "abc")


def test_its_first_checkpoint_says_with_what_it_was_made(
    rnn_tui: Run, here: Path, folder: Path
) -> None:
    rnn_tui("import", "m.safetensors", "abc.txt", *FEW, "--name", "pup")
    run = RunDirectory(folder / "pup")
    scalars = load_checkpoint(run.checkpoints, 0).checkpoint.scalars
    assert scalars["corpus"] == run.facts().text_sha256
    assert (scalars["version"], scalars["fingerprint"]) == (__version__, fingerprint().to_text())
    assert "not bit for bit" not in rnn_tui("resume", "pup", "--steps", "2").out


def test_there_and_back_again_is_the_same_file(rnn_tui: Run, here: Path) -> None:
    rnn_tui("train", "abc.txt", *FEW, "--hidden", "5", "--steps", "9", "--name", "otter")
    rnn_tui("export", "otter", "-o", "one")
    rnn_tui("import", "one", "abc.txt", *FEW, "--name", "pup")
    rnn_tui("export", "pup", "-o", "two")
    one, two = (safetensors.numpy.load_file(name) for name in ("one", "two"))
    assert all(one[name].tobytes() == two[name].tobytes() for name in one)
    assert rnn_tui("sample", "pup").out == rnn_tui("sample", "otter").out != ""


def test_it_is_trained_on_and_step_0_is_never_lost(rnn_tui: Run, here: Path, folder: Path) -> None:
    every = ("--checkpoint-every", "2", "--name", "pup", "--steps", "20")
    rnn_tui("import", "m.safetensors", "abc.txt", *FEW, *every)
    before = weights_of(folder, "pup")
    assert rnn_tui("resume", "pup", "--headless").status == 0
    kept = list_checkpoints(folder / "pup" / "checkpoints")
    assert (kept[0], kept[-1], len(kept) < 10) == (0, 20, True)
    assert not np.array_equal(weights_of(folder, "pup")["W_hy"], before["W_hy"])
    assert np.array_equal(weights_of(folder, "pup", 0)["W_hy"], before["W_hy"])
    walk = rnn_tui("step", "pup", "--at", "3", "--print").out
    assert "not to the last bit" not in walk
    assert rnn_tui("sample", "pup", "--at", "3", "-n", "9").status == 0


def test_without_its_first_weights_it_does_not_begin_again_with_others(
    rnn_tui: Run, here: Path, folder: Path
) -> None:
    rnn_tui("import", "m.safetensors", "abc.txt", *FEW, "--name", "pup")
    for file in (folder / "pup" / "checkpoints").iterdir():
        file.unlink()
    for command in (("resume", "pup", "--headless"), ("step", "pup", "--print")):
        said = rnn_tui(*command)
        assert said.status == 3
        assert "its checkpoint of step 0 is gone: import that file again" in said.err


def test_symbols_that_the_text_lacks_stay_in_the_vocabulary(
    rnn_tui: Run, here: Path, folder: Path
) -> None:
    Path("ab.txt").write_text("ab" * 50)
    options = ("--vocabulary", "cab", "--steps", "3", "--name", "pup")
    assert rnn_tui("import", "m.safetensors", "ab.txt", *FEW, *options).status == 0
    ours = weights_of(folder, "pup")["layer0.W_xh"]
    theirs = safetensors.numpy.load_file("m.safetensors")["rnn.weight_ih_l0"]
    assert ours.tobytes() == np.ascontiguousarray(theirs[:, [1, 2, 0]].T).tobytes()
    assert rnn_tui("resume", "pup", "--headless").status == 0
    assert set(rnn_tui("sample", "pup", "--temperature", "inf").out) == set("abc")


def test_the_file_says_which_cell_precision_and_symbols(rnn_tui: Run, here: Path) -> None:
    train = ("--cell", "relu", "--dtype", "float64", "--symbols", "byte", "--steps", "2")
    rnn_tui("train", "abc.txt", *FEW, *train, "--name", "otter")
    rnn_tui("export", "otter", "-o", "f")
    said = rnn_tui("import", "f", "abc.txt", *FEW, "--name", "pup")
    assert "relu units, float64, 3 symbols" in said.out
    walk = rnn_tui("step", "ab", "--weights", "f", "--symbols", "byte", "--print").out
    assert "relu, float64" in walk
    complaint = rnn_tui("step", "ab", "--weights", "f", "--print").complaint
    assert "the network reads bytes, not characters: use --symbols byte" in complaint


@pytest.mark.parametrize(
    ("change", "arguments", "told"),
    [
        ({}, (TINY,), "the network has 3 symbols, and the text 76: give --vocabulary"),
        ({}, ("abc.txt", "--vocabulary", "abcd"), "--vocabulary has 4 symbols, and the network 3"),
        ({}, ("abc.txt", "--vocabulary", "aba"), "--vocabulary has “a” twice"),
        ({}, ("abc.txt", "--vocabulary", "abx"), "has no “c”: name a TEXT without them"),
        ({}, ("abc.txt", "--hidden", "9"), "No such option"),
        ({}, ("abc.txt", "--batch", "640"), "use a smaller --batch"),
        ({"V": 300, "dtype": "float16"}, ("abc.txt",), "has 300 symbols, and the text 3"),
        ({"fc__bias": np.array([1, np.nan, np.inf])}, ("abc.txt",), "(b_y: 2 of 3): nothing could"),
        ({"fc__bias": np.array([1, 2, 1e300])}, ("abc.txt", "--dtype", "float32"), "b_y: 1 of 3"),
        ({"norm__weight": np.ones(3)}, ("abc.txt",), "there is no place for norm.weight (3,)"),
    ],
)
def test_what_does_not_fit_is_one_line_and_no_run(
    rnn_tui: Run,
    here: Path,
    folder: Path,
    change: dict[str, Any],
    arguments: tuple[str, ...],
    told: str,
) -> None:
    model(Path("m.safetensors"), **change)
    assert told in rnn_tui("import", "m.safetensors", *FEW, *arguments).complaint
    assert not folder.exists() or list(folder.iterdir()) == []


def test_weights_that_are_not_finite_are_told_where_they_are_shown(
    rnn_tui: Run, here: Path
) -> None:
    model(Path("m.safetensors"), fc__bias=np.array([1, np.nan, 2]))
    said = rnn_tui("step", "abca", "--weights", "m.safetensors", "--print")
    assert said.status == 0
    assert "weights of m.safetensors · not finite: b_y: 1 of 3" in said.out


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("m.pt", b"PK\x03\x04" + b"\0" * 50, "it may hold a pickle, which can execute anything"),
        ("m.txt", b"hello", "m.txt is no safetensors file"),
        ("\x1b]0;x\x07", b"\x80\x04.", "is a pickle"),
    ],
)
def test_other_files_are_refused_by_name(
    rnn_tui: Run, here: Path, name: str, data: bytes, told: str
) -> None:
    Path(name).write_bytes(data)
    complaint = rnn_tui("import", name, "abc.txt").complaint
    assert told in complaint
    assert complaint.isprintable()
