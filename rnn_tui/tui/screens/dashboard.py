"""The dashboard: everything about a run at once, as far as it fits."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Literal, TypeAlias

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.reactive import var
from textual.screen import Screen
from textual.widgets import Footer

from rnn_tui.training.protocol import (
    Pause,
    Request,
    Resume,
    Save,
    SetLearningRate,
    Status,
    StepOnce,
    View,
)
from rnn_tui.tui.history import Frame, History
from rnn_tui.tui.intentions import Intentions
from rnn_tui.tui.screens.help import HelpScreen, keys_of
from rnn_tui.tui.widgets.array_pane import ArrayPane
from rnn_tui.tui.widgets.chart_pane import ChartPane, LossPane, NormPane
from rnn_tui.tui.widgets.pane import Pane, neighbour
from rnn_tui.tui.widgets.pane_tabs import PaneTabs
from rnn_tui.tui.widgets.parameter_panes import GradientsPane, WeightsPane
from rnn_tui.tui.widgets.sample_pane import SamplePane
from rnn_tui.tui.widgets.state_pane import StatePane
from rnn_tui.tui.widgets.status_bar import StatusBar

Arrangement: TypeAlias = Literal["large", "medium", "small"]

PANES = (LossPane, StatePane, WeightsPane, GradientsPane, SamplePane, NormPane)
RATE_FACTOR = 1.25
"""How much + and - change the learning rate."""

TYPING_SECONDS = 0.6
"""After a letter, for so long, somebody counts as typing."""

BETWEEN_PANES = 0.02
"""Seconds between the drawing of two panes: time for a key, and for the screen to be written."""

SILENT_SECONDS = 3.0
"""Without an answer for so long the status says so."""


def partition(
    holds: Callable[[Pane], bool], panes: Iterable[Pane]
) -> tuple[list[Pane], list[Pane]]:
    """Those for which it holds, and the others."""
    found: tuple[list[Pane], list[Pane]] = [], []
    for pane in panes:
        found[not holds(pane)].append(pane)
    return found


def arrangement(width: int, height: int) -> Arrangement:
    """How much fits on a screen of this size."""
    if width >= 160 and height >= 44:
        return "large"
    return "medium" if width >= 100 and height >= 28 else "small"


def _key(keys: str, action: str, short: str, does: str, show: bool = False) -> Binding:
    """A key of the dashboard; its id is that of its action, so that users can map it anew."""
    return Binding(keys, action, short, show=show, tooltip=does, id=f"dashboard.{action}")


class DashboardScreen(Screen[None]):
    """Arranges the panes and routes what they and the keys ask for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        _key("space", "pause", "pause", "pause or go on training", show=True),
        _key("n", "one_step", "one step", "make one training step", show=True),
        _key("plus,equals_sign", "rate(1)", "lr +", "raise the learning rate", show=True),
        _key("minus", "rate(-1)", "lr -", "lower the learning rate", show=True),
        _key("t,i", "prompt", "prompt", "write a prompt", show=True),
        _key("less_than_sign,comma", "warm(-1)", "cooler", "lower the temperature"),
        _key("greater_than_sign,full_stop", "warm(1)", "warmer", "raise the temperature"),
        _key("right_square_bracket", "turn(1)", "next", "next layer or parameter"),
        _key("left_square_bracket", "turn(-1)", "previous", "previous layer or parameter"),
        _key("y", "axis", "y axis", "linear or logarithmic axis"),
        _key("w", "which", "whole/recent", "whole run or recent steps"),
        _key("f", "full", "full pane", "one pane on the whole screen, or all", show=True),
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
    current: var[int] = var(1, init=False)
    full: var[bool] = var(False, init=False)

    def __init__(self) -> None:
        super().__init__()
        self._intentions = Intentions()

    def compose(self) -> ComposeResult:
        """All panes; which of them can be seen is arranged by size."""
        yield StatusBar()
        yield PaneTabs([(pane.number, pane.label) for pane in PANES])
        with Horizontal(id="main"):
            with Vertical(id="left"):
                yield LossPane(id="loss")
                yield NormPane(id="norm")
            with Vertical(id="right"):
                yield StatePane(id="state")
                with Horizontal(id="parameters"):
                    yield WeightsPane(id="weights")
                    yield GradientsPane(id="gradients")
        yield SamplePane(id="sample")
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """The loss is what one looks at first."""
        for pane in self.panes:
            pane.entitle(f"{pane.number} {pane.label}")
        self.query_one(LossPane).focus_content()
        self.set_interval(1.0, self._notice_silence)

    # -- arrangement --------------------------------------------------------------------------

    @property
    def panes(self) -> list[Pane]:
        """All panes, in the order of their numbers."""
        return sorted(self.query(Pane), key=lambda pane: pane.number)

    @property
    def current_pane(self) -> Pane:
        """The pane that keys act on."""
        return next(pane for pane in self.panes if pane.number == self.current)

    def on_resize(self) -> None:
        """Another size may have room for more panes, or fewer."""
        self._arrange()

    def watch_full(self) -> None:
        """One pane, or all."""
        self._arrange()

    def watch_current(self) -> None:
        """Another pane is looked at."""
        self.query_one(PaneTabs).current = self.current
        self._arrange()

    def _arrange(self) -> None:
        fits = arrangement(*self.size)
        single = self.full or fits == "small"
        for name in ("large", "medium", "small"):
            self.set_class(name == fits, f"-{name}")
        self.set_class(single, "-single")
        self.query_one(PaneTabs).display = single
        for pane in self.panes:
            pane.display = pane.number == self.current if single else self._has_room(pane, fits)
        for name in ("parameters", "left", "right", "main"):
            container = self.query_one(f"#{name}")
            container.display = any(pane.display for pane in container.query(Pane))

    def _has_room(self, pane: Pane, fits: Arrangement) -> bool:
        """In the middle size weights and gradients share a place: the one looked at has it."""
        if fits == "large" or not isinstance(pane, WeightsPane | GradientsPane):
            return True
        gradients = self.current == GradientsPane.number
        return isinstance(pane, GradientsPane) == gradients

    def on_descendant_focus(self) -> None:
        """The pane that has the focus is the current one."""
        for pane in self.panes:
            if pane.has_focus_within:
                self.current = pane.number

    # -- what the feed brings and needs ---------------------------------------------------------

    def wishes(self, history: History) -> dict[str, Any]:
        """The views and the text that the visible panes need."""
        self._due = self._panes_due()
        wishes = [p.wish(history.welcome) for p in self._due if isinstance(p, ArrayPane)]
        views: list[View] = [view for view in wishes if view is not None]
        sample = self.query_one(SamplePane)
        return {"views": tuple(views), **(sample.wishes() if sample.on_screen else {})}

    def _panes_due(self) -> list[Pane]:
        """All that can be seen; while somebody types, the texts and in turn one of the others."""
        seen = [pane for pane in self.panes if pane.on_screen]
        texts, others = partition(lambda pane: isinstance(pane, SamplePane), seen)
        if not (self.typing and others):
            return seen
        self._turn += 1
        return [*texts, others[self._turn % len(others)]]

    _due: Sequence[Pane] = ()
    _turn = 0

    @property
    def hurried(self) -> bool:
        """Whether a text is being written that somebody waits for."""
        return self.query_one(SamplePane).writing

    @property
    def typing(self) -> bool:
        """Whether somebody is typing now: letters come before frames."""
        return time.monotonic() - self._typed_at < TYPING_SECONDS

    _typed_at = -math.inf

    def on_input_changed(self) -> None:
        """A letter was typed."""
        self._typed_at = time.monotonic()

    def greet(self, history: History) -> None:
        """A run was reached."""
        bar = self.query_one(StatusBar)
        bar.welcome, bar.trouble, bar.phase = history.welcome, "", "starting"
        self.query_one(SamplePane).reset()

    async def show(self, frame: Frame) -> None:
        """Draw what arrived, one pane after the other: a key waits for one pane at most."""
        self.frame = frame
        bar = self.query_one(StatusBar)
        bar.trouble, bar.status, bar.phase = "", frame.update.status, frame.update.status.phase
        for pane in self.panes:
            if pane in self._due:
                await asyncio.sleep(BETWEEN_PANES)
                pane.frame = frame
            else:
                pane.set_reactive(Pane.frame, frame)  # known, and not drawn

    def lost(self, reason: str) -> None:
        """The server is gone: what was drawn stays."""
        bar = self.query_one(StatusBar)
        if bar.phase != "finished":
            bar.trouble, bar.phase = reason, "lost"

    def _notice_silence(self) -> None:
        bar = self.query_one(StatusBar)
        silent = time.monotonic() - self.app.answered  # type: ignore[attr-defined]
        if bar.phase not in {"lost", "starting"} and silent > SILENT_SECONDS:
            bar.phase, bar.trouble = "silent", f"no answer from the trainer for {silent:.0f} s"

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

    def action_rate(self, direction: int) -> None:
        """Change the learning rate by a quarter."""
        status = self._status
        if status is not None:
            before = self._intentions.latest("rate", status.learning_rate)
            rate = float(f"{before * RATE_FACTOR**direction:.3g}")
            self._intentions.ask("rate", rate)
            self._tell(SetLearningRate(rate))

    def action_save(self) -> None:
        """Save now."""
        self._tell(Save())

    def action_prompt(self) -> None:
        """Go to the prompt."""
        self.action_pane(SamplePane.number)

    def action_warm(self, steps: int) -> None:
        """Change the temperature."""
        self.query_one(SamplePane).warm(steps)

    def action_turn(self, by: int) -> None:
        """Another array in the current pane."""
        self.current_pane.action_turn(by)
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
        self.full = not self.full

    def action_pane(self, number: int) -> None:
        """Go to a pane."""
        self.current = number
        self.call_after_refresh(self.current_pane.focus_content)
        self.app.wake()  # type: ignore[attr-defined]

    def action_walk(self, by: int) -> None:
        """Go to what comes next, also where its pane has no room beside the others."""
        pane, widget = neighbour(self.panes, self.focused, by)
        self.current = pane.number
        self.set_focus(widget)
        self.app.wake()  # type: ignore[attr-defined]

    def action_keys(self) -> None:
        """List the keys."""
        self.app.push_screen(HelpScreen(keys_of(self)))

    @on(PaneTabs.Chosen)
    def choose_pane(self, event: PaneTabs.Chosen) -> None:
        """A tab was clicked."""
        self.action_pane(event.number)

    @on(SamplePane.Asked)
    def pass_on(self, event: SamplePane.Asked) -> None:
        """The sample pane wants something of the trainer."""
        self._tell(event.request)
