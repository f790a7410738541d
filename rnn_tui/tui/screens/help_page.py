"""A long page to scroll, which any of its closing keys takes away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static


class HelpPage(ModalScreen[None]):
    """Shows ``parts``: of each its heading, or "", and its lines in two columns."""

    DEFAULT_CSS: ClassVar[str] = """
    HelpPage { align: center middle; }
    HelpPage VerticalScroll {
        width: 66; max-width: 100%; height: auto; max-height: 100%;
        border: round $primary; background: $surface; padding: 0 2;
    }
    HelpPage Static { height: auto; }
    HelpPage.-wide VerticalScroll { width: 92; }
    HelpPage.-wide Static { margin-bottom: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,f1,q,enter", "dismiss", "Close", show=False, id="help.close"),
        Binding("j", "scroll_by(2)", "down", show=False, id="help.down"),
        Binding("k", "scroll_by(-2)", "up", show=False, id="help.up"),
    ]

    def __init__(
        self, title: str, parts: Sequence[tuple[str, Sequence[tuple[str, str]]]], wide: bool = False
    ) -> None:
        super().__init__(classes="-wide" if wide else None)
        self._title, self._parts = title, parts

    def compose(self) -> ComposeResult:
        """One table after the other."""
        with VerticalScroll() as scroll:
            scroll.border_title = Content(self._title)
            scroll.border_subtitle = Content("↑ ↓ scroll · esc closes")
            for heading, rows in self._parts:
                yield Static(_table(heading, rows))

    def action_scroll_by(self, lines: int) -> None:
        """Some lines on."""
        for page in self.query(VerticalScroll):  # none for a moment, at the beginning
            page.scroll_relative(y=lines, animate=False, immediate=True)


def _table(heading: str, rows: Sequence[tuple[str, str]]) -> Table:
    title = Text(heading, "bold underline") if heading else None
    table = Table(box=None, padding=(0, 2, 0, 0), title=title, title_justify="left")
    table.show_header = False
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    for left, right in rows:
        table.add_row(Text(left), Text(right))
    return table
