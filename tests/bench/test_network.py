"""Shapes are measured beside peers, on a clock that only their steps move."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from rnn_tui.bench import network
from rnn_tui.bench.grid import Shape
from rnn_tui.bench.limit import Speeds
from rnn_tui.bench.network import OURS, Measured, measure_shape, ratios_over
from rnn_tui.bench.peers import JAX, LOOP, PYTORCH
from rnn_tui.bench.rule import Make, Rule
from rnn_tui.core.arrays import Array
from rnn_tui.text.batches import Window
from rnn_tui.training.trainer import Trainer

SHAPE = Shape(4, 1, 3, 5)
OUR_SECONDS = 2.0


class Clock:
    """Our steps and those of the peers take a known time each."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.waited, self.given = 0.0, 0, []
        step = Trainer.step

        def ours(trainer: Trainer) -> object:
            self.now += OUR_SECONDS
            return step(trainer)

        monkeypatch.setattr(Trainer, "step", ours)

    def __call__(self) -> float:
        return self.now

    def peer(self, seconds: float) -> Make:
        """One whose steps take so long."""
        clock = self

        class Network:
            loss = 0.0

            def __init__(self, params: Mapping[str, Array], rule: Rule) -> None:
                self.params = params
                clock.given.append((params, rule))

            def step(self, window: Window) -> None:
                assert window.inputs.shape == (3, 1)
                clock.now += seconds

            def wait(self) -> None:
                clock.waited += 1

        return Network


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def broken(params: Mapping[str, Array], rule: Rule) -> network.Network:
    raise RuntimeError("it does not\nwork")


def test_characters_per_second_and_ratios(clock: Clock) -> None:
    found = measure_shape(SHAPE, {PYTORCH: {"one": clock.peer(6.0)}}, 500.0, clock)
    assert found.rate == pytest.approx(3 / OUR_SECONDS)
    assert found.over(PYTORCH) == pytest.approx(3.0)
    assert found.over(JAX) is None
    assert found.failures == ()
    assert len(found.rounds[OURS]) == len(found.rounds[PYTORCH]) > 5
    assert clock.waited > 5


def test_the_peers_start_from_our_first_weights_and_by_our_rule(clock: Clock) -> None:
    measure_shape(SHAPE, {PYTORCH: {"one": clock.peer(1.0)}}, 1.0, clock)
    (params, rule), config = clock.given[0], SHAPE.config()
    assert rule == Rule(config.learning_rate, config.clip)
    for name, value in SHAPE.trainer().params.items():
        np.testing.assert_array_equal(params[name], value)


def test_of_several_forms_the_quickest_here_takes_part(clock: Clock) -> None:
    forms = {"slow": clock.peer(5.0), "quick": clock.peer(1.0), "slower": clock.peer(9.0)}
    found = measure_shape(SHAPE, {JAX: forms}, 100.0, clock)
    assert found.forms == {JAX: "quick"}
    assert found.over(JAX) == pytest.approx(0.5)


def test_a_peer_that_fails_is_a_line_and_the_others_go_on(clock: Clock) -> None:
    found = measure_shape(SHAPE, {PYTORCH: {"a": broken}, JAX: {"b": clock.peer(1.0)}}, 9.0, clock)
    assert set(found.rounds) == {OURS, JAX}
    assert found.failures == ("PyTorch failed: RuntimeError: it does not work",)


def test_the_plain_loop_is_left_out_where_there_are_several_streams(clock: Clock) -> None:
    peers = {LOOP: {"loop": broken}}
    assert measure_shape(Shape(4, 2, 3, 5), peers, 9.0, clock).failures == ()
    assert measure_shape(SHAPE, peers, 9.0, clock).failures != ()


def test_a_ratio_is_the_middle_one_of_those_of_the_rounds() -> None:
    rounds = {OURS: (10.0, 2.0, 30.0), JAX: (5.0, 1.0, 1.0)}  # the second: both were disturbed
    one, other = Measured(SHAPE, rounds), Measured(SHAPE, {OURS: (1.0,)})
    assert (one.rate, one.over(JAX)) == (10.0, 2.0)
    assert list(ratios_over(JAX, [one, other])) == [2.0]


def test_the_share_is_that_of_the_limit() -> None:
    speeds = Speeds(product=1.0, tanh=1e30, exp=1e30, copy=1e30)
    one = Measured(SHAPE, {OURS: (0.001,)})
    assert one.limit(speeds) == pytest.approx(1 / (6 * (4 * 4 + 4 * 5)))
    assert one.share(speeds) == pytest.approx(0.001 / one.limit(speeds))
