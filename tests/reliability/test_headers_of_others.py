"""Rows C3 to C5 of the table of faults: files that lie about what they hold."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnn_tui.runs.errors import CheckpointError, ConfigError
from rnn_tui.runs.tensor_file import read_tensors
from rnn_tui.runs.tensors import from_bytes
from tests.reliability.hostile import file_of, meta, tensor, with_tensor

GIB = 2**30


def told_of_weights(path: Path, data: bytes) -> str:
    """How a file of weights is refused."""
    path.write_bytes(data)
    with pytest.raises(ConfigError) as refused:
        read_tensors(path)
    assert str(refused.value).startswith(str(path))
    return str(refused.value).removeprefix(str(path))


def told_of_a_checkpoint(data: bytes) -> str:
    """How a checkpoint is refused whose digest somebody made fit."""
    with pytest.raises(CheckpointError) as refused:
        from_bytes(data, "file.safetensors")
    message = str(refused.value)
    assert message.startswith("file.safetensors ")
    assert message.isprintable()
    assert len(message) < 250
    return message


# -- C3 ----------------------------------------------------------------------------------------

TWICE = b'{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"x":'
MALFORMED = {
    "nothing": (b"", "no safetensors file"),
    "zeros": (b"\0" * 100, "no safetensors file"),
    "a header of 2^63": (b"\0" * 7 + b"\x80{}", "no safetensors file"),
    "a header longer than the file": (b"\x64" + b"\0" * 7 + b"{}", "no safetensors file"),
    "a header over the cap": (file_of(b"{" + b" " * 2**20 + b"}"), "cut off or too long"),
    "100 MB of header": (file_of(b"{" + b" " * 10**8 + b"}"), "cut off or too long"),
    "a header of a list": (file_of([]), "no safetensors file"),
    "no JSON": (file_of(b'{"x":'), "damaged"),
    "not UTF-8": (file_of(b'{"\xff":1}'), "damaged"),
    "deep JSON": (file_of(b'{"a":' * 20_000 + b"}" * 20_000), "damaged"),
    "a number of 5,000 digits": (file_of(b'{"x":' + b"1" * 5000 + b"}"), "damaged"),
    "half a surrogate": (file_of(b'{"\\ud800":1}'), "damaged"),
    "a name twice": (
        file_of(TWICE + b'{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}', b"12345678"),
        "a name twice",
    ),
    "metadata of numbers": (file_of({"__metadata__": {"rnn-tui": 1}}), "damaged"),
    "an array that is a number": (file_of({"x": 3}), "damaged"),
    "offsets as text": (
        file_of({"params/W": {"dtype": "F32", "shape": [1], "data_offsets": "x"}}),
        "damaged",
    ),
    "a shape of fractions": (with_tensor("F32", [1.5], 0, 6, b"123456"), "damaged"),
    "a side below 0": (with_tensor("F32", [-1, -1], 0, 4, b"1234"), "a shape that none"),
    "a product beyond 64 bits": (with_tensor("F32", [2**40, 2**40], 0, 4, b"1234"), "the size"),
    "very many sides": (with_tensor("F32", [10**18] * 40_000, 0, 4, b"1234"), "a shape that none"),
    "offsets backwards": (with_tensor("F32", [1], 4, 0, b"1234"), "hole or overlap"),
    "offsets below 0": (with_tensor("F32", [1], -4, 0, b"1234"), "hole or overlap"),
    "offsets of 2^64": (with_tensor("F32", [1], 2**64, 2**64 + 4, b"1234"), "hole or overlap"),
    "trailing bytes": (with_tensor("F32", [1], 0, 4, b"12345"), "4 bytes, and it has 5"),
    "a hole in front": (with_tensor("F32", [1], 4, 8, b"12345678"), "hole or overlap"),
    "an overlap": (
        file_of(
            {name: tensor("F32", [1], 0, 4) for name in ("params/W", "params/b")}
            | {"__metadata__": meta(["params/W", "params/b"])},
            b"1234",
        ),
        "hole or overlap",
    ),
    "HDF5": (b"\x89HDF\r\n\x1a\n" * 9, "HDF5"),
    "GGUF": (b"GGUF" + b"\0" * 90, "GGUF"),
}


@pytest.mark.parametrize("what", MALFORMED)
def test_c3_a_malformed_header_is_refused_at_once_in_a_line(tmp_path: Path, what: str) -> None:
    data, told = MALFORMED[what]
    began = time.process_time()
    message = told_of_weights(tmp_path / "f", data)
    told_of_a_checkpoint(data)
    assert time.process_time() - began < 5
    assert told in message
    assert message.isprintable()
    assert len(message) < 400


METADATA = {
    "none": {},
    "deep": {"rnn-tui": "[" * 50_000},
    "no JSON": {"rnn-tui": "x"},
    "5,000 digits": {"rnn-tui": "1" * 5_000},
    "null": {"rnn-tui": "null"},
    "a step below 0": meta([], step=-1),
    "a step that is true": meta([], step=True),
    "scalars in a list": meta([], scalars=[1]),
    "a scalar that is a list": meta([], scalars={"a": [1]}),
    "a float that is none": meta([], scalars={"a": {"float": "x"}}),
    "an order of numbers": meta([1]),
    "an order of lists": meta([[]]),
    "an array that is missing": meta(),
}


@pytest.mark.parametrize("what", METADATA)
def test_c3_a_checkpoint_whose_metadata_are_malformed_is_refused(what: str) -> None:
    told_of_a_checkpoint(file_of({"__metadata__": METADATA[what]}))


def test_c3_an_array_that_is_part_of_no_checkpoint_is_refused() -> None:
    told_of_a_checkpoint(with_tensor("F32", [1], 0, 4, b"1234", name="other/W"))


# -- C4 ----------------------------------------------------------------------------------------

UNUSUAL = {
    "BF16": (with_tensor("BF16", [1], 0, 2, b"12"), ""),
    "F16": (with_tensor("F16", [1], 0, 2, b"12"), ""),
    "FP8": (with_tensor("F8_E4M3", [1], 0, 1, b"1"), "params/W is F8_E4M3: weights are F16"),
    "whole numbers": (with_tensor("I64", [1], 0, 8, b"12345678"), "params/W is I64: weights"),
    "truths": (with_tensor("BOOL", [1], 0, 1, b"1"), "params/W is BOOL: weights"),
    "another type": (with_tensor("\x1b[31m" * 99, [1], 0, 1, b"1"), "weights are"),
    "an empty array with a huge side": (with_tensor("F32", [0, 2**62], 0, 0), "none can have"),
}


@pytest.mark.parametrize("what", UNUSUAL)
def test_c4_what_the_library_chokes_on_is_converted_or_refused(tmp_path: Path, what: str) -> None:
    data, told = UNUSUAL[what]
    told_of_a_checkpoint(data)
    if told:
        assert told in told_of_weights(tmp_path / "f", data)
    else:
        (tmp_path / "f").write_bytes(data)
        assert read_tensors(tmp_path / "f").arrays["params/W"].dtype == np.float32


@pytest.mark.parametrize("dtype", ["F16", "BF16"])
def test_c4_half_precision_is_widened_without_rounding(tmp_path: Path, dtype: str) -> None:
    values = np.array([1.5, -2.0, -0.0, np.inf], np.float32)
    half = values.astype("<f2") if dtype == "F16" else values.view("<u2")[1::2]
    (tmp_path / "f").write_bytes(with_tensor(dtype, [4], 0, 8, half.tobytes()))
    found = read_tensors(tmp_path / "f").arrays["params/W"]
    assert found.dtype == np.float32
    assert found.tobytes() == values.tobytes()


def test_c4_every_array_of_another_type_is_named(tmp_path: Path) -> None:
    header = {"b": tensor("I64", [1], 0, 8), "a": tensor("BOOL", [1], 8, 9)}
    told = told_of_weights(tmp_path / "f", file_of(header, b"123456789"))
    assert "a is BOOL; b is I64: weights are F16, BF16, F32, F64" in told


# -- C5 ----------------------------------------------------------------------------------------


def empty_arrays(count: int) -> bytes:
    return file_of({str(i): tensor("F32", [0], 0, 0) for i in range(count)})


def zip_bomb() -> bytes:
    """100 MB of zeros as an archive of NumPy, 100 kB."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("W.npy", bytes(10**8))
    return file.getvalue()


