from __future__ import annotations

import json
import pickle
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.runs.errors import ConfigError, StorageError
from rnn_tui.runs.tensor_file import read_tensors

GIB = 2**30


def test_a_file_of_the_library_is_read(tmp_path: Path) -> None:
    arrays = {"b": np.arange(6.0).reshape(2, 3), "a": np.ones(2, np.float16), "c": np.float32(3)}
    arrays = {name: np.asarray(value) for name, value in arrays.items()}
    safetensors.numpy.save_file(arrays, tmp_path / "some.safetensors", {"format": "pt"})
    found, metadata = read_tensors(tmp_path / "some.safetensors")
    assert list(found) == ["a", "b", "c"]
    assert all((found[name] == arrays[name]).all() for name in arrays)
    assert [found[name].dtype for name in "abc"] == ["float32", "float64", "float32"]
    assert metadata == {"format": "pt"}


def file_of(header: Any, data: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def tensor(dtype: str, shape: list[Any], first: int, last: int) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [first, last]}


def with_tensor(dtype: str, shape: list[Any], first: int, last: int, data: bytes = b"") -> bytes:
    return file_of({"x": tensor(dtype, shape, first, last)}, data)


def read(tmp_path: Path, data: bytes, name: str = "f") -> Any:
    (tmp_path / name).write_bytes(data)
    return read_tensors(tmp_path / name).arrays


@pytest.mark.parametrize("dtype", ["F16", "BF16"])
def test_half_precision_is_widened_without_rounding(tmp_path: Path, dtype: str) -> None:
    values = np.array([1.5, -2.0, -0.0, np.inf], np.float32)
    half = values.astype("<f2") if dtype == "F16" else values.view("<u2")[1::2]
    found = read(tmp_path, with_tensor(dtype, [4], 0, 8, half.tobytes()))["x"]
    assert found.dtype == np.float32
    assert found.tobytes() == values.tobytes()


