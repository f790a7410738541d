"""Row G1 of the table of faults: what one end of a connection does to the other."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from rnn_tui.runs.directory import RunDirectory
from rnn_tui.training import client as client_module
from rnn_tui.training import frames, protocol
from rnn_tui.training.answers import welcome
from rnn_tui.training.client import RefusedError, ServerGoneError, SocketClient
from rnn_tui.training.frames import LARGEST_FRAME, LARGEST_REQUEST, LENGTH, frame
from rnn_tui.training.protocol import Done, Failed, Hello, Pause, Poll, View
from rnn_tui.training.session import Session
from tests.training.conftest import Sessions
from tests.training.serving import Caller, served, wait_for


@pytest.fixture
def session(sessions: Sessions) -> Session:
    return sessions.new()


@pytest.fixture
def path(session: Session, short: Path) -> Iterator[Path]:
    """Of a socket that serves the session, in a thread."""
    with served(session, short / "s"):
        yield short / "s"


def goes_on(session: Session) -> None:
    before = session.trainer.step_number
    wait_for(lambda: session.trainer.step_number > before + 50)


# -- G1: what a client sends -------------------------------------------------------------------

POLL, PAUSE = frame(Poll(views=(View("weights", "W_hy", 9, 9),))), frame(Pause())
GARBAGE = {
    "another protocol": b"GET / HTTP/1.1\r\n\r\n",
    "4 GiB announced": b"\xff\xff\xff\xff",
    "a byte too long": LENGTH.pack(LARGEST_REQUEST + 1),
    "no message": LENGTH.pack(3) + b"\x00\x01\x02",
    "nothing": LENGTH.pack(0),
    "a byte changed": PAUSE[:-1] + b"\xc1",
    "the length without itself": PAUSE[4:],
    "a response": frame(Done()),
    "the second half first": POLL[20:] + POLL[:20],
}


@pytest.mark.parametrize("what", GARBAGE)
def test_g1_garbage_ends_its_own_connection_alone(session: Session, path: Path, what: str) -> None:
    with Caller(path).greet() as other, Caller(path) as wild:
        wild.socket.sendall(GARBAGE[what])
        assert wild.cut_off
        assert other.status().phase == "training"
    goes_on(session)


def test_g1_requests_may_arrive_a_byte_at_a_time(path: Path) -> None:
    with Caller(path) as slow:
        for byte in frame(Hello(protocol.VERSION)) + POLL + PAUSE:
            slow.socket.sendall(bytes([byte]))
        kinds = [type(slow.hear()) for _ in range(3)]
        assert kinds == [protocol.Welcome, protocol.Update, Done]


def test_g1_a_client_may_vanish_at_any_byte_of_a_request(session: Session, path: Path) -> None:
    for length in range(len(POLL)):
        with Caller(path).greet() as cut:
            cut.socket.sendall(POLL[:length])
    goes_on(session)
    with Caller(path).greet() as other:
        assert other.status().phase == "training"


def test_g1_what_comes_in_another_order_is_refused_and_the_rest_answered(path: Path) -> None:
    with Caller(path) as hasty:
        hasty.socket.sendall(PAUSE + frame(Hello(protocol.VERSION)) + POLL + PAUSE)
        assert hasty.hear() == Failed("say Hello first")
        assert isinstance(hasty.hear(), protocol.Welcome)
        update = hasty.hear()
        assert isinstance(update, protocol.Update)
        assert update.status.phase == "training"
        assert hasty.hear() == Done()


def test_g1_mutated_requests_never_stop_the_trainer(session: Session, path: Path) -> None:
    """A flipped bit, a cut, an insertion; some of them are still requests."""
    rng = random.Random(1)
    for _ in range(150):
        mutant = bytearray(POLL)
        at = rng.randrange(len(mutant))
        mutant[at : at + rng.randrange(3)] = rng.randbytes(rng.randrange(3))
        with Caller(path).greet() as wild:
            wild.socket.sendall(mutant)
    goes_on(session)
    with Caller(path).greet() as other:
        assert other.status().phase == "training"


# -- G1: what a server sends -------------------------------------------------------------------


@asynccontextmanager
async def server_that_sends(
    session: Session, folder: Path, monkeypatch: pytest.MonkeyPatch, *answers: bytes
) -> AsyncIterator[RunDirectory]:
    """What answers each request with the next of these, a byte at a time, and then hangs up."""
    monkeypatch.setattr(client_module, "socket_path", lambda _run: folder / "c")

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, EOFError):
            for each in (frame(welcome(session)), *answers):
                await reader.readexactly(frames.frame_length(await reader.readexactly(4)))
                for byte in each:
                    writer.write(bytes([byte]))
                    await writer.drain()
        writer.close()
        answered.set()

    answered = asyncio.Event()
    server = await asyncio.start_unix_server(answer, folder / "c")
    async with server:
        yield session.directory
        await answered.wait()


UPDATE_CUT = frame(Done("half"))[:-2]
ANSWERS = {
    "a byte at a time": (frame(Done("good")), "good"),
    "cut off": (UPDATE_CUT, ServerGoneError),
    "nothing": (b"", ServerGoneError),
    "too long": (LENGTH.pack(LARGEST_FRAME + 1), ServerGoneError),
    "garbage": (LENGTH.pack(3) + b"\xc1\xc1\xc1", ServerGoneError),
    "a request": (frame(Pause()), ServerGoneError),
    "the answer to another request": (frame(protocol.WeightsTaken(1, 2)), ServerGoneError),
    "a refusal": (frame(Failed("no")), RefusedError),
}


@pytest.mark.parametrize("what", ANSWERS)
async def test_g1_a_client_takes_an_answer_or_knows_that_the_server_is_gone(
    session: Session, short: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    sent, expected = ANSWERS[what]
    async with server_that_sends(session, short, monkeypatch, sent) as run:
        client = await SocketClient.connect(run, seconds=5)
        if isinstance(expected, str):
            assert await client.send(Pause()) == expected
        else:
            with pytest.raises(expected):
                await client.send(Pause())
        await client.close()


async def test_g1_after_a_wrong_answer_none_is_taken_for_that_of_a_later_question(
    session: Session, short: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    swapped = frame(protocol.WeightsTaken(1, 2)), frame(Done("of the question before"))
    async with server_that_sends(session, short, monkeypatch, *swapped) as run:
        client = await SocketClient.connect(run, seconds=5)
        for _ in swapped:
            with pytest.raises(ServerGoneError):
                await client.send(Pause())
        await client.close()


async def test_g1_what_is_too_long_to_ask_is_refused_before_it_is_sent(
    session: Session, short: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with server_that_sends(session, short, monkeypatch, frame(Done())) as run:
        client = await SocketClient.connect(run, seconds=5)
        with pytest.raises(RefusedError, match="too long to send"):
            await client.send(protocol.StartSample("x" * LARGEST_REQUEST, 1.0))
        assert await client.send(Pause()) == ""
        await client.close()
