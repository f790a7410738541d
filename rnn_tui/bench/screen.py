"""The real app in a terminal: how soon it draws, what it costs, how soon it answers a key."""

from __future__ import annotations

import re
import string
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np

from rnn_tui.bench.panes import CHARTS, HEATMAPS, fastest, frame_rates, panes
from rnn_tui.bench.program import COLUMNS, ROWS, NoTerminalError, Program
from rnn_tui.bench.screen_report import Latency, ScreenReport, Speed
from rnn_tui.bench.trained import (
    Sizes,
    attached,
    end_trainers,
    opened,
    rate,
    runs_of_ours,
    steps_now,
    trained_alone,
)
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.training.client import ServerGoneError

__all__ = ["ScreenReport", "Sizes", "measure_screen"]

SECONDS: Final = 60.0
"""How long all of it takes by default, about."""

STARTS: Final = 3
ROUNDS: Final = 5

SETTLE_SECONDS: Final = 0.5
"""Between a key that changes what is looked at, and the measurement of it."""

WARM_SECONDS: Final = 2.0
"""What a trainer is left alone for before it counts."""

ESCAPE: Final = "\x1b"
RIGHT: Final = "\x1b[C"
STEPPER: Final = " s stepper"

_STEP: Final = re.compile(r" step +([1-9][0-9,]*) ")
_TAIL: Final = 6
"""Letters that are looked for together, so that no other text is taken for them."""


def measure_screen(seconds: float = SECONDS, sizes: Sizes | None = None) -> ScreenReport:
    """Drive the app at 200 x 50 while a network is trained; for about so many seconds.

    What it starts is ended with it, and its runs are removed.
    """
    sizes = sizes or Sizes()
    about = ScreenReport(*sizes, columns=COLUMNS, rows_of_screen=ROWS, seconds=seconds)
    found: dict[str, Any] = {}
    notes: list[str] = []
    try:
        with runs_of_ours() as runs:
            found |= _starts(runs, sizes, STARTS if seconds > 20 else 1)
            found |= _in_use(runs, sizes, seconds)
        with runs_of_ours() as runs:
            found["speed"] = _speed(runs, sizes, seconds / 30)
    except NoTerminalError as error:
        notes.append(str(error))
    except ServerGoneError as error:
        notes.append(f"the speed of training was not measured: {error}")
    if found and found.get("cpu") is None:
        notes.append("this system has no /proc that tells the processor time of a process")
    return ScreenReport(**{**about.__dict__, **found, "notes": tuple(notes)})


def _drawn(program: Program) -> bool:
    """Whether the status bar and the panes are there."""
    return bool(program.screen.line(0).strip()) and set(CHARTS) <= set(panes(program.screen.lines))


def _stepped(program: Program) -> bool:
    """Whether the status bar tells of a training step."""
    return _STEP.search(program.screen.line(0)) is not None


def _starts(runs: Path, sizes: Sizes, times: int) -> dict[str, float | None]:
    """Open the app so many times, after a first one which only fills the caches."""
    frames: list[float | None] = []
    steps: list[float | None] = []
    for _ in range(times + 1):
        with opened(runs, sizes) as program:
            frames.append(_since_begin(program, _drawn))
            steps.append(_since_begin(program, _stepped))
        end_trainers(runs)
    return {"first_frame": _median(frames[1:]), "first_step": _median(steps[1:])}


def _since_begin(program: Program, seen: Callable[[Program], bool]) -> float | None:
    at = program.until(lambda: seen(program))
    return None if at is None else at - program.began


def _median(values: list[float | None]) -> float | None:
    there = [value for value in values if value is not None]
    return median(there) if there else None


def _in_use(runs: Path, sizes: Sizes, seconds: float) -> dict[str, Any]:
    """What an app costs that has been open for a moment, and how soon it answers."""
    with opened(runs, sizes) as program:
        program.until(lambda: _stepped(program))
        program.watch(seconds / 20)
        found = _watched(program, seconds / 6)
        found["prompt"] = _prompt_latency(program, max(int(seconds), 2))
        found["stepper"] = _stepper_latency(program, max(int(seconds / 2), 2))
        found["stopped_cpu"] = _paused_cpu(program, seconds / 20)
        return found


def _watched(program: Program, seconds: float) -> dict[str, Any]:
    """Only look on for so long."""
    arrivals, draws = len(program.arrivals), len(program.draws)
    regions = panes(program.screen.lines)
    cpu = _share(program, seconds)
    drawn = program.draws[draws:]
    rates = frame_rates(drawn, regions, seconds)
    return {
        "cpu": cpu,
        "bytes_per_second": sum(a.bytes for a in program.arrivals[arrivals:]) / seconds,
        "updates_per_second": len(drawn) / seconds,
        "heatmap_frames": fastest(rates, HEATMAPS),
        "chart_frames": fastest(rates, CHARTS),
        "pane_frames": rates,
    }


