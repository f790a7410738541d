"""The keys that work where one is, read off the bindings themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from textual.binding import ActiveBinding, Binding
from textual.dom import DOMNode
from textual.screen import Screen

from rnn_tui.tui.screens.help_page import HelpPage

OURS: Final = {
    "Open the command palette": "the command palette: everything by its name",
    "Focus Next": "what comes next",
    "Focus Previous": "what comes before",
}
"""What Textual's own keys do, in the words of the rest."""


class Key(NamedTuple):
    """One line of the help: keys, and what they do."""

    keys: str
    does: str


class HelpScreen(HelpPage):
    """Lists the keys, and what else is to be explained; any of them closes it."""

    def __init__(self, keys: Sequence[Key], more: Sequence[tuple[str, Sequence[Key]]] = ()) -> None:
        super().__init__("keys", [("", keys), *more])


class Acting(NamedTuple):
    """What one can do now: ``action`` of ``node``, and all keys that do it."""

    does: str
    node: DOMNode
    action: str
    keys: list[str]


def acting(screen: Screen[Any]) -> list[Acting]:
    """What the keys do now, from the focused widget outwards, each action once."""
    found: dict[str, Acting] = {}
    for active in _in_order(screen):
        binding = active.binding
        does = binding.tooltip or binding.description
        does = OURS.get(does, does)
        key = screen.app.get_key_display(replace(binding, key_display=None))
        known = found.setdefault(does, Acting(does, active.node, binding.action, []))
        if key not in known.keys:
            known.keys.append(key)
    return list(found.values())


def keys_of(screen: Screen[Any]) -> list[Key]:
    """The bindings that act now, from the focused widget outwards, each action once."""
    return [Key("  ".join(can.keys), can.does) for can in acting(screen)]


def _in_order(screen: Screen[Any]) -> Iterator[ActiveBinding]:
    """Inner nodes first, in the order in which a node lists its keys; walking the focus last."""
    hidden = {"super+c"}
    walking = {"app.focus_next", "app.focus_previous"}  # the least surprising keys

    def place(active: ActiveBinding) -> tuple[bool, int, int]:
        node, action = active.node, active.binding.action
        listed = [own.action for own in Binding.make_bindings(type(node).BINDINGS)]
        own = listed.index(action) if action in listed else -1
        return action in walking, -len(node.ancestors), own

    for active in sorted(screen.active_bindings.values(), key=place):
        binding = active.binding
        does = binding.tooltip or binding.description
        if active.enabled and does and binding.key not in hidden:
            yield active
