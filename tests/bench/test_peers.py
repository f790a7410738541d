"""What training is compared with computes the same, and what cannot be measured is said."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from rnn_tui.bench import peer_jax, peer_torch, peers
from rnn_tui.bench.grid import Shape
from rnn_tui.bench.plain_loop import PlainLoop
from rnn_tui.bench.rule import Make, Rule
from tests.extras import needs

CLIPPED = 0.05
STEPS = 70
"""More than the text has windows: it begins again."""


def compared(make: Make, shape: Shape, clip: float, tolerance: float) -> None:
    """Train both from the same weights on the same windows, in float64."""
    trainer, batches = shape.trainer("float64"), shape.batches()
    trainer.turn("clip", clip)
    network = make(trainer.params, Rule(trainer.config.learning_rate, clip))
    scales = []
    for _ in range(STEPS):
        result = trainer.step()
        network.step(batches.next())
        network.wait()
        assert network.loss == pytest.approx(result.loss, rel=tolerance)
        scales.append(result.scale)
    assert (min(scales) < 1.0) == (clip == CLIPPED)
    assert result.epoch == 1
    for name, value in trainer.params.items():
        np.testing.assert_allclose(network.params[name], value, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("clip", [100.0, CLIPPED])
def test_the_plain_loop_trains_the_same_network(clip: float) -> None:
    compared(PlainLoop, Shape(5, 1, 6, 7), clip, 1e-10)


def test_the_plain_loop_stays_in_the_dtype_of_the_weights() -> None:
    shape = Shape(5, 1, 6, 7)
    loop = PlainLoop(shape.trainer().params, Rule(1e-3, CLIPPED))
    loop.step(shape.batches().next())
    assert {value.dtype for value in loop.params.values()} == {np.dtype("float32")}
    assert loop.h.dtype == np.float32


@needs("peers", "torch")
@pytest.mark.parametrize("form", ["nn.RNN", "look-up and loop"])
@pytest.mark.parametrize("batch", [1, 3])
def test_pytorch_trains_the_same_network(form: str, batch: int) -> None:
    compared(peer_torch.forms()[form], Shape(5, batch, 6, 7), 100.0, 1e-10)


@needs("peers", "torch")
@pytest.mark.parametrize("form", ["nn.RNN", "look-up and loop"])
def test_pytorch_clips_as_we_do_but_for_what_it_adds_to_the_norm(form: str) -> None:
    compared(peer_torch.forms()[form], Shape(5, 3, 6, 7), CLIPPED, 1e-4)


@pytest.fixture
def float64() -> Iterator[None]:
    import jax

    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", False)


@needs("peers", "jax")
@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("unrolled", [0, 32])
@pytest.mark.parametrize(("batch", "clip"), [(1, CLIPPED), (3, 100.0)])
def test_jax_trains_the_same_network(
    batch: int, clip: float, unrolled: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peer_jax, "UNROLLED", unrolled)
    (make,) = peer_jax.forms().values()
    compared(make, Shape(5, batch, 6, 7), clip, 1e-10)


def test_a_peer_that_is_not_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = peers.Peer("a_module_that_nobody_has", dict)
    monkeypatch.setitem(peers.PEERS, "Nobody's", absent)
    loaded = peers.load_peers(["Nobody's", peers.LOOP])
    assert list(loaded.forms) == [peers.LOOP]
    assert loaded.missing == ("Nobody's is not installed: not compared",)
    assert absent.version == ""


def test_a_peer_that_fails_when_it_is_loaded_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> dict[str, Make]:
        raise OSError("libsomething.so:\n  cannot open shared object file")

    monkeypatch.setitem(peers.PEERS, "Broken", peers.Peer("json", broken))
    loaded = peers.load_peers(["Broken"])
    assert loaded.forms == {}
    assert loaded.missing == (
        "Broken failed: OSError: libsomething.so: cannot open shared object file",
    )


@pytest.fixture
def another_thread() -> Iterator[None]:
    """One that would take a signal which the main thread does not want, as those of BLAS do."""
    ended = threading.Event()
    thread = threading.Thread(target=ended.wait)
    thread.start()
    yield
    ended.set()
    thread.join()


@pytest.fixture
def arrived() -> Iterator[socket.socket]:
    """Can be read from when a signal has come, in whichever thread."""
    reads, writes = socket.socketpair()
    writes.setblocking(False)
    before = signal.set_wakeup_fd(writes.fileno())
    reads.settimeout(60)
    with reads, writes:
        yield reads
        signal.set_wakeup_fd(before)


@pytest.mark.usefixtures("another_thread")
def test_ctrl_c_waits_until_a_library_is_loaded(
    monkeypatch: pytest.MonkeyPatch, arrived: socket.socket
) -> None:
    loaded: list[bytes | str] = []

    def forms() -> dict[str, Make]:
        os.kill(os.getpid(), signal.SIGINT)
        loaded.append(arrived.recv(1))
        loaded.append("all of it")
        return {}

    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setitem(peers.PEERS, "Slow", peers.Peer("json", forms))
    with pytest.raises(KeyboardInterrupt):
        peers.load_peers(["Slow"])
    assert loaded == [bytes([signal.SIGINT]), "all of it"]
    assert signal.getsignal(signal.SIGINT) is before


def test_a_library_is_loaded_in_another_thread_too() -> None:
    with ThreadPoolExecutor(1) as threads:
        loaded = threads.submit(peers.load_peers, [peers.LOOP]).result()
    assert list(loaded.forms) == [peers.LOOP]


def test_the_plain_loop_reads_a_single_stream_alone() -> None:
    loop = peers.PEERS[peers.LOOP]
    assert [loop.fits(Shape(4, batch, 4)) for batch in (1, 2)] == [True, False]
    assert peers.PEERS[peers.PYTORCH].fits(Shape(4, 2, 4))
