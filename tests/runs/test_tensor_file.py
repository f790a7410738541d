from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from rnn_tui.runs.errors import StorageError
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


def test_what_is_no_file_is_a_storage_error(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing", tmp_path, Path("/dev/zero"), tmp_path / "a\0b"):
        with pytest.raises(StorageError):
            read_tensors(path)
