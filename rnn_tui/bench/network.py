"""How fast networks are trained here: beside the limit of the machine, and beside peers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from rnn_tui.bench.grid import Shape
from rnn_tui.bench.limit import Speeds, step_seconds
from rnn_tui.bench.peers import PEERS, failure
from rnn_tui.bench.rounds import Contender, alternate
from rnn_tui.bench.rule import Make, Network, Rule
from rnn_tui.core.arrays import Array

OURS: Final = "rnn-tui"

TRIAL_SECONDS: Final = 0.2
"""How long each form of a peer is tried where there are several."""

Clock = Callable[[], float]


@dataclass
class Measured:
    """What one shape came to."""

    shape: Shape
    rounds: dict[str, tuple[float, ...]]
    """Characters a second in each round: ours, and of each peer that was measured."""
    forms: dict[str, str] = field(default_factory=dict)
    """Which way to write it was the quickest of each peer."""
    failures: tuple[str, ...] = ()
    """One line for each peer that failed."""

    @property
    def rate(self) -> float:
        """Our characters a second in the middle one of the rounds."""
        return median(self.rounds[OURS])

    def over(self, peer: str) -> float | None:
        """How many times as fast as a peer: the middle one of the ratios of each round.

        Both had their turns within a second or so in each of them: what slowed one down for
        longer than that slowed the other one down, too. None if it was not measured.
        """
        theirs = self.rounds.get(peer)
        if theirs is None:
            return None
        return median(ours / its for ours, its in zip(self.rounds[OURS], theirs, strict=True))

    def limit(self, speeds: Speeds) -> float:
        """Characters a second at the limit."""
        return self.shape.characters / step_seconds(self.shape, speeds)

    def share(self, speeds: Speeds) -> float:
        """Our part of that, 0 to 1."""
        return self.rate / self.limit(speeds)


def measure_shape(
    shape: Shape,
    peers: Mapping[str, Mapping[str, Make]],
    seconds: float,
    clock: Clock = time.perf_counter,
) -> Measured:
    """Whole training steps of one shape for about ``seconds``, everyone in turns.

    Each peer starts from our weights and reads the same windows. Of its forms the one that is
    quickest at this shape takes part; what fails is left out.
    """
    trainer = shape.trainer()
    start = {name: value.copy() for name, value in trainer.params.items()}
    rule = Rule.of(trainer.config)
    contenders: dict[str, Contender] = {OURS: _repeated(trainer.step)}
    forms, failures = {}, []
    for name, makes in peers.items():
        if not PEERS[name].fits(shape):
            continue
        try:
            forms[name], contenders[name] = _quickest(makes, shape, start, rule, clock)
        except Exception as error:  # noqa: BLE001 (whatever a library of others does)
            failures.append(failure(name, error))
    found = alternate(contenders, seconds, clock, first=1)
    rounds = {
        rates.name: tuple(steps * shape.characters for steps in rates.rounds) for rates in found
    }
    return Measured(shape, rounds, forms, tuple(failures))


def _repeated(step: Callable[[], object], wait: Callable[[], object] = lambda: None) -> Contender:
    def steps(pieces: int) -> None:
        for _ in range(pieces):
            step()
        wait()

    return steps


def _quickest(
    makes: Mapping[str, Make], shape: Shape, params: Mapping[str, Array], rule: Rule, clock: Clock
) -> tuple[str, Contender]:
    """The form that is quickest here, warm; its libraries have compiled what they compile."""
    trained = {form: _training(make(params, rule), shape) for form, make in makes.items()}
    for contender in trained.values():
        contender(1)
    if len(trained) == 1:
        return next(iter(trained.items()))
    tried = alternate(trained, TRIAL_SECONDS * len(trained), clock, first=1)
    best = max(tried, key=lambda rates: rates.median).name
    return best, trained[best]


def _training(network: Network, shape: Shape) -> Contender:
    """Steps over the windows of the text, the state carried along."""
    batches = shape.batches()
    return _repeated(lambda: network.step(batches.next()), network.wait)


def ratios_over(peer: str, measured: Iterable[Measured]) -> Iterator[float]:
    """Those of the shapes where that peer was measured."""
    return (ratio for one in measured if (ratio := one.over(peer)) is not None)
