"""The terminal that has gone away."""

from __future__ import annotations

import os

import pytest

from rnn_tui.tui.outlet import Outlet


def test_what_nobody_reads_any_more_is_written_without_an_error() -> None:
    master, slave = os.openpty()
    terminal = os.fdopen(slave, "w")
    outlet = Outlet(terminal)
    outlet.write("seen")
    outlet.flush()
    assert os.read(master, 10) == b"seen"
    os.close(master)
    for _ in range(100):
        outlet.write("nobody")
        outlet.flush()
    assert outlet.fileno() == slave
    with pytest.raises(OSError, match="Input/output"):  # what was kept is still kept
        terminal.close()
