from __future__ import annotations

import os
import subprocess
import sys

from rnn_tui.training.owner import FIRST_GRACE, GRACE, Owner, Ownership

from .conftest import Seconds


def ours(clock: Seconds) -> Ownership:
    return Ownership(Owner.of(os.getpid()), clock)


def ended_process() -> int:
    process = subprocess.Popen([sys.executable, "-S", "-c", ""])
    process.wait()
    return process.pid


def test_this_process_lives_and_one_that_ended_does_not() -> None:
    assert Owner.of(os.getpid()).alive()
    assert not Owner.of(ended_process()).alive()


def test_a_later_process_with_the_same_number_is_not_the_owner() -> None:
    assert not Owner(os.getpid(), "another time").alive()


def test_a_run_without_an_owner_never_loses_it() -> None:
    clock = Seconds()
    alone = Ownership(None, clock)
    clock.now += 1e6
    assert not alone.gone()


def test_an_owner_that_died_before_it_connected_is_gone_at_once() -> None:
    assert Ownership(Owner.of(ended_process()), Seconds()).gone()


def test_an_owner_has_some_time_to_connect() -> None:
    clock = Seconds()
    run = ours(clock)
    clock.now += FIRST_GRACE - 1
    assert not run.gone()
    clock.now += 2
    assert run.gone()


def test_an_owner_that_left_has_a_moment_to_come_back() -> None:
    clock = Seconds()
    run = ours(clock)
    run.connected(1)
    clock.now += 1e6
    assert not run.gone()
    run.disconnected(1)
    assert not run.gone()
    run.connected(2)
    clock.now += 1e6
    assert not run.gone()
    run.disconnected(2)
    clock.now += GRACE + 0.1
    assert run.gone()


def test_an_owner_that_came_back_before_its_old_connection_broke_is_there() -> None:
    clock = Seconds()
    run = ours(clock)
    run.connected(1)
    run.connected(2)
    run.disconnected(1)
    clock.now += 1e6
    assert not run.gone()


def test_only_the_owner_can_leave_the_run_alone() -> None:
    clock = Seconds()
    run = ours(clock)
    run.connected(1)
    run.give_up(2)
    assert run.owner is not None
    run.give_up(1)
    run.disconnected(1)
    clock.now += 1e6
    assert not run.gone()
