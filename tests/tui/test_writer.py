"""The pace of writing: speed times time, no more at once than is due, and only for its share."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from rnn_tui.sampling.sampler import Sampled
from rnn_tui.tui import writer
from rnn_tui.tui.writer import AT_ONCE, BUSY_SECONDS, TICK_SECONDS, Writer
from tests.tui.local_client import HandClock


class Owner:
    """Keeps the one timer."""

    def __init__(self) -> None:
        self.tick: Callable[[], None] | None = None

    def set_interval(self, seconds: float, tick: Callable[[], None]) -> Owner:
        assert seconds == TICK_SECONDS
        self.tick = tick
        return self

    def stop(self) -> None:
        self.tick = None


class Paced:
    """A sampler that has no more to do than to be counted."""

    def __init__(self, speed: int, left: int = 10**9) -> None:
        self.speed, self.left, self.fits = speed, left, 10**9
        self.wanted: list[int] = []
        self.seconds: set[float] = set()
        self.takes: Callable[[], None] = lambda: None

    @property
    def writing(self) -> bool:
        return self.left > 0

    def advance(self, characters: int, seconds: float) -> Sampled:
        self.wanted.append(characters)
        self.seconds.add(seconds)
        self.takes()
        drawn = min(characters, self.left, self.fits)
        self.left -= drawn
        return Sampled(drawn, done=drawn == characters)


class Pace:
    """A writer, its clock and what came of it."""

    def __init__(self, speed: int, left: int = 10**9) -> None:
        self.clock, self.owner, self.sampler = HandClock(), Owner(), Paced(speed, left)
        self.shown = 0
        self.writer = Writer(self.owner, self.sampler, self._show)  # type: ignore[arg-type]

    def _show(self) -> None:
        self.shown += 1

    def tick(self, seconds: float = TICK_SECONDS) -> None:
        self.clock.now += seconds
        assert self.owner.tick is not None
        self.owner.tick()


@pytest.fixture
def pace(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Pace]:
    """A writer whose time passes by hand."""

    def begun(speed: int, left: int = 10**9) -> Pace:
        made = Pace(speed, left)
        monkeypatch.setattr(writer, "time", SimpleNamespace(monotonic=made.clock))
        made.writer.begin()
        return made

    return begun


@pytest.mark.parametrize("speed", [10, 25, 100, 400, 1600])
def test_as_many_characters_as_speed_times_time(pace, speed) -> None:
    made = pace(speed)
    for _ in range(200):  # ten seconds
        made.tick()
    assert sum(made.sampler.wanted) == pytest.approx(10 * speed, abs=2)


def test_the_first_character_comes_at_once(pace) -> None:
    made = pace(10)
    made.tick()
    assert made.sampler.wanted == [1]


def test_nothing_is_shown_where_nothing_is_due(pace) -> None:
    made = pace(10)
    for _ in range(20):
        made.tick()
    assert made.shown == len(made.sampler.wanted)
    assert made.shown in (10, 11)


def test_what_was_missed_is_not_made_up_for(pace) -> None:
    made = pace(100)
    made.tick(60.0)
    assert made.sampler.wanted == [20]


def test_without_a_speed_it_takes_no_more_than_its_share(pace) -> None:
    made = pace(0)
    made.tick()
    made.tick()
    assert made.sampler.wanted == [AT_ONCE, AT_ONCE]
    assert made.sampler.seconds == {BUSY_SECONDS}
    assert BUSY_SECONDS < TICK_SECONDS / 2


@pytest.mark.parametrize("speed", [100, 0])
def test_a_network_that_takes_long_leaves_as_much_time_for_keys(pace, speed) -> None:
    made, busy = pace(speed), 0.0
    began = made.clock.now

    def take() -> None:
        nonlocal busy
        made.clock.now += 0.3  # for a single character
        busy += 0.3

    made.sampler.takes, made.sampler.fits = take, 1
    for _ in range(100):
        made.tick()
    assert busy / (made.clock.now - began) == pytest.approx(0.5, abs=0.05)


def test_a_rest_is_for_hurries_too(pace) -> None:
    made = pace(0)
    made.sampler.takes = lambda: setattr(made.clock, "now", made.clock.now + 0.3)
    made.tick()
    made.writer.hurry()
    assert len(made.sampler.wanted) == 1
    made.clock.now += 0.31
    made.writer.hurry()
    assert len(made.sampler.wanted) == 2


def test_its_usual_share_lets_no_tick_fall_out(pace) -> None:
    made = pace(0)
    made.sampler.takes = lambda: setattr(made.clock, "now", made.clock.now + BUSY_SECONDS * 1.1)
    for _ in range(10):
        made.tick(TICK_SECONDS - BUSY_SECONDS * 1.1)
    assert len(made.sampler.wanted) == 10


def test_what_did_not_fit_into_its_share_stays_due(pace) -> None:
    made = pace(1600)
    made.sampler.fits = 10
    for _ in range(3):
        made.tick()
    assert made.sampler.wanted == [80, 150, 220]


def test_it_rests_when_nothing_is_written_and_begins_again(pace) -> None:
    made = pace(0, left=100)
    made.tick()
    assert made.owner.tick is None
    made.writer.begin()
    assert made.owner.tick is None
    made.sampler.left = 50
    made.writer.begin()
    made.tick()
    assert made.sampler.left == 0


def test_it_has_one_timer_however_often_it_is_told(pace) -> None:
    made = pace(100)
    first = made.owner.tick
    made.writer.begin()
    assert made.owner.tick is first


def test_a_new_speed_acts_at_the_next_tick(pace) -> None:
    made = pace(10)
    made.tick()
    made.sampler.speed = 1600
    made.tick()
    assert made.sampler.wanted[-1] == 80


def test_what_is_due_is_written_at_once_where_it_is_asked_for(pace) -> None:
    made = pace(1600)
    made.tick()
    made.clock.now += 0.01
    made.writer.hurry()
    assert made.sampler.wanted in ([80, 16], [80, 17])


def test_nobody_is_hurried_who_rests(pace) -> None:
    made = pace(0, left=0)
    made.writer.hurry()
    assert made.sampler.wanted == []
