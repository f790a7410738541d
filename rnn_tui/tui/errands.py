"""Tasks that a screen has done in the background, each kind one at a time, beside one another."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from textual.widget import Widget
from textual.worker import Worker

from rnn_tui.core.work import Task
from rnn_tui.tui.background import Background, GivenUpError

Say = Callable[[str, bool], None]
"""Is told what came of it, and whether that is trouble."""


class Errands:
    """``report`` is told what is going on, and "" at the end; ``refusals`` are told in a line."""

    def __init__(
        self,
        owner: Widget,
        report: Callable[[str], None],
        say: Say,
        refusals: tuple[type[Exception], ...],
    ) -> None:
        self._owner, self._report, self._say, self._refusals = owner, report, say, refusals
        self._kinds: dict[str, Background] = {}

    @property
    def busy(self) -> bool:
        """Whether anything is at work."""
        return any(background.busy for background in self._kinds.values())

    def begin(self, task: Task, kind: str = "", then: Callable[[Any], None] | None = None) -> bool:
        """Work on a task; ``then`` gets what was found. False: one of its kind is at work."""
        background = self._kinds.setdefault(kind, Background(self._report))
        if background.busy:
            self._say(f"still at work: {background.busy}; esc gives it up", True)
            return False
        background.begin(task.title)
        work = partial(self._perform, background, task, then)  # no coroutine before it is run
        _: Worker[None] = self._owner.run_worker(work, exit_on_error=True)
        return True

    async def _perform(
        self, background: Background, task: Task, then: Callable[[Any], None] | None
    ) -> None:
        try:
            found = await background.run(task.work)
            answer = task.apply(found)
        except GivenUpError:
            self._tell(f"{task.title}: given up", False)
        except self._refusals as error:
            self._tell(str(error), True)
        else:
            self._tell(answer, False)
            if then is not None and self._owner.is_attached:
                then(found)

    def _tell(self, text: str, trouble: bool) -> None:
        """Nobody listens any more where the owner is gone."""
        if self._owner.is_attached:
            self._say(text, trouble)

    def give_up(self) -> bool:
        """End all that is at work; whether anything was."""
        busy = [background for background in self._kinds.values() if background.busy]
        for background in busy:
            background.give_up()
        return bool(busy)
