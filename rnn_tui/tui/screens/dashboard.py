"""The dashboard: everything about a run at once, as far as it fits."""

from __future__ import annotations

import math
import time
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.reactive import var
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Footer

from rnn_tui.runs.rows import KINDS
from rnn_tui.training.protocol import (
    Pause,
    Request,
    Resume,
    Save,
    SetLearningRate,
    Status,
    StepOnce,
)
from rnn_tui.tui.composing import compose_partially
from rnn_tui.tui.history import Frame, History
from rnn_tui.tui.intentions import Intentions
from rnn_tui.tui.rates import rates
from rnn_tui.tui.renderables.event_marks import MARKS, mark_of
from rnn_tui.tui.screens.help import HelpScreen, Key, keys_of
from rnn_tui.tui.widgets.array_pane import ArrayPane
from rnn_tui.tui.widgets.chart_pane import ChartPane
from rnn_tui.tui.widgets.loss_pane import LossPane
from rnn_tui.tui.widgets.pane import SLACK, Pane, neighbour
from rnn_tui.tui.widgets.pane_board import PANES, PaneBoard
from rnn_tui.tui.widgets.pane_tabs import PaneTabs
from rnn_tui.tui.widgets.sample_pane import SamplePane
from rnn_tui.tui.widgets.status_bar import StatusBar
from rnn_tui.tui.widgets.surroundings import only_ascii

RATE_FACTOR = 1.25
"""How much + and - change the learning rate."""

TYPING_SECONDS = 0.6
"""After a letter, for so long, somebody counts as typing."""

SILENT_SECONDS = 3.0
"""Without an answer for so long the status says so."""

STARTING_SECONDS = 10.0
"""The same before the first answer: a long text takes its time to be read."""


RATE = Binding.Group("lr")
"""Two keys with one word in the footer, which 80 columns have room for."""


def _key(
    keys: str,
    action: str,
    short: str,
    does: str,
    show: bool = False,
    group: Binding.Group | None = None,
) -> Binding:
    """A key of the dashboard; its id is that of its action, so that users can map it anew."""
    name = f"dashboard.{action}"
    return Binding(keys, action, short, show=show, tooltip=does, id=name, group=group)


