"""The list of runs: one line a run, with its loss as a small curve."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from rnn_tui.runs.curves import sparkline
from rnn_tui.runs.glances import Glance
from rnn_tui.text.visible import visible_line
from rnn_tui.tui.renderables.sparkline import spark
from rnn_tui.tui.runs_list import RunsView
from rnn_tui.tui.widgets.line_pane import Line, Span
from rnn_tui.tui.widgets.runs.columns import CURVE, GAP, Column, columns_of, padded
from rnn_tui.tui.widgets.runs.run_lines import RunLines
from rnn_tui.tui.widgets.surroundings import only_ascii

_MARKS: Final = 4
"""Cells before the first column: whether the run is marked, and whether it is watched."""
_WHEEL: Final = 3
_STATE_INKS: Final = {"training": "good", "broken": "error", "finished": "text"}


def _key(keys: str, action: str, name: str, does: str) -> Binding:
    return Binding(keys, action, show=False, tooltip=does, id=f"runs.list-{name}")


class RunsPane(RunLines[RunsView], can_focus=True):
    """Lines to go through; the run that keys are about is the view's."""

    BINDINGS: ClassVar[list[BindingType]] = [
        _key("up,k", "move(-1)", "up", "the run above"),
        _key("down,j", "move(1)", "down", "the run below"),
        _key("pageup", "page(-1)", "page-up", "a page up"),
        _key("pagedown", "page(1)", "page-down", "a page down"),
        _key("home,g", "move(-1000000)", "first", "the first run"),
        _key("end,G", "move(1000000)", "last", "the last run"),
    ]

    class Moved(Message):
        """The run on line ``place`` is the one that keys are about."""

        def __init__(self, place: int) -> None:
            super().__init__()
            self.place = place

    class Opened(Message):
        """The run that keys are about is to be opened."""

    class Marked(Message):
        """The run that keys are about is to be marked, or its mark to be taken away."""

    class Sorted(Message):
        """The heading of a column was clicked."""

        def __init__(self, order: str) -> None:
            super().__init__()
            self.order = order

    class Scrolled(Message):
        """Other runs are seen."""

    _top = 0
    _columns: Sequence[Column] = ()

    def empty(self) -> str:
        """What stands here before the folder was read."""
        return "looking for runs …"

    def titles(self, view: RunsView) -> Sequence[str]:
        """What is listed, in which order."""
        backwards = ", backwards" if view.backwards else ""
        order = f"sorted by {visible_line(view.order)}{backwards}"
        shown, total = len(view.runs), view.total
        count = f"{shown} of {total} runs" if view.wanted else f"{total} runs"
        wanted = f' · only "{visible_line(view.wanted)}"' if view.wanted else ""
        unit = "losses in nats per character"
        return (
            f"{count}{wanted} · {order} · {unit}",
            f"{count}{wanted} · {order}",
            f"{count} · {order}",
            count,
        )

    # -- lines ------------------------------------------------------------------------------------

    @property
    def room(self) -> int:
        """Runs that are seen at once."""
        return max(self.size.height - 1, 1)

    @property
    def seen(self) -> Sequence[Glance]:
        """The runs that can be seen now."""
        view = self.view
        return view.runs[self._top : self._top + self.room] if view is not None else ()

    def lines(self, view: RunsView, width: int, height: int) -> Sequence[Line]:  # noqa: ARG002
        """A heading, and as many runs as there is room for."""
        if not view.runs:
            return _nothing(view)
        self._settle(view)
        self._columns = columns_of(view, width - _MARKS)
        heading = "".join(self._heading(view))
        body = view.runs[self._top : self._top + self.room]
        here = view.runs[view.cursor]
        return [
            (Span(heading, "faint"),),
            *(self._line(view, run, run is here, width) for run in body),
        ]

    def _settle(self, view: RunsView) -> None:
        """Keep the run that keys are about in sight."""
        self._top = min(max(self._top, view.cursor - self.room + 1), view.cursor)
        self._top = max(min(self._top, len(view.runs) - self.room), 0)

    def _heading(self, view: RunsView) -> Iterator[str]:
        yield " " * _MARKS
        arrow = "▲" if view.backwards else "▼"
        for column in self._columns:
            mark = arrow if column.order and column.order == view.order else ""
            room = column.width - len(mark)
            yield column.cell(f"{column.heading[:room]}{mark}") + " " * GAP

    def _line(self, view: RunsView, run: Glance, here: bool, width: int) -> Line:
        color = view.color(run.name)
        mark = f"{self.sign(color) if run.name in view.marked else ' '} "
        watched = "▸ " if run.name == view.watched else "  "
        cells = [(column, self._cell(view, run, column) + " " * GAP) for column in self._columns]
        if here and self.has_focus:
            text = watched + "".join(cell for _, cell in cells)
            return Span(mark, f"run {color}"), Span(padded(text, width - len(mark)), "cursor")
        ink = "strong" if here else "text"
        parts = [Span(mark, f"run {color}"), Span(watched, "accent")]
        parts += [Span(cell, self._ink(run, column, color, ink)) for column, cell in cells]
        return tuple(parts)

    def _cell(self, view: RunsView, run: Glance, column: Column) -> str:
        if column is not CURVE:
            return column.cell(column.write(run))
        curve = view.curves.get(run.name)
        if curve is None:
            return column.cell("…" if run.summary.step else "")
        return column.cell(spark(sparkline(curve, column.width), only_ascii()))

    def _ink(self, run: Glance, column: Column, color: int, ink: str) -> str:
        if column is CURVE:
            return f"run {color}"
        if column.order == "state":
            return _STATE_INKS.get(run.state, "faint")
        return ink if column.order in ("name", "best", "step") else "faint"

    def on_focus(self) -> None:
        """Show where the keys are."""
        self.redraw()

    def on_blur(self) -> None:
        """The keys are elsewhere."""
        self.redraw()

    # -- keys and mouse ---------------------------------------------------------------------------

    def action_move(self, by: int) -> None:
        """Another run."""
        if self.view is not None and self.view.runs:
            self.post_message(self.Moved(self.view.cursor + by))

    def action_page(self, by: int) -> None:
        """As many runs as are seen at once."""
        self.action_move(by * max(self.room - 1, 1))

    def on_click(self, event: events.Click) -> None:
        """Go to a run, mark it at its mark, open it by a second click; sort by a heading."""
        offset, view = event.get_content_offset(self), self.view
        if offset is None or view is None or not view.runs:
            return
        event.stop()
        place = self._top + offset.y - 1
        if offset.y == 0:
            self._sort_at(offset.x)
        elif place < len(view.runs):
            self.post_message(self.Moved(place))
            if offset.x < _MARKS - 2:
                self.post_message(self.Marked())
            elif event.chain == 2:
                self.post_message(self.Opened())

    def _sort_at(self, x: int) -> None:
        left = _MARKS
        for column in self._columns:
            if left <= x < left + column.width + GAP and column.order:
                self.post_message(self.Sorted(column.order))
            left += column.width + GAP

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Look further up."""
        self._scroll_list(event, -_WHEEL)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Look further down."""
        self._scroll_list(event, _WHEEL)

    def _scroll_list(self, event: events.Event, by: int) -> None:
        """The run that keys are about stays in sight: at the edge it is another one."""
        event.stop()
        view = self.view
        if view is None or not view.runs:
            return
        self._top = max(min(self._top + by, len(view.runs) - self.room), 0)
        kept = min(max(view.cursor, self._top), self._top + self.room - 1)
        if kept == view.cursor:
            self.redraw()
            self.post_message(self.Scrolled())
        else:
            self.post_message(self.Moved(kept))


def _nothing(view: RunsView) -> Sequence[Line]:
    """Why the list is empty, and what to do next."""
    folder = visible_line(str(view.folder))
    if view.trouble:
        return [(Span(visible_line(view.trouble), "error"),)]
    if not view.known:
        return [(Span(f"looking for runs in {folder} …", "faint"),)]
    if view.wanted:
        return [(Span("no run matches: / backspace enter shows all", "faint"),)]
    return [
        (Span(f"no runs in {folder}", "faint"),),
        (Span("rnn-tui starts one; rnn_tui.Monitor watches yours", "faint"),),
    ]
