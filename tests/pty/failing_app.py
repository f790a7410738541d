"""The app with a mistake in it: any key raises. ``failing_app.py RUN``."""

from __future__ import annotations

import sys
from pathlib import Path

from textual.events import Key

from rnn_tui.runs.directory import RunDirectory
from rnn_tui.tui import app


class Failing(app.RnnTuiApp):
    CSS_PATH = Path(app.__file__).with_name("app.tcss")

    def on_key(self, event: Key) -> None:
        raise ValueError("[/] [@click=app.quit]x[/] \x1b]0;owned\x07")


if __name__ == "__main__":
    sys.exit(Failing.open_on(RunDirectory(Path(sys.argv[1]))))