class DashboardScreen(Screen[None]):
    """Routes what the panes and the keys ask for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        _key("space", "pause", "pause", "pause or go on training", show=True),
        _key("n", "one_step", "one step", "make one training step", show=True),
        _key("s", "step_through", "stepper", "step through the next training step", show=True),
        _key("T", "open_sampler", "sampler", "write texts and look into them", show=True),
        _key("r", "runs", "runs", "all runs: compare, tag, rename, delete them"),
        _key("plus,equals_sign", "rate(1)", "lr up", "raise the learning rate", True, RATE),
        _key("minus", "rate(-1)", "lr down", "lower the learning rate", True, RATE),
        _key("k,K", "knobs", "knobs", "turn what may be turned while it trains, and undo it"),
        _key("t,i", "prompt", "write", "write a prompt", show=True),
        _key("less_than_sign,comma", "warm(-1)", "cooler", "lower the temperature"),
        _key("greater_than_sign,full_stop", "warm(1)", "warmer", "raise the temperature"),
        _key("right_square_bracket", "turn(1)", "next", "next layer or parameter"),
        _key("left_square_bracket", "turn(-1)", "previous", "previous layer or parameter"),
        _key("y", "axis", "y axis", "linear or logarithmic axis"),
        _key("w", "which", "whole/recent", "whole run or recent steps"),
        _key("f", "full", "full", "one pane on the whole screen, or all", show=True),
        _key("ctrl+s", "save", "save", "save a checkpoint now"),
        *(
            _key(str(pane.number), f"pane({pane.number})", pane.label, f"go to {pane.label}")
            for pane in PANES
        ),
        _key("tab", "walk(1)", "next", "what comes next, pane after pane"),
        _key("shift+tab", "walk(-1)", "previous", "what comes before"),
        _key("question_mark,f1", "keys", "keys", "the keys of where one is", show=True),
        _key("q", "app.leave", "leave", "leave: stop the run or let it go on", show=True),
    ]

    frame: var[Frame | None] = var(None, init=False)

    def __init__(self) -> None:
        super().__init__()
        compose_partially(self)
        self._intentions = Intentions()

    def compose(self) -> ComposeResult:
        """Status, panes, keys."""
        yield StatusBar()
        yield PaneBoard()
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Look now and then whether the trainer still answers."""
        self.set_interval(1.0, self._notice_silence)

    @property
    def board(self) -> PaneBoard:
        """The panes."""
        return self.query_one(PaneBoard)

    # -- what the feed brings and needs ------------------------------------------------------

    def wishes(self, history: History) -> dict[str, Any]:
        """The views and the text that the visible panes need."""
        views = self.board.views(history, self.typing)
        sample = self.board.sample
        return {"views": views, **(sample.wishes() if sample.on_screen else {})}

    @property
    def pace(self) -> float:
        """Seconds from one frame to the next: what the fastest of what can be seen wants."""
        most = rates()
        if self.board.sample.writing:
            return most.typing if self.typing else most.awaited
        if self._resting:
            return most.resting
        return most.typing if self.typing else min(most.text, self.board.pace)

    @property
    def _resting(self) -> bool:
        """Whether nothing happens that could be drawn."""
        if self.frame is None or self.frame.update.status.phase == "training":
            return False
        return not self.board.is_behind(self.frame.history)

    @property
    def sent(self) -> int:
        """Bytes that were sent to the terminal so far."""
        return self.app.sent  # type: ignore[attr-defined, no-any-return]

    @property
    def typing(self) -> bool:
        """Whether somebody is typing now: letters come before frames."""
        return time.monotonic() - self._typed_at < TYPING_SECONDS

    _typed_at = -math.inf

    @property
    def covered(self) -> bool:
        """Whether a screen that is no dialog lies above."""
        stack = self.app.screen_stack
        above = stack[stack.index(self) + 1 :] if self in stack else []
        return any(not screen.is_modal for screen in above)

    def on_input_changed(self) -> None:
        """A letter was typed."""
        self._typed_at = time.monotonic()

    def greet(self, history: History) -> None:
        """A run was reached."""
        bar = self.query_one(StatusBar)
        bar.welcome, bar.trouble, bar.phase = history.welcome, "", "starting"
        self.board.sample.reset()

    async def show(self, frame: Frame) -> None:
        """Draw what arrived, the status first."""
        self.frame = frame
        self._tell_status(frame.update.status)
        await self.board.draw(frame)

    def _tell_status(self, status: Status) -> None:
        """The numbers not more often than they can be read; what is new of another kind at once."""
        bar, now = self.query_one(StatusBar), time.monotonic()
        news = (bar.trouble, bar.phase) != ("", status.phase) or status.phase != "training"
        if news or now - self._told_at >= rates().text - SLACK:
            self._told_at = now
            bar.trouble, bar.phase = "", status.phase
            if repr(status) != repr(bar.status):  # what was not measured yet is never equal
                bar.status = status

    _told_at = -math.inf

    def lost(self, reason: str) -> None:
        """The server is gone: what was drawn stays."""
        bar = self.query_one(StatusBar)
        if bar.phase != "finished":
            bar.trouble, bar.phase = reason, "lost"

    async def _notice_silence(self) -> None:
        bar = self.query_one(StatusBar)
        if not self._is_silent(bar):
            return
        what_helps: str = await self.app.what_helps()  # type: ignore[attr-defined]
        if self._is_silent(bar):  # still
            bar.phase, bar.trouble = "silent", f"for {self._silent:.0f} s: {what_helps}"

    def _is_silent(self, bar: StatusBar) -> bool:
        patience = STARTING_SECONDS if bar.phase == "starting" else SILENT_SECONDS
        return bar.phase != "lost" and self._silent > patience

    @property
    def _silent(self) -> float:
        """Seconds without an answer."""
        return time.monotonic() - self.app.answered  # type: ignore[attr-defined, no-any-return]

    # -- keys -----------------------------------------------------------------------------------

    @property
    def _status(self) -> Status | None:
        return self.frame.update.status if self.frame is not None else None

    def _tell(self, request: Request) -> None:
        self.app.tell(request)  # type: ignore[attr-defined]

    def action_pause(self) -> None:
        """Pause or go on."""
        status = self._status
        if status is not None:
            training = self._intentions.latest("training", status.phase == "training")
            self._intentions.ask("training", not training)
            self._tell(Pause() if training else Resume())

    def action_one_step(self) -> None:
        """One training step."""
        self._intentions.ask("training", False)
        self._tell(StepOnce())

    def action_step_through(self) -> None:
        """Go through the next training step, operation by operation."""
        if self.frame is not None:
            self.app.step_through(self.frame.history.welcome)  # type: ignore[attr-defined]

    def action_open_sampler(self) -> None:
        """Write texts with the network as it is now, while training goes on."""
        if self.frame is not None:
            self.app.open_sampler(self.frame.history.welcome)  # type: ignore[attr-defined]

    def action_runs(self) -> None:
        """List all runs."""
        self.app.list_runs()  # type: ignore[attr-defined]

    def action_rate(self, direction: int) -> None:
        """Change the learning rate by a quarter."""
        status = self._status
        if status is not None:
            before = self._intentions.latest("rate", status.learning_rate)
            rate = float(f"{before * RATE_FACTOR**direction:.3g}")
            self._intentions.ask("rate", rate)
            self._tell(SetLearningRate(rate))

    def action_knobs(self) -> None:
        """Turn knobs, and turn them back."""
        self.app.open_knobs()  # type: ignore[attr-defined]

    def action_save(self) -> None:
        """Save now."""
        self._tell(Save())

    def action_prompt(self) -> None:
        """Go to the prompt."""
        self.action_pane(SamplePane.number)

    def action_warm(self, steps: int) -> None:
        """Change the temperature."""
        self.board.sample.warm(steps)

    def action_turn(self, by: int) -> None:
        """Another array in the current pane."""
        self.board.current_pane.action_turn(by)
        self.app.wake()  # type: ignore[attr-defined]

    @property
    def arrays(self) -> list[tuple[ArrayPane, str]]:
        """Every array that can be shown, with the pane that shows it."""
        if self.frame is None:
            return []
        welcome = self.frame.history.welcome
        return [(pane, name) for pane in self.query(ArrayPane) for name in pane.choices(welcome)]

    def show_array(self, pane: ArrayPane, name: str) -> None:
        """Show one array, and its pane."""
        pane.choose(name)
        self.action_pane(pane.number)

    def action_axis(self) -> None:
        """Linear or logarithmic."""
        for pane in self.query(ChartPane):
            pane.log_axis = not pane.log_axis

    def action_which(self) -> None:
        """Whole or recent."""
        for pane in self.query(ChartPane):
            pane.which = "recent" if pane.which == "whole" else "whole"

    def action_full(self) -> None:
        """One pane or all."""
        self.board.full = not self.board.full

    def action_pane(self, number: int) -> None:
        """Go to a pane."""
        self._look_at(self.board.pane(number), self.board.pane(number).entrance)

    def action_walk(self, by: int) -> None:
        """Go to what comes next, also where its pane has no room beside the others."""
        pane, widget = neighbour(self.board.panes, self.focused, by)
        self._look_at(pane, widget)

    def _look_at(self, pane: Pane, widget: Widget) -> None:
        """First the focus, then the arrangement: a hidden focus would be moved elsewhere."""
        self.set_focus(widget)
        self.board.current = pane.number
        self.app.wake()  # type: ignore[attr-defined]

    def action_keys(self) -> None:
        """List the keys."""
        marks = [
            Key(mark_of(kind, only_ascii()), f"{kind}: {KINDS.get(kind, '')}".removesuffix(": "))
            for kind in MARKS
            if kind in KINDS
        ]
        self.app.push_screen(HelpScreen(keys_of(self), [("marks under the loss", marks)]))

    @on(LossPane.StepAsked)
    def step_at(self, event: LossPane.StepAsked) -> None:
        """Go through a step of the past."""
        if self.frame is not None:
            welcome = self.frame.history.welcome
            self.app.step_at(welcome, event.first, event.last)  # type: ignore[attr-defined]

    @on(PaneTabs.Chosen)
    def choose_pane(self, event: PaneTabs.Chosen) -> None:
        """A tab was clicked."""
        self.action_pane(event.number)

    @on(SamplePane.Asked)
    def pass_on(self, event: SamplePane.Asked) -> None:
        """The sample pane wants something of the trainer."""
        self._tell(event.request)
