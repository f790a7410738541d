"""The moment between the dashboard and another screen: what that one shows is on its way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, TypeVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

Taken = TypeVar("Taken")

SAID_SECONDS = 0.25
"""What arrives sooner is shown without a word before it."""

CLOSED_SECONDS = 0.05
"""Between two looks whether a question that lies above has been answered."""


class LeftError(Exception):
    """Nobody wants it any more."""


class TakingScreen(ModalScreen[None]):
    """One line over what was seen before; escape leaves it. No other key does anything.

    ``what`` is taken, such as "the window".
    """

    DEFAULT_CSS: ClassVar[str] = """
    TakingScreen { background: transparent; align: center bottom; }
    TakingScreen Static { width: 1fr; height: 1; padding: 0 1; background: $surface; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "stay", "stay here", show=False, id="taking.stay"),
    ]

    left = False

    def __init__(self, what: str = "the window") -> None:
        super().__init__()
        self._what = what

    def compose(self) -> ComposeResult:
        """The line."""
        yield Static(self._words(0.0), markup=False)

    def tell(self, progress: float) -> None:
        """Show how much has arrived, 0..1. Raises LeftError when nobody waits for the rest."""
        if self.left:
            raise LeftError
        for line in self.query(Static):
            line.update(self._words(progress))

    def action_stay(self) -> None:
        """Do without it."""
        self.left = True
        self.dismiss()

    async def close(self) -> None:
        """Go, unless it was left before; what lies above is answered first."""
        while self in self.app.screen_stack and not self.is_active:
            await asyncio.sleep(CLOSED_SECONDS)
        if self in self.app.screen_stack:
            await self.dismiss()

    def _words(self, progress: float) -> Content:
        return Content(f"taking {self._what} … {progress:4.0%}   esc stays here")


async def taken(
    app: App[Any], what: str, take: Callable[[Callable[[float], None]], Awaitable[Taken]]
) -> Taken | None:
    """What ``take`` brings, which tells its progress, 0..1; None if somebody no longer wants it.

    What takes long is said meanwhile.
    """
    taking = TakingScreen(what)
    work = asyncio.ensure_future(take(taking.tell))
    try:
        done, _ = await asyncio.wait({work}, timeout=SAID_SECONDS)
        if not done:
            await app.push_screen(taking)
        found = await work
    except LeftError:
        return None
    finally:
        work.cancel()
        await taking.close()
    return None if taking.left else found


async def answered(app: App[Any]) -> None:
    """Wait until no question that was asked meanwhile lies above."""
    while isinstance(app.screen, ModalScreen):
        await asyncio.sleep(CLOSED_SECONDS)
