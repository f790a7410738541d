"""The README's pictures: ``python -m rnn_tui.tui.picture assets`` writes them into that folder.

The app draws them itself: a run of some thousand steps on the built-in text, watched at 160 x 45,
then its next window in the stepper, and a text in the sampler.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import cast

from textual.pilot import Pilot

from rnn_tui.runs.configuration import merge
from rnn_tui.runs.directory import RunDirectory, create
from rnn_tui.text.corpus import load_builtin
from rnn_tui.training.client import Client, SocketClient
from rnn_tui.training.starting import start_server
from rnn_tui.tui.app import RnnTuiApp
from rnn_tui.tui.exports import screenshot
from rnn_tui.tui.screens.sampler import SamplerScreen
from rnn_tui.tui.screens.stepper import StepperScreen
from rnn_tui.tui.widgets.sample_pane import SamplePane

SIZE = (160, 45)
STEPS = 4000
PROMPT = "The statement "
WALK = ("break norm(dh) < 1e-2", "go dz_40", "select value[37]", "verify")
"""What the picture of the stepper shows the answer to."""

LOOK = ("speed 0", "length 900", f"write {PROMPT}", "go 190", "branch w", "text 1", "go 190")
"""What the picture of the sampler shows."""

SECONDS = 240.0


Until = Callable[[Callable[[], object]], Awaitable[None]]


async def draw(directory: RunDirectory) -> dict[str, str]:
    """Watch the run until it is done, then step and sample; the screens as SVG."""
    process = start_server(directory)

    async def connect() -> Client:
        return await SocketClient.connect(directory, owner=True, process=process)

    app = RnnTuiApp(connect, directory, owner=True)
    async with app.run_test(size=SIZE) as pilot:

        async def until(done: Callable[[], object]) -> None:
            async with asyncio.timeout(SECONDS):
                while not done():
                    await pilot.pause(0.1)
            await pilot.pause(1.0)  # and until it is drawn

        await until(lambda: _phase(app) == "finished")
        scenes = {"dashboard": _dashboard, "stepper": _stepper, "sampler": _sampler}
        return {name: await scene(app, pilot, until) for name, scene in scenes.items()}


async def _dashboard(app: RnnTuiApp, pilot: Pilot[str], until: Until) -> str:
    sample = app.dashboard.query_one(SamplePane)
    sample.prompt.value = PROMPT
    sample.prompt.focus()
    await pilot.press("enter")
    await until(lambda: sample.complete)
    await pilot.press("escape", "1")
    await pilot.pause(1.0)
    return screenshot(app)


async def _stepper(app: RnnTuiApp, pilot: Pilot[str], until: Until) -> str:
    await pilot.press("s")
    await until(lambda: isinstance(app.screen, StepperScreen) and app.screen.stepper)
    screen = cast(StepperScreen, app.screen)
    for command in WALK:
        screen.do(command)
        await pilot.pause(0.5)
    picture = screenshot(app)
    await pilot.press("q")
    await until(lambda: app.screen is app.dashboard)
    return picture


async def _sampler(app: RnnTuiApp, pilot: Pilot[str], until: Until) -> str:
    await pilot.press("T")
    await until(lambda: isinstance(app.screen, SamplerScreen))
    screen = cast(SamplerScreen, app.screen)
    screen.action_act("rank")
    await until(lambda: screen.sampler.looking.ranking)
    for command in LOOK:
        screen.do(command)
        await until(lambda: not (screen.errands.busy or screen.sampler.writing))
    return screenshot(app)


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
