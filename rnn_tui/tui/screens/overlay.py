"""Runs over each other: the same axis, the same smoothing, one cursor for all."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.reactive import var
from textual.widgets import Footer
from textual.worker import Worker

from rnn_tui.core.work import Answer, Task
from rnn_tui.runs import compared_files
from rnn_tui.runs.curves import (
    ACROSS,
    curve_of,
    first_smoothing,
    read_curve,
    shared_series,
    smoothing_levels,
)
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import ConfigError, RunError
from rnn_tui.text.visible import visible_line
from rnn_tui.tui import exports
from rnn_tui.tui.run_charts import OverlayView
from rnn_tui.tui.run_curves import read_all
from rnn_tui.tui.screens.commanded import CommandedScreen
from rnn_tui.tui.screens.help import HelpScreen, keys_of
from rnn_tui.tui.widgets.runs.overlay_chart import OverlayChart
from rnn_tui.tui.widgets.runs.overlay_readings import OverlayReadings
from rnn_tui.tui.widgets.runs.runs_header import RunsHeader

READ_SECONDS = 2.0
"""Between two looks whether the runs went on; longer where that takes long."""

PATIENCE = 10
"""Reading may take one part in so many of the time."""


def _key(keys: str, action: str, short: str, does: str, sign: str = "") -> Binding:
    name = keys.partition(",")[0]
    return Binding(
        keys, action, short, bool(sign), sign or None, tooltip=does, id=f"overlay.{name}"
    )


class OverlayScreen(CommandedScreen):
    """Compares runs of ``folder``; ``colors``: the numbers of their colours, by their names."""

    AUTO_FOCUS: ClassVar[str | None] = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        _key("left,h", "move(-1)", "read off", "move the cursor left", "← →"),
        _key("right,l", "move(1)", "right", "move the cursor right"),
        _key("shift+left,H", "move(-10)", "far left", "move the cursor ten columns left"),
        _key("shift+right,L", "move(10)", "far right", "move the cursor ten columns right"),
        _key("home", "end(1)", "start", "the cursor to the beginning"),
        _key("end", "end(-1)", "end", "the cursor to the end"),
        _key("c", "no_cursor", "no cursor", "take the cursor away: each run at its own end"),
        _key("x", "across", "x axis", "compare over steps, characters or time", "x"),
        _key("X", "log_across", "log x", "linear or logarithmic x axis", "X"),
        _key("plus,equals_sign", "smooth(1)", "smooth", "smooth over more steps", "+ -"),
        _key("minus", "smooth(-1)", "less", "smooth over fewer steps"),
        _key("question_mark,f1", "keys", "keys", "the keys", "?"),
        _key("escape,q,o", "leave", "leave", "back to the list", "esc"),
        _key("y", "axis", "y axis", "linear or logarithmic axis", "y"),
        _key("e", "held_out", "held out", "show or hide the losses on held-out text", "e"),
        *(
            _key(str(place), f"hide({place - 1})", "hide", f"show or hide run {place}")
            for place in range(1, 9)
        ),
        _key("right_square_bracket", "series(1)", "series", "compare the next series they share"),
        _key("left_square_bracket", "series(-1)", "series", "compare the previous one"),
        _key("S", "save", "save", "save the losses as a table, or a picture", "S"),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    OverlayScreen OverlayReadings { height: auto; max-height: 11; }
    """

    view: var[OverlayView | None] = var(None, init=False)

    def __init__(self, folder: Path, colors: Mapping[str, int]) -> None:
        super().__init__(RunError)
        self._directories = {name: RunDirectory(folder / name) for name in colors}
        self._shown = OverlayView(tuple(curve_of(name, [], []) for name in colors), colors)
        self._begun = self._reading = False
        self._read_at = 0.0

    def compose(self) -> ComposeResult:
        """The chart, the numbers, what happened, the keys."""
        yield RunsHeader()
        yield OverlayChart()
        yield OverlayReadings()
        yield self.prompt
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Read the losses now, and again and again."""
        names = " · ".join(map(visible_line, self._directories))
        self.query_one(RunsHeader).title = f" overlay   {names}"
        self.query_one(OverlayReadings).styles.height = len(self._directories) + 3
        self.set_interval(READ_SECONDS / 4, self._read_if_due)
        self._read_if_due()

    # -- the losses -------------------------------------------------------------------------------

    def _read_if_due(self) -> None:
        if not self._reading and time.monotonic() >= self._read_at and self.is_attached:
            self._reading = True
            _: Worker[None] = self.run_worker(self._read, exit_on_error=True)

    async def _read(self) -> None:
        began, shown = time.monotonic(), self._shown
        try:
            curves, trouble = await asyncio.to_thread(
                read_all, self._directories.values(), shown.curves, shown.series
            )
        finally:
            self._reading = False
        if shown.series != self._shown.series:  # it was chosen meanwhile
            self._read_if_due()
            return
        took = time.monotonic() - began
        self._read_at = began + max(READ_SECONDS, PATIENCE * took)
        if not self._begun:
            self._begun = True
            self._shown = replace(self._shown, smoothing=first_smoothing(curves))
        if trouble:
            self.say(trouble, trouble=True)
        self.change(curves=curves)

    def change(self, **parts: object) -> None:
        """Show something else, or otherwise."""
        self._shown = replace(self._shown, **parts)  # type: ignore[arg-type]
        if self.is_attached:
            self.view = self._shown
            self.query_one(OverlayChart).view = self._shown
            self.query_one(OverlayReadings).view = self._shown

    # -- what is said ---------------------------------------------------------------------------

    def command(self, line: str) -> Answer | None:
        """No commands are written here."""
        raise ConfigError(f"there is no command {visible_line(line)}")

    def say(self, text: str, trouble: bool = False) -> None:
        """Say what happened, at the bottom."""
        self.prompt.say(text, trouble)

    def report(self, work: str) -> None:
        """In the line above."""
        if self.is_attached:
            self.query_one(RunsHeader).work = work

    def line_closed(self) -> None:
        """There is no line."""

    # -- keys ---------------------------------------------------------------------------

    def action_move(self, columns: int) -> None:
        """Move the cursor."""
        place = self.query_one(OverlayChart).beside(self._shown.cursor, columns)
        if place is not None and any(len(curve.steps) for curve in self._shown.seen):
            self.change(cursor=place)

    def action_end(self, direction: int) -> None:
        """The cursor to one end."""
        self.change(cursor=None)
        self.action_move(direction)

    def action_no_cursor(self) -> None:
        """Every run at its own end."""
        self.change(cursor=None)

    @on(OverlayChart.Pointed)
    def point(self, event: OverlayChart.Pointed) -> None:
        """The mouse points somewhere."""
        self.change(cursor=event.place)

    def action_across(self) -> None:
        """Another axis; not one that nobody counted anything of."""
        counted = [
            across
            for across in ACROSS
            if across == "steps" or any(curve.over(across).any() for curve in self._shown.curves)
        ]
        now = self._shown.across
        across = counted[(counted.index(now) + 1) % len(counted)] if now in counted else "steps"
        self.change(across=across, cursor=None)
        self.say(f"compared over {across}" if across != now else "nothing but steps was counted")

    def action_series(self, by: int) -> None:
        """Compare another series that the runs of other programs share, or the losses again."""
        names = ["", *shared_series(self._shown.curves)]
        now = self._shown.series
        series = names[(names.index(now) + by) % len(names)] if now in names else ""
        if series == now:
            self.say("these runs share no other series: only other programs log any")
            return
        curves = [
            replace(curve_of(one.name, [], [], one.loss_name), series=series, names=one.names)
            for one in self._shown.curves
        ]
        self.change(series=series, curves=tuple(curves), cursor=None)
        self.say(f"{visible_line(series) or 'the losses'} compared")
        self._read_at = 0.0
        self._read_if_due()

    def action_smooth(self, by: int) -> None:
        """Smooth over more steps, or over fewer."""
        levels = smoothing_levels(self._shown.curves)
        nearest = min(levels, key=lambda level: abs(level - self._shown.smoothing))
        level = levels[min(max(levels.index(nearest) + by, 0), len(levels) - 1)]
        self.change(smoothing=level)
        self.say(f"smoothed over {level:,} steps" if level else "not smoothed")

    def action_axis(self) -> None:
        """Linear or logarithmic."""
        self.change(log=not self._shown.log)

    def action_log_across(self) -> None:
        """Linear or logarithmic along the steps."""
        self.change(log_across=not self._shown.log_across)

    def action_held_out(self) -> None:
        """Held-out losses or not."""
        self.change(held_out=not self._shown.held_out)

    def action_hide(self, place: int) -> None:
        """Hide a run, or show it."""
        if place < len(self._shown.curves):
            name = self._shown.curves[place].name
            self.change(hidden=self._shown.hidden ^ {name})

    @on(OverlayReadings.Clicked)
    def hide_clicked(self, event: OverlayReadings.Clicked) -> None:
        """A run was clicked."""
        self.action_hide(event.place)

    def action_keys(self) -> None:
        """List the keys."""
        self.app.push_screen(HelpScreen(keys_of(self)))

    def action_leave(self) -> None:
        """Give up what is being done, or go back."""
        if not self.errands.give_up():
            self.dismiss(None)

    # -- saving ---------------------------------------------------------------------------

    def action_save(self) -> None:
        """Save every loss of the runs, or a picture of them."""
        from rnn_tui.tui.screens.saving import SaveScreen

        most = f"{compared_files.EXPORTED_POINTS:,}"
        offers: dict[exports.Kind, str] = {
            "table": f"every loss of these runs (up to {most} points each), as CSV",
            "lines": "the same as JSON, one point a line",
            "picture": "this screen, as SVG",
        }

        def chosen(saving: exports.Saving | None) -> None:
            if saving is not None:
                self.call_after_refresh(self.ask, lambda: self._saved(saving))

        self.app.push_screen(SaveScreen("losses", offers), chosen)

    def _saved(self, saving: exports.Saving) -> Answer:
        if saving.kind == "picture":
            return exports.save(saving, {"picture": lambda: exports.screenshot(self.app)})
        directories = [self._directories[curve.name] for curve in self._shown.seen]
        series = self._shown.series

        def work() -> Generator[float, None, str]:
            curves = []
            for number, directory in enumerate(directories):
                yield number / (len(directories) + 1)
                curves.append(read_curve(directory, compared_files.EXPORTED_POINTS, series))
            makers: dict[exports.Kind, Callable[[], str]] = {
                "table": lambda: compared_files.losses_as_csv(curves),
                "lines": lambda: compared_files.as_lines(compared_files.loss_records(curves)),
            }
            yield len(directories) / (len(directories) + 1)
            return exports.save(saving, makers)

        return Task("saving the losses", work(), lambda said: said)
