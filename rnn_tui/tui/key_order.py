"""Keys that act in the order in which they were pressed, however fast they come.

Textual hands a key to the widget that has the focus at once; what is bound to it is carried out
when the key has come up to the app, and a change of the focus later still. Of two keys in one burst
the second would reach the widget that the first one leaves: "4", which goes to a pane, then "end".
Here a key waits until the one before it has come all the way.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

from textual import events
from textual.app import App
from textual.message import Message

PATIENCE = 0.25
"""Seconds after which the next key is let through: the one before may wait for an answer."""

AT_ONCE = frozenset({"ctrl+c", "ctrl+q"})
"""Keys that leave: they do not wait."""


class Came(Message, bubble=True):
    """Goes the way of a key, behind it.

    Args:
        number: of the key.
        twice: whether it goes from the screen that the key has led to.
    """

    def __init__(self, number: int, twice: bool = False) -> None:
        super().__init__()
        self.number, self.twice = number, twice


class KeyOrder(App[str]):
    """An app whose keys and pastes act one after the other."""

    _waiting: deque[events.Event]
    _number = 0
    _under_way = 0  # the number of the key that is waited for

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._waiting = deque()

    async def on_event(self, event: events.Event) -> None:
        """Hold a key while another is under way."""
        typed = isinstance(event, events.Key | events.Paste) and not event.is_forwarded
        if not typed or getattr(event, "key", "") in AT_ONCE:
            await super().on_event(event)
        elif self._under_way:
            self._waiting.append(event)
        else:
            await self._act_on(event)

    async def _act_on(self, event: events.Event) -> None:
        """Let Textual hand the key to a widget, and send the sign behind it."""
        self._number += 1
        self._under_way = self._number
        asyncio.get_running_loop().call_later(PATIENCE, self._went_on, self._number)
        target = self.focused or self.screen
        await super().on_event(event)
        if not (event.is_forwarded and target.post_message(Came(self._number))):
            self._came_up()

    def on_came(self, message: Came) -> None:
        """The key is behind us: its screen is next, then what it has left for later."""
        message.stop()
        if message.number != self._under_way:
            return
        if message.twice:
            self._went_on(message.number)
        else:
            self._came_up()

    def _came_up(self) -> None:
        stack = self.screen_stack
        if not (stack and stack[-1].post_message(Came(self._under_way, twice=True))):
            self._went_on(self._under_way)

    def _went_on(self, number: int) -> None:
        self.call_later(self._next, number)

    async def _next(self, number: int) -> None:
        """The key that is waited for has come, or has taken too long."""
        if number != self._under_way:
            return
        self._under_way = 0
        if self._waiting:
            await self._act_on(self._waiting.popleft())
