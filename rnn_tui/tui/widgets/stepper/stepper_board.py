"""The panes of the stepper and their arrangement: all at once where they fit, else one."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.reactive import var
from textual.widget import Widget

from rnn_tui.stepping.view import View
from rnn_tui.tui.widgets.board import Board
from rnn_tui.tui.widgets.pane_tabs import PaneTabs
from rnn_tui.tui.widgets.stepper.operation_list import OperationList
from rnn_tui.tui.widgets.stepper.operation_pane import OperationPane
from rnn_tui.tui.widgets.stepper.sums_pane import SumsPane
from rnn_tui.tui.widgets.stepper.time_strip import TimeStrip
from rnn_tui.tui.widgets.stepper.watches_pane import WatchesPane

PANES: tuple[tuple[int, str, type[Widget]], ...] = (
    (1, "operation", OperationPane),
    (2, "list", OperationList),
    (3, "sums", SumsPane),
    (4, "watches", WatchesPane),
)

ROOM_FOR_ALL = (100, 28)
"""The smallest screen, in columns and lines, on which all panes are shown at once."""

ROOM_FOR_STRIP = 14
"""Lines of a screen on which something is left for the panes below the strip of time."""


class StepperBoard(Board):
    """The strip of time above, below it the panes. ``current`` is shown where only one can be."""

    DEFAULT_CSS: ClassVar[str] = """
    StepperBoard { height: 1fr; }
    StepperBoard #beside { height: 1fr; }
    StepperBoard TimeStrip { height: 8; }
    StepperBoard OperationList { width: 34; }
    StepperBoard.-wide OperationList { width: 44; }
    StepperBoard #right { width: 1fr; }
    StepperBoard #below { height: 8; }
    StepperBoard.-wide #below { height: 10; }
    StepperBoard #below LinePane { height: 1fr; }
    StepperBoard .-current { border-title-color: $primary; }
    StepperBoard.-single TimeStrip { height: 4; }
    StepperBoard.-single OperationList { width: 1fr; }
    StepperBoard.-single #below { height: 1fr; }
    """

    view: var[View | None] = var(None, init=False)
    CONTAINERS: ClassVar[tuple[str, ...]] = ("below", "right")

    def compose(self) -> ComposeResult:
        """All panes; which of them can be seen is arranged by size."""
        yield TimeStrip()
        yield PaneTabs([(number, name) for number, name, _ in PANES])
        with Horizontal(id="beside"):
            yield OperationList()
            with Vertical(id="right"):
                yield OperationPane()
                with Horizontal(id="below"):
                    yield SumsPane()
                    yield WatchesPane()

    @property
    def operation_pane(self) -> OperationPane:
        """The pane in the middle."""
        return self.query_one(OperationPane)

    def watch_view(self, view: View | None) -> None:
        """Hand it down: each pane redraws what changed of it, if it can be seen."""
        self.query_one(TimeStrip).view = view
        for _, _, kind in PANES:
            pane: Widget = self.query_one(kind)
            if pane.display:
                pane.view = view  # type: ignore[attr-defined]

    def arrange_panes(self) -> None:
        """All panes and the strip of time, or one pane, with the strip where there is room."""
        width, height = self.screen.size
        single = self.full or width < ROOM_FOR_ALL[0] or height < ROOM_FOR_ALL[1]
        self.alone(single)
        self.set_class(width >= 160, "-wide")
        self.query_one(TimeStrip).display = height >= ROOM_FOR_STRIP
        for number, _, kind in PANES:
            pane: Widget = self.query_one(kind)
            pane.display = not single or number == self.current
            pane.set_class(number == self.current, "-current")
            if pane.display:
                pane.view = self.view  # type: ignore[attr-defined]
        self.fold(self.query_one(kind) for _, _, kind in PANES)
