"""What panes share that are made of lines: only what changed is redrawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Generic, NamedTuple, TypeAlias, TypeVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.content import Content
from textual.geometry import Region
from textual.reactive import var
from textual.strip import Strip
from textual.widget import Widget

from rnn_tui.tui.renderables.palette import Rgb, blend, ink, line_colors
from rnn_tui.tui.widgets.surroundings import surroundings


class Span(NamedTuple):
    """Some text in one ink, by the name that ``inks`` gives it."""

    text: str
    ink: str = "text"


@dataclass(frozen=True, eq=False)
class Picture:
    """A part of a line that is drawn already."""

    strip: Strip


Line: TypeAlias = tuple[Span | Picture, ...]
"""Two lines that are equal look the same."""


View = TypeVar("View")
"""What a screen shows, frozen: the same object as long as nothing changes."""


class LinePane(Widget, Generic[View]):
    """A frame around lines that are a function of ``view`` and of the size.

    A subclass says which lines; of a new view only those are drawn that are not what they were.
    """

    DEFAULT_CSS: ClassVar[str] = """
    LinePane {
        border: round $foreground 22%;
        border-title-color: $foreground;
        padding: 0 1;
        width: 1fr;
        height: 1fr;
    }
    LinePane:focus { border: round $primary; border-title-style: bold; }
    """

    view: var[View | None] = var(None, init=False)

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._shown: list[Line] = []
        self._shown_for: object = None
        self._strips: dict[Line, Strip] = {}
        self._title = ""

    def lines(self, view: View, width: int, height: int) -> Sequence[Line]:
        """What stands on the lines, from the top; at most ``height`` of them are shown."""
        raise NotImplementedError

    def titles(self, view: View) -> Sequence[str]:
        """What is drawn, at which scale; shorter and shorter."""
        raise NotImplementedError

    def empty(self) -> str:
        """What is said while there is no view."""
        return ""

    def watch_view(self, _old: View | None, new: View | None) -> None:
        """Have the lines drawn again that changed; a pane that is not seen waits until it is."""
        if new is not None and self.size.area and self.is_on_screen:
            self.redraw()
        else:
            self._shown_for = None  # found anew when it is seen
            self.refresh()

    def redraw(self) -> None:
        """Look which lines changed, and have those drawn."""
        before, shown_for = self._shown, self._shown_for
        after = self._current()
        if self._surroundings() != shown_for or len(before) != len(after):
            self.refresh()
            return
        changed = [y for y, line in enumerate(after) if line != before[y]]
        if changed:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    def render_line(self, y: int) -> Strip:
        """One line."""
        if self._shown_for is None or self._shown_for != self._surroundings():
            self._current()
        line = self._shown[y] if y < len(self._shown) else ()
        strip = self._strips.get(line)
        if strip is None:
            strip = self._strips[line] = self._drawn(line)
        return strip

    def _current(self) -> list[Line]:
        """Find the lines of now, and the title that goes with them."""
        width, height = self.size
        surrounded = self._surroundings()
        if surrounded != self._shown_for or len(self._strips) > _MOST_STRIPS:
            self._strips.clear()
        view = self.view
        self._shown = list(self.lines(view, width, height))[:height] if view else [self._nothing()]
        self._shown += [()] * (height - len(self._shown))
        self._shown_for = surrounded
        if view is not None:
            self.entitle(self.titles(view))
        return self._shown

    def _surroundings(self) -> object:
        return self.size, surroundings(self), self.view is None

    def _nothing(self) -> Line:
        return (Span(self.empty(), "faint"),)

    def _drawn(self, line: Line) -> Strip:
        styles = self.ink_styles()
        segments: list[Segment] = []
        for part in line:
            if isinstance(part, Picture):
                segments.extend(part.strip)
            else:
                segments.append(Segment(part.text, styles[part.ink]))
        return Strip(segments).adjust_cell_length(self.size.width, styles["text"])

    def ink_styles(self) -> Mapping[str, Style]:
        """The style of each ink."""
        return inks(*surroundings(self))

    def entitle(self, titles: Sequence[str]) -> None:
        """Set the first title that fits, as plain text: it is drawn with the whole pane."""
        room = self.size.width - 2
        title = next((text for text in titles if cell_len(text) <= room), titles[-1])
        if title != self._title:
            self._title = title
            self.border_title = Content(title)


_MOST_STRIPS = 2000


@lru_cache(maxsize=16)
def inks(background: Rgb, dark: bool) -> dict[str, Style]:
    """The styles of the lines: one accent; orange for what somebody changed."""
    colors = line_colors(background, dark)
    far = Rgb(255, 255, 255) if dark else Rgb(0, 0, 0)
    data = blend(background, far, 0.9)
    return {
        "text": ink(colors.text, background),
        "strong": ink(data, background, bold=True),
        "faint": ink(colors.faint, background),
        "dim": ink(blend(background, far, 0.26), background),
        "accent": ink(colors.smoothed, background, bold=True),
        "cursor": ink(background, colors.smoothed, bold=True),
        "edited": ink(colors.held_out, background, bold=True),
        "error": ink(colors.error, background, bold=True),
        "good": ink(colors.event, background, bold=True),
    }
