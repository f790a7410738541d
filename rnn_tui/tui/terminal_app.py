"""What every app of ours has to do with the terminal around it: signals, filters, last words."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import traceback
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cached_property, partial
from pathlib import Path
from typing import Any, ClassVar

from rich.color import ColorSystem
from rich.console import RenderableType
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.filter import LineFilter
from textual.screen import Screen

from rnn_tui.text.visible import visible_line
from rnn_tui.tui.filters import AsciiOnly, VisibleOnly
from rnn_tui.tui.housekeeping import Housekeeping
from rnn_tui.tui.key_order import KeyOrder
from rnn_tui.tui.outlet import OutletDriver
from rnn_tui.tui.rates import is_calm
from rnn_tui.tui.screens.help import acting
from rnn_tui.tui.shown import OnlyNews, Shown
from rnn_tui.tui.themes import DARK, LIGHT
from rnn_tui.tui.widgets.surroundings import only_ascii

TERMINAL_CHECK_SECONDS = 1.0


class Palette(CommandPalette):
    """Textual's palette. A page key that came before its list was laid out was a KeyError."""

    def _action_command_list(self, action: str) -> None:
        with suppress(KeyError, IndexError):
            super()._action_command_list(action)


class TerminalApp(KeyOrder):
    """An app that ends well however it ends.

    ``log_file`` is where an unexpected error is written; ``complaint`` is the one line that the
    user gets of it, and the app's result the line that it says when it ends well.
    """

    TITLE = "rnn-tui"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "leave", "leave", show=False, priority=True, id="app.leave-now"),
        Binding("ctrl+q", "leave", "leave", show=False, priority=True, id="app.leave-q"),
        Binding("ctrl+z", "suspend_process", "suspend", show=False, id="app.suspend"),
        Binding(
            "d", "toggle_dark", "light/dark", show=False, tooltip="light or dark", id="app.dark"
        ),
    ]

    complaint: str = ""

    def __init__(self, log_file: Path | None = None) -> None:
        super().__init__(driver_class=OutletDriver)
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self._begin_with_theme(os.environ.get("TEXTUAL_THEME", DARK.name))
        self.log_file = log_file
        if is_calm(os.environ):
            self.animation_level = "none"

    def get_line_filters(self) -> Sequence[LineFilter]:
        """The net below every widget: what could act on the terminal is replaced."""
        last: list[LineFilter] = [AsciiOnly()] if only_ascii() else []
        return [*super().get_line_filters(), VisibleOnly(), *last]

    @property
    def sent(self) -> int:
        """Bytes that the terminal was sent."""
        return getattr(self._driver, "sent", 0)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Send of an update what is not on the screen yet."""
        if isinstance(renderable, LayoutUpdate | ChopsUpdate):
            self._shown.fit(*self.size)
            news: Any = OnlyNews(renderable, self._shown)
            super()._display(screen, news)
        else:
            super()._display(screen, renderable)

    @cached_property
    def _shown(self) -> Shown:
        return Shown(self.console._color_system or ColorSystem.TRUECOLOR)

    def open(self) -> int:
        """Run in the terminal, to the end; the exit status. An unexpected error goes to the log."""
        housekeeping = Housekeeping()
        housekeeping.hold()
        try:
            farewell = self.run()
        finally:
            housekeeping.end()
        self.say_farewell(farewell)
        return self.return_code or 0

    def take_over_terminal(self) -> None:
        """The theme and the signals: the first thing to do when mounted."""
        self._begin_with_light_theme()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._end_by_signal, number)
        self.app_resume_signal.subscribe(self, lambda _: self._draw_anew())
        if not self.is_headless:
            self.set_interval(TERMINAL_CHECK_SECONDS, self._end_without_terminal)

    def _draw_anew(self) -> None:
        """Somebody else has used the terminal: nothing of ours is there any more."""
        self._shown.forget()
        self.screen.refresh(layout=True)

    def _begin_with_theme(self, name: str) -> None:
        """Textual has looked the theme up before it was known, and made its colours without it.

        They are made anew here: once everything is mounted, that would be to style all of it twice.
        """
        known = name if name in self.available_themes else DARK.name
        self.set_reactive(App.theme, known)
        self.stylesheet.set_variables(self.get_css_variables())

    def _begin_with_light_theme(self) -> None:
        """Textual begins as if its theme were dark; what else depends on that is made anew."""
        if not self.current_theme.dark:
            name = self.theme
            self.set_reactive(App.theme, DARK.name)
            self.theme = name

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The palette: what the keys of the screen do, then what every app offers."""
        for can in acting(screen):
            if can.node is screen:
                run = partial(screen.run_action, can.action)
                yield SystemCommand(can.does.capitalize(), f"key: {'  '.join(can.keys)}", run)
        yield from self.more_commands()
        for command in super().get_system_commands(screen):
            if command.title not in {"Quit", "Keys", "Maximize"}:
                yield command

    def action_command_palette(self) -> None:
        """Open the palette that stands keys which come before its list."""
        if self.use_command_palette and not isinstance(self.screen, CommandPalette):
            self.push_screen(Palette(id="--command-palette"))

    def more_commands(self) -> Iterable[SystemCommand]:
        """What the palette offers that no key does."""
        return ()

    def watch_theme(self) -> None:
        """At once: a line that is drawn before that would keep the background of before."""
        self.refresh_css(animate=False)

    async def _shutdown(self) -> None:
        """End the workers before the panes are taken down that their answers would go to."""
        self.workers.cancel_all()
        await super()._shutdown()

    def _end_by_signal(self, number: int) -> None:
        self.exit(return_code=128 + number)

    def _end_without_terminal(self) -> None:
        stdin = sys.__stdin__
        if stdin is None or not os.isatty(stdin.fileno()):
            self.exit(return_code=128 + signal.SIGHUP)

    def _fatal_error(self) -> None:
        """An unexpected error: the whole of it goes into the log, one line to the user."""
        report = traceback.format_exc()
        where = self.log_file or Path("rnn-tui-error.log")
        try:
            where.parent.mkdir(parents=True, exist_ok=True)
            with where.open("a") as file:
                file.write(report)
        except OSError:
            where = Path(os.devnull)
        self.complaint = f"rnn-tui: an error that should not happen: it is described in {where}"
        self._close_messages_no_wait()

    def action_toggle_dark(self) -> None:
        """The other of our two themes."""
        self.theme = LIGHT.name if self.current_theme.dark else DARK.name

    def action_leave(self) -> None:
        """End."""
        self.exit()

    async def action_quit(self) -> None:
        """The palette's way out is ours."""
        self.action_leave()

    def say_farewell(self, farewell: str | None) -> None:
        """After the screen is given back: what went wrong, or what to know."""
        if self.complaint:
            sys.stderr.write(visible_line(self.complaint) + "\n")
        elif farewell:
            sys.stdout.write(visible_line(farewell) + "\n")