CLAIMS: dict[str, Any] = {
    "32 GiB claimed": (lambda: with_tensor("F32", [1 << 33], 0, 1 << 35), "its arrays take"),
    "32 GiB in 4 bytes": (lambda: with_tensor("F32", [1 << 33], 0, 4, b"1234"), "not the size"),
    "1,001 arrays": (lambda: empty_arrays(1_001), "1,001 arrays, more than 1000"),
    "100,000 arrays": (lambda: empty_arrays(100_000), "cut off or too long"),
    "a zip bomb": (zip_bomb, "an archive of torch.save or numpy.savez"),
}
LARGE = "3 GiB that are there"

CHILD = """
import resource, sys
from pathlib import Path
from rnn_tui.runs.errors import RunError
from rnn_tui.runs.checkpoint import load_checkpoint
from rnn_tui.runs.tensor_file import read_tensors
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
for folder in map(Path, sys.argv[1:]):
    file = folder / "step-000000001.safetensors"
    for read in (lambda: read_tensors(file), lambda: load_checkpoint(folder)):
        try:
            print(read())
        except RunError as error:
            print(f"{type(error).__name__}: {error}")
"""


def as_a_checkpoint(folder: Path, data: bytes, size: int) -> Path:
    """A folder whose newest checkpoint is this file; nobody ever computed a digest of it."""
    folder.mkdir()
    (folder / "step-000000001.safetensors").write_bytes(data)
    record = {"schema": 1, "step": 1, "file": "step-000000001.safetensors", "length": size}
    record |= {"sha256": "0" * 64, "saved": 0.0}
    (folder / "step-000000001.json").write_text(json.dumps(record))
    return folder


def test_c5_claims_are_refused_before_a_gigabyte_of_them_is_allocated(tmp_path: Path) -> None:
    folders = []
    for name, (make, _) in CLAIMS.items():
        data = make()
        folders.append(as_a_checkpoint(tmp_path / name, data, len(data)))
    header = with_tensor("F32", [3 * GIB // 4], 0, 3 * GIB)
    large = as_a_checkpoint(tmp_path / LARGE, header, len(header) + 3 * GIB)
    with (large / "step-000000001.safetensors").open("r+b") as file:
        file.truncate(len(header) + 3 * GIB)  # sparse
    environ = {"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", CHILD, *map(str, [*folders, large])]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environ)
    lines = done.stdout.splitlines()
    expected = [*(told for _, told in CLAIMS.values()), "6.0 GiB of float64, the limit is 2"]
    for told, weights, checkpoint in zip(expected, lines[::2], lines[1::2], strict=True):
        assert weights.startswith("ConfigError: ")
        assert told in weights
        assert checkpoint.startswith("CheckpointError: ")
        assert "step-000000001" in checkpoint


@pytest.mark.parametrize("what", CLAIMS)
def test_c5_nor_is_a_checkpoint_that_claims_too_much(what: str) -> None:
    told_of_a_checkpoint(CLAIMS[what][0]())
