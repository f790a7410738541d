"""The keys that work where one is, read off the bindings themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar, NamedTuple

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static


class Key(NamedTuple):
    """One line of the help: keys, and what they do."""

    keys: str
    does: str


class HelpScreen(ModalScreen[None]):
    """Lists the keys; any of them closes it."""

    DEFAULT_CSS: ClassVar[str] = """
    HelpScreen { align: center middle; }
    HelpScreen VerticalScroll {
        width: 66; max-width: 100%; height: auto; max-height: 100%;
        border: round $primary; background: $surface; padding: 0 2;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,f1,q,enter", "dismiss", "Close", show=False, id="help.close"),
    ]

    def __init__(self, keys: list[Key]) -> None:
        super().__init__()
        self._keys = keys

    def compose(self) -> ComposeResult:
        """One scrolling list."""
        table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
        table.add_column(style="bold", no_wrap=True)
        table.add_column()
        for key in self._keys:
            table.add_row(Text(key.keys), Text(key.does))
        scroll = VerticalScroll(Static(table))
        scroll.border_title = Content("keys")
        scroll.border_subtitle = Content("↑ ↓ scroll · esc closes")
        yield scroll


def keys_of(screen: Screen[Any]) -> list[Key]:
    """The bindings that act now, from the focused widget outwards, each action once."""
    found: dict[str, list[str]] = {}
    for binding in _acting(screen):
        does = binding.tooltip or binding.description
        key = screen.app.get_key_display(replace(binding, key_display=None))
        if does and key not in found.setdefault(does, []):
            found[does].append(key)
    return [Key("  ".join(keys), does) for does, keys in found.items()]


def _acting(screen: Screen[Any]) -> Iterator[Binding]:
    hidden = {"super+c"}
    walking = {"tab", "shift+tab"}  # the least surprising keys come last
    for active in sorted(
        screen.active_bindings.values(),
        key=lambda active: (active.binding.key in walking, -len(active.node.ancestors)),
    ):
        if active.enabled and active.binding.key not in hidden:
            yield active.binding
