"""The machine in one line."""

from __future__ import annotations

import platform
from pathlib import Path

import numpy as np

from rnn_tui.bench.machine import Machine, processor_name, this_machine


def test_the_line_names_processor_python_numpy_and_threads() -> None:
    machine = Machine("Some CPU @ 2 GHz", 2, 0.25, "3.11.7", "2.4.6", "openblas 0.3", 1)
    assert machine.line == (
        "Some CPU @ 2 GHz, 2 cores, load 0.2 · Python 3.11.7 · NumPy 2.4.6 · openblas 0.3, 1 thread"
    )


def test_this_machine_has_the_versions_that_run() -> None:
    machine = this_machine(1)
    assert (machine.python, machine.numpy) == (platform.python_version(), np.__version__)
    assert machine.processor
    assert machine.blas
    assert machine.cores >= 1


def test_the_processor_is_called_as_the_kernel_calls_it(tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor\t: 0\nmodel name\t: Some  CPU @ 2:4 GHz\nmodel name\t: Other\n")
    assert processor_name(cpuinfo) == "Some CPU @ 2:4 GHz"


def test_where_the_kernel_does_not_say_it_is_still_named(tmp_path: Path) -> None:
    assert processor_name(tmp_path / "none")
