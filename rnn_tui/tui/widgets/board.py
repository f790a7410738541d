"""What arrangements of panes share: all at once where they fit, else the one that is looked at."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.containers import Vertical
from textual.reactive import var
from textual.widget import Widget

from rnn_tui.tui.widgets.pane_tabs import PaneTabs


class Board(Vertical):
    """``current`` is the number of the pane that keys act on; ``full`` shows it alone."""

    CONTAINERS: ClassVar[tuple[str, ...]] = ()
    """Ids of what holds panes, the inner ones first: each is gone with the last of its panes."""

    current: var[int] = var(1, init=False)
    full: var[bool] = var(False, init=False)

    def on_resize(self) -> None:
        """Another size may have room for more panes, or fewer."""
        self.arrange_panes()

    def watch_full(self) -> None:
        """One pane, or all."""
        self.arrange_panes()

    def watch_current(self) -> None:
        """Another pane is looked at."""
        self.query_one(PaneTabs).current = self.current
        self.arrange_panes()

    def arrange_panes(self) -> None:
        """Show what there is room for."""
        raise NotImplementedError

    def alone(self, single: bool) -> None:
        """Whether one pane is shown: then there are tabs."""
        self.set_class(single, "-single")
        self.query_one(PaneTabs).display = single

    def fold(self, panes: Iterable[Widget]) -> None:
        """Hide the containers of hidden panes."""
        seen = [pane for pane in panes if pane.display]
        for name in self.CONTAINERS:
            container = self.query_one(f"#{name}")
            container.display = any(container in pane.ancestors for pane in seen)
