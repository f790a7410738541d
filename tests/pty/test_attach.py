"""A run that nobody trains, in a real terminal."""

from __future__ import annotations

import os
import signal

from tests.pty.runs import Run


def test_a_run_whose_app_and_trainer_were_killed_opens_at_its_last_state(run: Run) -> None:
    with run.start() as terminal:
        run.save(terminal)
        os.kill(run.pid, signal.SIGKILL)
        terminal.signal(signal.SIGKILL)
        assert terminal.end() == 137
    with run.terminal("attach") as again:
        again.until("■ read-only")
        again.until("resume with: rnn-tui resume otter")
        again.until("━ train")
        again.type("4")
        again.until("gradients:")  # the words are wrapped
        again.type(" ")
        again.until("nobody trains otter: rnn-tui")
        again.type("s")
        again.until("FORWARD")
        again.type("\x1b")
        again.until("■ read-only")
        again.type("q")
        assert again.end() == 0
