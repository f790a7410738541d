"""The moment between the dashboard and the stepper: the window is on its way."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

CLOSED_SECONDS = 0.05
"""Between two looks whether a question that lies above has been answered."""


class LeftError(Exception):
    """Nobody wants the window any more."""


class TakingScreen(ModalScreen[None]):
    """One line over what was seen before; escape leaves it. No other key does anything."""

    DEFAULT_CSS: ClassVar[str] = """
    TakingScreen { background: transparent; align: center bottom; }
    TakingScreen Static { width: 1fr; height: 1; padding: 0 1; background: $surface; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "stay", "stay here", show=False, id="taking.stay"),
    ]

    left = False

    def compose(self) -> ComposeResult:
        """The line."""
        yield Static(_words(0.0), markup=False)

    def tell(self, progress: float) -> None:
        """Show how much has arrived, 0..1. Raises LeftError when nobody waits for the rest."""
        if self.left:
            raise LeftError
        for line in self.query(Static):
            line.update(_words(progress))

    def action_stay(self) -> None:
        """Do without the window."""
        self.left = True
        self.dismiss()

    async def close(self) -> None:
        """Go, unless it was left before; what lies above is answered first."""
        while self in self.app.screen_stack and not self.is_active:
            await asyncio.sleep(CLOSED_SECONDS)
        if self in self.app.screen_stack:
            await self.dismiss()


def _words(progress: float) -> Content:
    return Content(f"taking the window … {progress:4.0%}   esc stays here")
