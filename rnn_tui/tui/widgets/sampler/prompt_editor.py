"""Where a prompt is typed: any characters, as they were typed, and as they can be shown."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import groupby
from typing import ClassVar, Final, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.document._document import EditResult, Location
from textual.document._document_navigator import DocumentNavigator
from textual.document._edit import Edit
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widgets import TextArea

from rnn_tui.tui.widgets.sampler.prompt_document import PromptDocument, cleaned, drawn
from rnn_tui.tui.widgets.sampler.prompt_history import PromptHistory
from rnn_tui.tui.widgets.sampler.prompt_rows import PromptRows, Row

LONGEST: Final = 100_000
"""Characters of a prompt."""

MOST_ROWS: Final = 5
_SHARE: Final = 6
"""At most one row in so many of the terminal's."""


class _Marks(NamedTuple):
    """How a character is told apart."""

    cursor: bool
    selected: bool
    lacking: bool


class PromptEditor(TextArea):
    """As high as its text, within limits; nothing in it acts on the terminal."""

    DEFAULT_CSS: ClassVar[str] = """
    PromptEditor {
        height: auto;
        min-height: 1;
        border: none;
        padding: 0;
        background: $boost;
        scrollbar-size-vertical: 0;
    }
    PromptEditor:focus { border: none; background-tint: $foreground 4%; }
    PromptEditor .prompt-editor--lacking { color: $text-error; text-style: underline; }
    PromptEditor .text-area--cursor { color: $background; background: $foreground; }
    PromptEditor .text-area--selection { color: $foreground; background: $primary-muted; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"prompt-editor--lacking"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "up", "earlier", "before", False, tooltip="the prompt before", id="sampler.prompt-up"
        ),
        Binding(
            "down", "later", "after", False, tooltip="the prompt after", id="sampler.prompt-down"
        ),
    ]

    document: PromptDocument
    wrapped_document: PromptRows

    class Cut(Message):
        """Something was typed or pasted that is not all there, because it would be too long."""

    def __init__(self) -> None:
        hint = Content("type a prompt; enter writes from it")
        super().__init__(compact=True, highlight_cursor_line=False, placeholder=hint)
        self.cursor_blink = False
        self.prompts = PromptHistory()
        self._marked: AbstractSet[str] = frozenset()
        self._known = 0

    def mark(self, characters: AbstractSet[str]) -> None:
        """Tell these characters apart from the others."""
        if (characters, len(characters)) != (self._marked, self._known):
            self._marked, self._known = characters, len(characters)
            self._line_cache.clear()
            self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many rows as the text has, or as there is room for."""
        room = min(MOST_ROWS, max(1, viewport.height // _SHARE))
        return min(super().get_content_height(container, viewport, width), room)

    def load_text(self, text: str) -> None:
        """Put a text in place of what there is; the beginning of one that is too long."""
        super().load_text(cleaned(text)[:LONGEST])

    def edit(self, edit: Edit) -> EditResult:
        """Change the text; of what is too long the beginning is taken."""
        text = cleaned(edit.text)
        replaced = len(self.get_text_range(edit.top, edit.bottom))
        room = max(LONGEST - len(self.text) + replaced, 0)
        if len(text) > room:
            self.post_message(self.Cut())
        return super().edit(replace(edit, text=text[:room]))

    def find_matching_bracket(self, bracket: str, search_from: Location) -> Location | None:  # noqa: ARG002
        """None: a prompt is no program, and the search may take long."""
        return None

    def recall(self, text: str, at_end: bool) -> None:
        """Show an earlier prompt, the cursor where the key that recalls goes on from."""
        self.load_text(text)
        self.move_cursor(self.document.end if at_end else self.navigator.get_location_end((0, 0)))

    def action_earlier(self) -> None:
        """A row up; from the first one to the prompt before."""
        first = self.wrapped_document.location_to_offset(self.cursor_location).y == 0
        text = self.prompts.before(self.text) if first else None
        if text is None:
            self.action_cursor_up()
        else:
            self.recall(text, at_end=False)

    def action_later(self) -> None:
        """A row down; from the last one to the prompt after."""
        rows = self.wrapped_document
        last = rows.location_to_offset(self.cursor_location).y == rows.height - 1
        text = self.prompts.after() if last else None
        if text is None:
            self.action_cursor_down()
        else:
            self.recall(text, at_end=True)

    async def _on_key(self, event: events.Key) -> None:
        """Enter is no new line here: it is of the area around."""
        if event.key == "enter":
            event.prevent_default()

    def _set_document(self, text: str, language: str | None) -> None:  # noqa: ARG002
        document = PromptDocument(cleaned(text))
        self.document = document
        self.wrapped_document = PromptRows(document, tab_width=self.indent_width)
        self.navigator = DocumentNavigator(self.wrapped_document)
        self._build_highlight_map()
        self.move_cursor((0, 0))
        self._rewrap_and_refresh_virtual_size()

    def _render_line(self, y: int) -> Strip:
        rows = self.wrapped_document
        at, base = y + self.scroll_offset.y, self.rich_style
        if at >= rows.height:
            return Strip.blank(self.size.width, base)
        row = rows.row(at)
        segments = [
            Segment("".join(text for _, text in group), self._style(base, marks))
            for marks, group in groupby(self._cells(row), key=lambda cell: cell[0])
        ]
        width = self.scrollable_content_region.width
        return Strip(segments).adjust_cell_length(width, base)

    def _cells(self, row: Row) -> Iterator[tuple[_Marks, str]]:
        """The characters of a row, tabs expanded; behind the end of a line there is a blank."""
        typed = self.document.typed(row.line)[row.start : row.start + len(row.text)]
        top, bottom = sorted(self.selection)
        cursor = self._drawn_cursor(row)
        widths = iter(row.tab_widths)
        for at, shown in enumerate((*drawn(row.text), " ")[: len(row.text) + row.last]):
            place = row.line, row.start + at
            lacks = at < len(typed) and typed[at] in self._marked
            marks = _Marks(at == cursor, top <= place < bottom, lacks)
            yield marks, " " * next(widths) if shown == "\t" else shown

    def _drawn_cursor(self, row: Row) -> int:
        """Which character of a row is drawn as the cursor: on a mark, the one that carries it."""
        line, column = self.cursor_location
        at = column - row.start
        if not self.has_focus or line != row.line or not 0 <= at < len(row.text) + row.last:
            return -1
        while 0 < at < len(row.text) and not cell_len(row.text[at]):
            at -= 1
        return at

    def _style(self, base: Style, marks: _Marks) -> Style:
        names = "prompt-editor--lacking", "text-area--selection", "text-area--cursor"
        for name, there in zip(names, (marks.lacking, marks.selected, marks.cursor), strict=True):
            if there:
                base += self.get_component_rich_style(name, partial=True)
        return base