TWICE = b'{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"x":'
HOSTILE = {
    "a header of 2^63": (struct.pack("<Q", 2**63) + b"{}", "no safetensors file"),
    "a header longer than the file": (struct.pack("<Q", 100) + b"{}", "no safetensors file"),
    "a header over the cap": (file_of(b"{" + b" " * 2**20 + b"}"), "cut off or too long"),
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
    "metadata of numbers": (file_of({"__metadata__": {"a": 1}}), "damaged"),
    "an array that is a number": (file_of({"x": 3}), "damaged"),
    "a shape of fractions": (with_tensor("F32", [1.5], 0, 6, b"123456"), "damaged"),
    "whole numbers": (with_tensor("I64", [1], 0, 8, b"12345678"), "x is I64: weights are F16"),
    "FP8": (with_tensor("F8_E4M3", [1], 0, 1, b"1"), "x is F8_E4M3"),
    "texts": (with_tensor("\x1b[31m" * 99, [1], 0, 1, b"1"), "weights are"),
    "32 GiB claimed": (with_tensor("F32", [1 << 33], 0, 1 << 35), "damaged: its arrays take"),
    "32 GiB, honest offsets": (with_tensor("F32", [1 << 33], 0, 4, b"1234"), "not the size"),
    "a huge side": (with_tensor("F32", [0, 2**62], 0, 0), "a shape that none can have"),
    "a side below 0": (with_tensor("F32", [-1, -1], 0, 4, b"1234"), "a shape that none"),
    "a product beyond 64 bits": (with_tensor("F32", [2**40, 2**40], 0, 4, b"1234"), "the size"),
    "very many sides": (with_tensor("F32", [10**18] * 40_000, 0, 4, b"1234"), "a shape that none"),
    "offsets backwards": (with_tensor("F32", [1], 4, 0, b"1234"), "hole or overlap"),
    "offsets below 0": (with_tensor("F32", [1], -4, 0, b"1234"), "hole or overlap"),
    "offsets of 2^64": (with_tensor("F32", [1], 2**64, 2**64 + 4, b"1234"), "hole or overlap"),
    "trailing bytes": (with_tensor("F32", [1], 0, 4, b"12345"), "4 bytes, and it has 5"),
    "a hole": (with_tensor("F32", [1], 4, 8, b"12345678"), "hole or overlap"),
    "an overlap": (
        file_of({"x": tensor("F32", [1], 0, 4), "y": tensor("F32", [1], 0, 4)}, b"1234"),
        "hole or overlap",
    ),
    "too many arrays": (
        file_of({str(i): tensor("F32", [0], 0, 0) for i in range(15_000)}),
        "15,000 arrays, more than 1000",
    ),
    "nothing": (b"", "no safetensors file"),
    "zeros": (b"\0" * 100, "no safetensors file"),
    "HDF5": (b"\x89HDF\r\n\x1a\n" * 9, "HDF5"),
    "GGUF": (b"GGUF" + b"\0" * 90, "GGUF"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_files_are_refused_in_a_line(tmp_path: Path, what: str) -> None:
    data, told = HOSTILE[what]
    (tmp_path / "f").write_bytes(data)
    with pytest.raises(ConfigError, match=told) as refused:
        read_tensors(tmp_path / "f")
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 400


def test_every_array_of_another_type_is_named(tmp_path: Path) -> None:
    header = {"b": tensor("I64", [1], 0, 8), "a": tensor("BOOL", [1], 8, 9)}
    with pytest.raises(ConfigError, match="a is BOOL; b is I64: weights are F16, BF16, F32, F64"):
        read(tmp_path, file_of(header, b"123456789"))


class Evil:
    """Makes a file where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("name", ["model.pt", "model.pth", "model.bin", "model.npz", "model.npy"])
@pytest.mark.parametrize("protocol", [0, 2, 5])
def test_a_pickle_is_refused_by_name_and_never_read(
    tmp_path: Path, name: str, protocol: int
) -> None:
    path, made = tmp_path / name, tmp_path / "made"
    objects = np.array([Evil(made)], object)
    if name.endswith("npz"):
        np.savez(path, objects)
    elif name.endswith("npy"):
        np.save(path, objects)
    else:
        path.write_bytes(pickle.dumps(Evil(made), protocol))
    with pytest.raises(ConfigError, match=r"a pickle, which can execute anything.*save_file"):
        read_tensors(path)
    assert not made.exists()


def test_what_is_no_file_is_a_storage_error(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing", tmp_path, Path("/dev/zero"), tmp_path / "a\0b"):
        with pytest.raises(StorageError):
            read_tensors(path)


CLAIM = """
import resource, sys
from pathlib import Path
from rnn_tui.runs.errors import ConfigError
from rnn_tui.runs.tensor_file import read_tensors
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
for path in sys.argv[1:]:
    try:
        read_tensors(Path(path))
    except ConfigError as error:
        print(error)
"""


def test_claims_are_refused_before_a_gigabyte_of_them_is_allocated(tmp_path: Path) -> None:
    """Sparse files that really have the bytes they claim, and files that only say so."""
    sizes = {"claimed.safetensors": 32 * GIB, "large.safetensors": 3 * GIB}
    for name, size in sizes.items():
        header = with_tensor("F32", [size // 4], 0, size)
        (tmp_path / name).write_bytes(header)
    with (tmp_path / "large.safetensors").open("r+b") as file:
        file.truncate(len(header) + 3 * GIB)
    paths = [str(tmp_path / name) for name in sizes]
    command = [sys.executable, "-c", CLAIM, *paths]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=ONE_THREAD)
    claimed, large = done.stdout.splitlines()
    assert "its arrays take 34,359,738,368 bytes, and it has 0" in claimed
    assert "holds 6.0 GiB of float64, the limit is 2" in large


ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).parents[2])}

GOOD = safetensors.numpy.save({"a": np.arange(6.0), "b": np.ones((2, 3), np.float32)}, {"k": "v"})


@given(st.data())
def test_a_mutated_file_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    mutant = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(mutant) - 1))
        mutant[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    try:
        found = read(tmp_path_factory.mktemp("m"), bytes(mutant))
        assert sum(array.nbytes for array in found.values()) <= 2 * len(mutant)
    except ConfigError:
        assert bytes(mutant) != GOOD
