"""A run inside the test: a real session behind the app's client, without a socket or a process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from textual.pilot import Pilot

from rnn_tui.runs.configuration import merge
from rnn_tui.runs.directory import RunDirectory, create
from rnn_tui.text.corpus import load_paths
from rnn_tui.training import frames, protocol
from rnn_tui.training.answers import answer
from rnn_tui.training.client import RefusedError, ServerGoneError
from rnn_tui.training.protocol import Request, Response
from rnn_tui.training.session import Session
from rnn_tui.tui import feed, rates
from rnn_tui.tui.app import RnnTuiApp
from rnn_tui.tui.widgets import pane_board
from tests.tui.opened import running, screen_text, until

TINY = Path(__file__).parents[2] / "assets" / "tiny.txt"

SMALL = {"hidden": 8, "batch": 2, "window": 16, "seed": 1, "dtype": "float64"}
"""Settings of a run that makes hundreds of steps a second, with the same numbers everywhere."""


QUICK = rates.Rates(*[0.05] * 7, bytes=1e12, burst=1e12)
"""Everything is drawn as soon as it arrives."""


class HandClock:
    """Seconds that pass only when somebody says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class LocalRun:
    """A session with its directory and its clock."""

    def __init__(self, directory: RunDirectory) -> None:
        self.directory = directory
        self.clock = HandClock()
        self.session = Session(directory, clock=self.clock)

    def work(self, pieces: int) -> None:
        """So many pieces of work, each of which takes a hundredth of a second."""
        for _ in range(pieces):
            self.clock.now += 0.01
            self.session.advance()

    def rest(self) -> None:
        """Work until there is none left."""
        while self.session.advance():
            pass

    def train_to(self, step: int) -> None:
        """Work until a step is done, and all that follows from it."""
        while self.session.trainer.step_number < step:
            self.work(1)


class LocalClient:
    """The app's end of a ``LocalRun``; whatever is said goes through the wire's own format.

    Args:
        run: what is trained.
        pieces: of work between two polls.
        number: which client of the session this is.
    """

    def __init__(self, run: LocalRun, pieces: int = 4, number: int = 1) -> None:
        self.run = run
        self.pieces = pieces
        self.number = number
        self.live = True
        self.gone = False
        self.refuses = ""
        self.closed = False
        self.polls: list[protocol.Poll] = []
        self.sent: list[Request] = []
        self.change: Callable[[protocol.Update], protocol.Update] = lambda update: update
        welcome = self._answered(protocol.Hello(protocol.VERSION))
        if not isinstance(welcome, protocol.Welcome):  # the session has ended meanwhile
            raise ServerGoneError(getattr(welcome, "reason", "no welcome"))
        self.welcome = welcome

    async def poll(self, request: protocol.Poll) -> protocol.Update:
        self.polls.append(request)
        self._require_server()
        if not self.run.session.ended:
            self.run.work(self.pieces)
        update = self._answered(request)
        if not isinstance(update, protocol.Update):
            raise RefusedError(getattr(update, "reason", "no update"))
        return self.change(update)

    async def send(self, command: Request) -> str:
        done = await self.ask(command)
        return done.detail if isinstance(done, protocol.Done) else ""

    async def ask(self, request: Request) -> Response:
        self.sent.append(request)
        self._require_server()
        if self.refuses:
            raise RefusedError(self.refuses)
        answer = self._answered(_with_seed(request))
        if isinstance(answer, protocol.Failed):
            raise RefusedError(answer.reason)
        return answer

    async def close(self) -> None:
        self.closed = True

    def _require_server(self) -> None:
        if self.gone:
            raise ServerGoneError("the trainer is gone")

    def _answered(self, request: Request) -> Response:
        body = frames.frame(request)[frames.LENGTH.size :]
        response = answer(self.run.session, self.number, frames.decode_request(body))
        return frames.decode_response(frames.frame(response)[frames.LENGTH.size :])

    def asked(self, kind: type[Any]) -> list[Any]:
        """The commands of one kind, in order."""
        return [command for command in self.sent if isinstance(command, kind)]


def _with_seed(command: Request) -> Request:
    """Texts that are the same each time."""
    if isinstance(command, protocol.StartSample) and command.seed is None:
        return msgspec.structs.replace(command, seed=7)
    return command


@contextmanager
def local_run(
    folder: Path, text: Path | bytes = TINY, name: str = "quiet-otter", **settings: Any
) -> Iterator[LocalRun]:
    """A run on a text, closed at the end."""
    if isinstance(text, bytes):
        (folder / "text.txt").write_bytes(text)
        text = folder / "text.txt"
    config = merge({**SMALL, **settings, "text": (str(text),), "name": name})
    corpus = load_paths(config.text, symbols=config.symbols)
    run = LocalRun(create(folder / "runs", name, config, corpus))
    try:
        yield run
    finally:
        run.session.close()


class Opened:
    """An app on a run, and the client that it was given last.

    ``reachable`` says whether the run's server answers a new connection.
    """

    def __init__(self, run: LocalRun, owner: bool = False, pieces: int = 4) -> None:
        self.run = run
        self.pieces = pieces
        self.reachable = True
        self.connections = 0
        self.refused = 0
        self.client = LocalClient(run, pieces)
        self.app = RnnTuiApp(self._connect, run.directory, owner)

    async def _connect(self) -> LocalClient:
        if not self.reachable:
            self.refused += 1
            raise ServerGoneError(f"nobody is training {self.run.directory.name}")
        self.connections += 1
        if self.connections > 1:
            self.client = LocalClient(self.run, self.pieces, self.connections)
        return self.client

    @property
    def dashboard(self) -> Any:
        return self.app.dashboard

    @property
    def shown(self) -> bool:
        """Whether a frame has arrived."""
        return self.dashboard.frame is not None

    async def frames(self, pilot: Pilot[str], count: int = 3) -> None:
        """Let so many more frames be asked for and drawn."""
        before = len(self.client.polls)
        await until(pilot, lambda: len(self.client.polls) > before + count)

    @property
    def text(self) -> str:
        """The screen as it is now, a line a row."""
        return screen_text(self.app)

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")


@asynccontextmanager
async def watching(
    folder: Path,
    size: tuple[int, int] = (120, 35),
    owner: bool = False,
    pieces: int = 4,
    trained: int = 5,
    paused: bool = False,
    **settings: Any,
) -> AsyncIterator[tuple[Opened, Pilot[str]]]:
    """An app that shows a run, from its first frame on; it does not wait between frames."""
    with local_run(folder, **settings) as run, pytest.MonkeyPatch.context() as patch:
        patch.setattr(rates, "USUAL", QUICK)
        patch.setattr(feed, "SHARE", 1000.0)
        patch.setattr(feed, "RECONNECT_SECONDS", 0.01)
        patch.setattr(pane_board, "BETWEEN_PANES", 0.0)
        run.train_to(trained)
        if paused:
            run.session.pause()
            run.rest()
        opened = Opened(run, owner, pieces)
        async with running(opened.app, size, pause=0.02) as pilot:
            await until(pilot, lambda: opened.shown)
            yield opened, pilot
