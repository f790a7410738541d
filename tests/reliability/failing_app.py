"""The app with a mistake in it: ``failing_app.py RUN [WHERE]``. A key makes it raise there."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from textual.app import RenderResult
from textual.events import Key
from textual.reactive import var
from textual.widget import Widget

from rnn_tui.runs.directory import RunDirectory
from rnn_tui.tui import app


def mistake() -> None:
    raise ValueError("[/] [@click=app.quit]x[/] \x1b]0;owned\x07")


class Drawn(Widget):
    """Cannot be drawn."""

    def render(self) -> RenderResult:
        mistake()
        return ""


class Failing(app.RnnTuiApp):
    CSS_PATH = Path(app.__file__).with_name("app.tcss")
    watched: var[int] = var(0)

    def watch_watched(self, value: int) -> None:
        if value:
            mistake()

    async def later(self) -> None:
        await asyncio.sleep(0)
        mistake()

    def on_key(self, event: Key) -> None:
        getattr(self, f"fail_in_{WHERE}")()

    def fail_in_handler(self) -> None:
        mistake()

    def fail_in_watcher(self) -> None:
        self.watched = 1

    def fail_in_timer(self) -> None:
        self.set_timer(0.01, mistake)

    def fail_in_worker(self) -> None:
        self.run_worker(self.later())

    def fail_in_thread(self) -> None:
        self.run_worker(mistake, thread=True)

    def fail_in_render(self) -> None:
        self.screen.mount(Drawn())


WHERE = sys.argv[2] if len(sys.argv) > 2 else "handler"

if __name__ == "__main__":
    sys.exit(Failing.open_on(RunDirectory(Path(sys.argv[1]))))