def _share(program: Program, seconds: float) -> float | None:
    """Of one core that the app used for so long."""
    before = program.cpu_seconds()
    program.watch(seconds)
    after = program.cpu_seconds()
    return None if before is None or after is None else (after - before) / seconds


def _prompt_latency(program: Program, keys: int) -> Latency | None:
    """Type into the prompt; the first letters only make sure that a text is looked for."""
    program.send("t")
    program.until(lambda: not _offers(program, STEPPER), 5.0)
    chance, typed = np.random.default_rng(1), ""
    taken: list[float | None] = []
    for number in range(keys + _TAIL):
        program.watch(chance.uniform(0.02, 0.3) if number >= _TAIL else 0.05)
        letter = str(chance.choice([c for c in string.ascii_lowercase if c not in typed[-_TAIL:]]))
        typed += letter
        if number < _TAIL:
            program.send(letter)
        else:
            taken.append(_key(program, letter, partial(_shown, program, typed[-_TAIL:])))
    program.send(ESCAPE)
    program.until(lambda: _offers(program, STEPPER), 5.0)
    return _latency(taken)


def _offers(program: Program, key: str) -> bool:
    """Whether the line of keys at the bottom has this one: a prompt takes all letters itself."""
    return key in program.screen.line(ROWS - 1)


def _shown(program: Program, text: str) -> bool:
    return any(text in line for line in program.screen.lines)


def _stepper_latency(program: Program, keys: int) -> Latency | None:
    """Step through the operations; an operation is shown when the pointer is at another one."""
    program.send("s")
    if program.until(lambda: _pointed(program)) is None:
        return None
    program.watch(SETTLE_SECONDS)
    chance = np.random.default_rng(2)
    taken: list[float | None] = []
    for _ in range(keys):
        program.watch(chance.uniform(0.05, 0.2))
        before = _pointed(program)
        taken.append(_key(program, RIGHT, partial(_moved, program, before)))
    program.send(ESCAPE)
    program.until(lambda: _drawn(program) and _offers(program, STEPPER))
    return _latency(taken)


def _pointed(program: Program) -> tuple[int, str] | None:
    """Where the pointer of the stepper's list of operations is, and at what."""
    lines = enumerate(program.screen.lines)
    return next(((row, line.partition("►")[2][:30]) for row, line in lines if "►" in line), None)


def _moved(program: Program, before: tuple[int, str] | None) -> bool:
    return _pointed(program) not in (before, None)


def _key(program: Program, key: str, shown: Callable[[], bool]) -> float | None:
    """Seconds from a key until it is seen."""

    sent = time.perf_counter()
    program.send(key)
    at = program.until(shown, 2.0)
    return None if at is None else at - sent


def _latency(taken: list[float | None]) -> Latency | None:
    came = [seconds for seconds in taken if seconds is not None]
    return Latency.of(came, len(taken) - len(came))


def _paused_cpu(program: Program, seconds: float) -> float | None:
    """What it costs to look at a run that is paused."""
    program.send(" ")
    if program.until(lambda: "paused" in program.screen.line(0), 5.0) is None:
        return None
    program.watch(2 * SETTLE_SECONDS)
    return _share(program, seconds)


def _speed(runs: Path, sizes: Sizes, seconds: float) -> Speed:
    """Steps of one trainer, for so long each time: alone, with an app, alone, and so on."""
    with trained_alone(runs, sizes) as run:
        alone, beside = [_rate_alone(run, seconds, warm=True)], []
        for _ in range(ROUNDS):
            beside.append(_rate_attached(run, seconds))
            alone.append(_rate_alone(run, seconds))
    return Speed(tuple(alone), tuple(beside))


def _rate_alone(run: RunDirectory, seconds: float, warm: bool = False) -> float:

    steps_now(run)
    time.sleep(WARM_SECONDS if warm else SETTLE_SECONDS)
    before = steps_now(run)
    time.sleep(seconds)
    return rate(before, steps_now(run))


def _rate_attached(run: RunDirectory, seconds: float) -> float:
    with attached(run) as program:
        program.until(lambda: _stepped(program))
        program.watch(SETTLE_SECONDS)
        before = steps_now(run)
        program.watch(seconds)
        return rate(before, steps_now(run))
