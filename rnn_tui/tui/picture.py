"""The README's pictures: ``python -m rnn_tui.tui.picture assets`` writes them into that folder.

The app draws them itself: a run of some thousand steps on the built-in text, watched at 160 x 45,
and then its next window in the stepper.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

from rnn_tui.runs.configuration import merge
from rnn_tui.runs.directory import RunDirectory, create
from rnn_tui.text.corpus import load_builtin
from rnn_tui.training.client import Client, SocketClient, start_server
from rnn_tui.tui.app import RnnTuiApp
from rnn_tui.tui.exports import screenshot
from rnn_tui.tui.widgets.sample_pane import SamplePane

SIZE = (160, 45)
STEPS = 4000
PROMPT = "The statement "
WALK = ("break norm(dh) < 1e-2", "go dz_40", "select value[37]", "verify")
"""What the picture of the stepper shows the answer to."""

SECONDS = 240.0


async def draw(directory: RunDirectory) -> dict[str, str]:
    """Watch the run until it is done and a text has been written, then step; screens as SVG."""
    process = start_server(directory)

    async def connect() -> Client:
        return await SocketClient.connect(directory, owner=True, process=process)

    app = RnnTuiApp(connect, directory, owner=True)
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
        dashboard = screenshot(app)
        await pilot.press("s")
        while not await until(getattr(app.screen, "stepper", None) is not None):
            pass
        for command in WALK:
            app.screen.do(command)  # type: ignore[attr-defined]
            await pilot.pause(0.5)
        return {"dashboard": dashboard, "stepper": screenshot(app)}


def _phase(app: RnnTuiApp) -> str:
    frame = app.dashboard.frame
    return frame.update.status.phase if frame is not None else ""


def main() -> None:
    """Write the pictures into the folder that is given."""
    folder_of_pictures = Path(sys.argv[1])
    os.environ.pop("NO_COLOR", None)
    with tempfile.TemporaryDirectory() as folder:
        config = merge({"steps": STEPS, "name": "quiet-otter"})
        directory = create(Path(folder), config.name, config, load_builtin(config.corpus))
        for name, picture in asyncio.run(draw(directory)).items():
            (folder_of_pictures / f"{name}.svg").write_text(picture)


if __name__ == "__main__":
    main()
