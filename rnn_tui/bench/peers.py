"""What training is compared with: the libraries that are installed, and a plain loop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Final, NamedTuple

from rnn_tui.bench import peer_jax, peer_torch
from rnn_tui.bench.grid import Shape
from rnn_tui.bench.plain_loop import PlainLoop
from rnn_tui.bench.rule import Make

PYTORCH: Final = "PyTorch"
JAX: Final = "JAX"
LOOP: Final = "loop"


class Peer(NamedTuple):
    """One of them: what it needs, and the ways to write the step in it."""

    module: str
    forms: Callable[[], Mapping[str, Make]]
    one_stream: bool = False
    """Whether it can only read one."""

    def fits(self, shape: Shape) -> bool:
        """Whether it can be measured at this shape."""
        return shape.batch == 1 or not self.one_stream

    @property
    def version(self) -> str:
        """Of the library; empty where it has none."""
        try:
            return version(self.module)
        except PackageNotFoundError:
            return ""


PEERS: Final[dict[str, Peer]] = {
    PYTORCH: Peer("torch", peer_torch.forms),
    JAX: Peer("jax", peer_jax.forms),
    LOOP: Peer("numpy", lambda: {"one character at a time": PlainLoop}, one_stream=True),
}


class Loaded(NamedTuple):
    """The peers that can be measured here, and what is to be said of the others."""

    forms: dict[str, Mapping[str, Make]]
    missing: tuple[str, ...]


def load_peers(names: Iterable[str] = PEERS) -> Loaded:
    """Import what is installed; one line for each that is not, or that fails."""
    forms: dict[str, Mapping[str, Make]] = {}
    missing = []
    for name in names:
        peer = PEERS[name]
        if find_spec(peer.module) is None:
            missing.append(f"{name} is not installed: not compared")
            continue
        try:
            with _undisturbed():
                import_module(peer.module)
                forms[name] = peer.forms()
        except Exception as error:  # noqa: BLE001 (whatever a library of others does at its import)
            missing.append(failure(name, error))
    return Loaded(forms, tuple(missing))


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let Ctrl-C wait: libraries that it leaves half loaded were seen to crash the process.

    A handler, not a mask: a mask holds for one thread, and the libraries (and NumPy's own) start
    others, any of which would then take the signal.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before is None:
        yield  # no handler can be set here, or none that could be set again
        return
    pressed: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _frame: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if pressed:
            signal.raise_signal(signal.SIGINT)


def failure(name: str, error: Exception) -> str:
    """One line on what went wrong."""
    words = " ".join(str(error).split())[:200]
    return f"{name} failed: {type(error).__name__}: {words}"
