"""Where weights come from: a run's checkpoints, its trainer, the other runs beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final, NamedTuple, Protocol, TypeAlias

from rnn_tui.runs.checkpoint import list_checkpoints
from rnn_tui.runs.directory import RunDirectory, open_run
from rnn_tui.runs.errors import RunError
from rnn_tui.runs.listing import list_runs
from rnn_tui.sampling.live import take_weights
from rnn_tui.sampling.weights import Weights, from_checkpoint
from rnn_tui.training.client import Asks, RefusedError, ServerGoneError, SocketClient
from rnn_tui.training.protocol import Phase, Poll, Update, Welcome

LIVE_SECONDS: Final = 10.0
"""How long a trainer may take to give its weights away; then the last checkpoint is read."""

STATUS_SECONDS: Final = 1.0
"""How long a trainer may take to say how far it is."""

_NEVER: Final = 2**62
_ONLY_STATUS: Final = Poll(_NEVER, _NEVER, _NEVER, _NEVER)

Tell: TypeAlias = Callable[[float], None]
"""Is called with the progress, 0..1."""


def nobody(_progress: float) -> None:
    """Nobody wants to know."""


class Trained(NamedTuple):
    """What a trainer is at."""

    step: int
    phase: Phase


class Source(Protocol):
    """The weights of a run, those of now and those of before.

    What is said to block reads files, and belongs in a thread. Beside the errors that are named,
    all raise ConfigError, CorruptRunError or StorageError where files are missing or damaged.
    """

    @property
    def name(self) -> str:
        """The run's, from data."""

    @property
    def live(self) -> bool:
        """Whether there may be newer weights later on."""

    @property
    def trouble(self) -> str:
        """Why the last ``newest`` gave a checkpoint although somebody trains the run; or ""."""

    async def newest(self, tell: Tell = nobody) -> Weights:
        """The newest that there are. Raises RefusedError or ServerGoneError."""

    async def trained(self) -> Trained | None:
        """What the trainer is at; None if nobody trains the run or nobody answers. Cheap."""

    def corpus(self) -> str | bytes:
        """The run's own text; bytes where a symbol is a byte. Blocks."""

    def checkpoints(self) -> tuple[int, ...]:
        """The steps that are kept, ascending, from 0 on. Blocks."""

    def at(self, step: int) -> Weights:
        """Those of a step that is kept. Blocks."""

    def others(self) -> tuple[tuple[str, int], ...]:
        """The runs beside this one, the newest first, with the last step kept of each. Blocks."""

    def of_run(self, name: str) -> Weights:
        """The last that are kept of one of the others. Blocks."""


class _Files:
    """What there is to read of a run, whoever trains it."""

    def __init__(self, directory: RunDirectory) -> None:
        self._directory = directory
        self.trouble = ""

    @property
    def name(self) -> str:
        """The run's."""
        return self._directory.name

    def corpus(self) -> str | bytes:
        """The run's own text."""
        text = self._directory.text()
        return text if self._directory.config().symbols == "byte" else text.decode()

    def checkpoints(self) -> tuple[int, ...]:
        """The steps that are kept."""
        return tuple(sorted({0, *_kept(self._directory)}))

    def at(self, step: int) -> Weights:
        """Those of a step that is kept. ConfigError names the steps that are, for another one."""
        return from_checkpoint(self._directory, step)

    def others(self) -> tuple[tuple[str, int], ...]:
        """The runs beside this one that have a checkpoint; what cannot be read is left out."""
        found = []
        for summary in list_runs(self._directory.path.parent):
            if summary.name != self.name and summary.state != "broken":
                with suppress(RunError):
                    steps = _kept(RunDirectory(summary.path))
                    found += [(summary.name, step) for step in steps[-1:]]
        return tuple(found)

    def of_run(self, name: str) -> Weights:
        """The last that are kept of a run beside this one."""
        return from_checkpoint(open_run(self._directory.path.parent, name))


class StoredSource(_Files):
    """A run that somebody may train elsewhere: its server is asked, or the last checkpoint read.

    Args:
        directory: the run's.
        at: the step whose weights alone count as the newest; None for those of now.
        made: the weights of that step, where no checkpoint has them.
    """

    def __init__(
        self, directory: RunDirectory, at: int | None = None, made: Weights | None = None
    ) -> None:
        super().__init__(directory)
        self._at, self._made = at, made
        self._client: SocketClient | None = None

    @property
    def live(self) -> bool:
        """Whether it is not held at one step."""
        return self._at is None

    def at(self, step: int) -> Weights:
        """Those of a step that is kept, or was made again for this."""
        if self._made is not None and step == self._made.step:
            return self._made
        return super().at(step)

    async def newest(self, tell: Tell = nobody) -> Weights:
        """Of the step asked for, or of now where somebody trains the run, or the last kept."""
        self.trouble = ""
        if self._at is not None:
            return await asyncio.to_thread(self.at, self._at)
        if await asyncio.to_thread(self._directory.holder) is not None:
            try:
                return await self._live(tell)
            except (ServerGoneError, RefusedError, TimeoutError) as error:
                self.trouble = str(error) or "it does not answer"
        return await asyncio.to_thread(from_checkpoint, self._directory)

    async def _live(self, tell: Tell) -> Weights:
        async with asyncio.timeout(LIVE_SECONDS):
            client = await SocketClient.connect(self._directory, seconds=LIVE_SECONDS / 2)
            try:
                return await take_weights(client, client.welcome, tell)
            finally:
                await client.close()

    async def trained(self) -> Trained | None:
        """What the trainer is at; the connection is kept until ``close``."""
        try:
            if await asyncio.to_thread(self._directory.holder) is not None:
                async with asyncio.timeout(STATUS_SECONDS):
                    if self._client is None:
                        self._client = await SocketClient.connect(self._directory, seconds=0.0)
                    if found := await _asked(self._client):
                        return found
        except (ServerGoneError, TimeoutError, RunError):
            pass
        await self.close()
        return None

    async def close(self) -> None:
        """Part from the trainer, if there is one."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()


class LiveSource(_Files):
    """A run whose trainer is at the other end of a connection that others use too."""

    live = True

    def __init__(self, asks: Asks, welcome: Welcome, directory: RunDirectory) -> None:
        super().__init__(directory)
        self._asks, self._welcome = asks, welcome
        self._turn = asyncio.Lock()
        self._asking: asyncio.Task[Trained | None] | None = None

    async def newest(self, tell: Tell = nobody) -> Weights:
        """The trainer's, without a pause; one at a time."""
        async with self._turn:
            return await take_weights(self._asks, self._welcome, tell)

    async def trained(self) -> Trained | None:
        """What the trainer is at. A question is never given up: that would end the connection."""
        task = self._asking = self._asking or asyncio.create_task(_asked(self._asks))
        await asyncio.wait({task}, timeout=STATUS_SECONDS)
        if not task.done():
            return None
        self._asking = None
        return task.result()


async def _asked(asks: Asks) -> Trained | None:
    """What a trainer is at; None if it does not say so."""
    try:
        update = await asks.ask(_ONLY_STATUS)
    except (RefusedError, ServerGoneError):
        return None
    return Trained(update.status.step, update.status.phase) if isinstance(update, Update) else None


def _kept(directory: RunDirectory) -> tuple[int, ...]:
    """The steps of the checkpoints, ascending; none where there is no folder of them."""
    folder = directory.checkpoints
    return list_checkpoints(folder) if folder.is_dir() else ()
