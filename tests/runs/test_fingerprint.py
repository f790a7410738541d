from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from rnn_tui.runs.blas import blas_name, threads, threads_used
from rnn_tui.runs.fingerprint import (
    Fingerprint,
    differences,
    fingerprint,
    from_text,
    processor_name,
)

HERE = Fingerprint("2.4.6", "openblas 0.3.31 Haswell", 1, "Some CPU, Linux x86_64", "ab" * 32)
TELL = "from rnn_tui.runs.fingerprint import fingerprint; print(fingerprint().to_text())"


def elsewhere(**variables: str) -> Fingerprint:
    """The fingerprint of a process with these variables, set before NumPy is loaded."""
    environ = {**os.environ, "OPENBLAS_NUM_THREADS": "1", **variables}
    told = subprocess.run([sys.executable, "-c", TELL], env=environ, capture_output=True, text=True)
    found = from_text(told.stdout)
    assert found is not None, told.stderr
    return found


def test_two_processes_of_one_machine_have_the_same() -> None:
    first, second = elsewhere(), elsewhere()
    assert first == second
    assert (first.threads, first.numpy) == (1, np.__version__)


def test_it_is_of_this_process_and_names_what_it_computes_with() -> None:
    found = fingerprint()
    assert found is fingerprint()
    assert found.blas.startswith(blas_name())
    assert processor_name() in found.machine
    assert len(found.bits) == 64


def test_another_kernel_of_the_same_library_is_noticed() -> None:
    if "openblas" not in blas_name():
        assert differences(elsewhere(), elsewhere()) == ()
        return  # only OpenBLAS is told its kernel by a variable
    usual, old = elsewhere(), elsewhere(OPENBLAS_CORETYPE="Prescott")
    assert usual.bits != old.bits
    assert [said.split()[0] for said in differences(usual, old)] == ["BLAS"]


def test_more_threads_are_noticed() -> None:
    if "openblas" in blas_name() and (os.cpu_count() or 1) > 1:
        found = differences(elsewhere(), elsewhere(OPENBLAS_NUM_THREADS="2"))
        assert found == ("threads 1 → 2",)


def test_it_tells_the_threads_that_are_used_now() -> None:
    before = fingerprint()
    with threads_used(3):
        assert fingerprint().threads == threads()
    assert fingerprint() == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, ()),
        ({"numpy": "2.0.1"}, ("NumPy 2.4.6 → 2.0.1",)),
        ({"blas": "openblas 0.3.31 Zen"}, ("BLAS Haswell → Zen",)),
        ({"blas": "openblas 0.3.29 Zen"}, ("BLAS 0.3.31 Haswell → 0.3.29 Zen",)),
        ({"blas": "openblas"}, ("BLAS openblas 0.3.31 Haswell → openblas",)),
        ({"threads": 8, "machine": "M"}, ("threads 1 → 8", "machine Some CPU, Linux x86_64 → M")),
        ({"bits": "cd" * 32}, ("the same products have other last bits here",)),
        ({"numpy": "2.0.1", "bits": "cd" * 32}, ("NumPy 2.4.6 → 2.0.1",)),
    ],
)
def test_what_changed_is_said_in_words(change: dict[str, object], said: tuple[str, ...]) -> None:
    assert differences(HERE, msgspec.structs.replace(HERE, **change)) == said


def test_it_survives_as_text() -> None:
    assert from_text(HERE.to_text()) == HERE


@pytest.mark.parametrize("text", [None, 5, "", "{", "[]", '{"numpy": 1}', "\udcff", "[" * 5000])
def test_other_texts_are_no_fingerprint(text: object) -> None:
    assert from_text(text) is None


def test_the_processor_is_called_as_the_kernel_calls_it(tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor\t: 0\nmodel name\t: Some  CPU @ 2:4 GHz\nmodel name\t: Other\n")
    assert processor_name(cpuinfo) == "Some CPU @ 2:4 GHz"
    assert processor_name(tmp_path / "none")
