"""The README's picture: ``python -m rnn_tui.tui.picture assets/dashboard.svg``.

The app draws it itself: a run of some thousand steps on the built-in text, watched at 160 x 45.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
import time
from pathlib import Path

from rnn_tui.runs.configuration import merge
from rnn_tui.runs.directory import RunDirectory, create
from rnn_tui.text.corpus import load_builtin
from rnn_tui.training.client import Client, SocketClient, start_server
from rnn_tui.tui.app import RnnTuiApp
from rnn_tui.tui.widgets.sample_pane import SamplePane

SIZE = (160, 45)
STEPS = 4000
PROMPT = "The statement "
SECONDS = 240.0

EXTERNAL_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
"""A picture in a README asks nobody for a font."""


async def draw(directory: RunDirectory) -> str:
    """Watch the run until it is done and a text has been written; the screen as SVG."""
    process = start_server(directory)

    async def connect() -> Client:
        return await SocketClient.connect(directory, owner=True, process=process)

    app = RnnTuiApp(connect, directory.name, owner=True)
    async with app.run_test(size=SIZE) as pilot:
        deadline = time.monotonic() + SECONDS

        async def until(done: bool) -> bool:
            await pilot.pause(0.1)
            return done or time.monotonic() > deadline

        while not await until(_phase(app) == "finished"):
            pass
        sample = app.dashboard.query_one(SamplePane)
        sample.prompt.value = PROMPT
        sample.prompt.focus()
        await pilot.press("enter")
        while not await until(sample.complete):
            pass
        await pilot.press("escape", "1")
        await pilot.pause(1.0)
        return EXTERNAL_FONT.sub("", app.export_screenshot(title="rnn-tui"))


def _phase(app: RnnTuiApp) -> str:
    frame = app.dashboard.frame
    return frame.update.status.phase if frame is not None else ""


def main() -> None:
    """Write the picture to the path that is given."""
    target = Path(sys.argv[1])
    os.environ.pop("NO_COLOR", None)
    with tempfile.TemporaryDirectory() as folder:
        config = merge({"steps": STEPS, "name": "quiet-otter"})
        directory = create(Path(folder), config.name, config, load_builtin(config.corpus))
        target.write_text(asyncio.run(draw(directory)))


if __name__ == "__main__":
    main()
