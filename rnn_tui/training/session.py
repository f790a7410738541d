"""A run that is being trained: its trainer, its directory, and the texts that are sampled from it.

A session has no socket and no process of its own. ``advance`` does one small piece of work; what
was asked is carried out between two pieces. The server, the command line without an app, and the
tests all drive the same session.
"""

from __future__ import annotations

from rnn_tui.runs.errors import RunError
from rnn_tui.training.protocol import StartSample, Status
from rnn_tui.training.recovery import NOTICE_SECONDS
from rnn_tui.training.stream import Network
from rnn_tui.training.turning import Turned
from rnn_tui.training.working import Work


class Session(Work):
    """One run, open for training, as those see it who steer it: what may be asked of it."""

    def pause(self) -> None:
        """Stop after the step that is being made."""
        if self.phase == "training":
            self.phase = "paused"
            self._event("paused")

    def go_on(self) -> None:
        """Train again, or try again to save. Raises ValueError when all steps are done."""
        if self.trouble is None:
            self._require_steps_left()
        self._save_due = self._save_due or self.trouble is not None
        self.trouble = None
        self.message = ""
        if self.phase != "paused":
            return
        self._event("continued")
        self.phase = "training"
        self.odd.in_a_row = 0
        self._gauges.restart()

    def step_once(self) -> None:
        """One step, and stay paused. Raises ValueError when all steps are done."""
        self._require_steps_left()
        self.pause()
        self._single_steps += 1

    def _require_steps_left(self) -> None:
        if self.phase == "finished":
            raise ValueError(f"all {self.steps:,} steps are done")

    def turn(self, name: str, value: object, who: str = "") -> Turned:
        """Turn a knob, from the next step on; before that one a checkpoint to undo to is saved.

        Raises ValueError, and nothing has changed, for what cannot be.
        """
        turned = self.turning.turn(name, value, who, self._gauges.seconds)
        if turned.before != turned.after:
            self._unsaved = self._save_due = True
        return turned

    def undo(self, who: str = "") -> str:
        """Go back to before the last knob was turned; what was done, in words.

        Raises ValueError where none was, RunError where the disk refuses.
        """
        if self._save_due:
            self.save()
        words = self.turning.undo(who)
        self._went_back()
        self._log_ahead = True
        self._unsaved, self.trouble, self.message, self.odd.in_a_row = True, None, "", 0
        self._event("undone", words, who)
        try:
            self._remove_later()
            self.save()  # what was turned at that very step is no longer so
        except RunError as error:
            self._stumble(error)
        return words

    def attend(self, client: int) -> None:
        """A client wants to see the run."""
        if self.watchers.begins(client):
            self._event("attached", who=self.watchers.name(client))

    def start_sample(self, client: int, request: StartSample) -> None:
        """Begin a text for a client, on the weights of now. Raises ValueError."""
        network = Network.of(self.trainer, self.vocabulary)
        self.streams.begin(client, request, network, self.clock)

    def leave(self, client: int) -> None:
        """A client is gone: nothing more is written or kept for it."""
        self.streams.pop(client, None)
        self.copies.pop(client, None)
        who = self.watchers.leave(client)
        if who is not None and not self.ended:
            self._event("detached", who=who)

    def close(self) -> None:
        """Save, and close the metrics log. Later calls do nothing."""
        if self.ended:
            return
        try:
            self.save()
        finally:
            self.phase = "stopped"
            self.streams.clear()
            self.metrics.close()

    def status(self) -> Status:
        """The latest state."""
        fresh = self.clock() - self._opened_at < NOTICE_SECONDS
        message = self.message or (" · ".join(self.notices) if fresh else "")
        return self._gauges.status(self.trainer, self.phase, self.saved_step, message)
