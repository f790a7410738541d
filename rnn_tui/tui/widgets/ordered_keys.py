"""Keys that act in the order in which they were pressed."""

from __future__ import annotations

from textual import events
from textual.screen import Screen
from textual.widget import Widget


async def act_in_order(field: Widget, event: events.Key) -> None:
    """Carry out what is bound to a key by a field that letters are typed into, or around it.

    Otherwise a binding is looked up after the key went up to the app and came back, behind the
    letters that followed it: of "ab", enter and "c" in one burst, enter would find "abc". Keys of
    the screen and of the app go their usual way.
    """
    if event.is_printable:
        return
    bound = field.screen.active_bindings.get(event.key)
    node = bound.node if bound is not None and bound.enabled else None
    if bound is None or not isinstance(node, Widget) or isinstance(node, Screen):
        return
    if await field.app.run_action(bound.binding.action, node):  # else it is for who is around it
        event.stop()
        event.prevent_default()
