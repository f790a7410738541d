"""The stepper as an app of its own, without a run to watch."""

from __future__ import annotations

from pathlib import Path

from rnn_tui.stepping.window import Window
from rnn_tui.tui.screens.stepper import StepperScreen
from rnn_tui.tui.terminal_app import TerminalApp


class SteppingApp(TerminalApp):
    """Walks through a window; leaving the stepper ends it."""

    CSS_PATH = "app.tcss"

    def __init__(
        self, window: Window, row: int | None = None, log_file: Path | None = None
    ) -> None:
        super().__init__(log_file)
        self._stepper = StepperScreen(window, row)

    async def on_mount(self) -> None:
        """The stepper, and nothing else."""
        self.take_over_terminal()
        await self.push_screen(self._stepper, lambda _: self.exit())


def open_stepper(window: Window, row: int | None = None, log_file: Path | None = None) -> int:
    """Open the stepper in the terminal; the exit status."""
    return SteppingApp(window, row, log_file).open()
