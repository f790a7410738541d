"""The progress of a training without an app: one line in a terminal, now and then one in a pipe."""

from __future__ import annotations

import math
import os
import time

from rich.console import Console
from rich.live import Live
from rich.text import Text

from rnn_tui.text.visible import visible_line
from rnn_tui.training.protocol import Status
from rnn_tui.training.session import Session

BAR_SECONDS = 0.1
LINE_SECONDS = 5.0
LONGEST_BAR = 40
MARGIN = 3  # cells: a terminal shows a Ctrl-C as ^C at the end of the line, which may not break it
UNKNOWN = "–"


class Progress:
    """Shows loss, bits per character, pace and the time that is left, now and then."""

    def __init__(self, terminal: bool, console: Console | None = None) -> None:
        self._console = console or Console()
        terminal = terminal and not self._console.is_dumb_terminal
        self._every = BAR_SECONDS if terminal else LINE_SECONDS
        self._next = time.monotonic() + (0 if terminal else self._every)
        self._live = Live(console=self._console, auto_refresh=False) if terminal else None

    def __enter__(self) -> Progress:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, session: Session) -> None:
        """Called after every piece of work; draws when it is time."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + self._every
            self.draw(session)

    def draw(self, session: Session) -> None:
        """The present state, whatever the time."""
        status = session.status()
        if self._live is None:
            self._console.print(Text(numbers(status)), soft_wrap=True)
            return
        characters = session.config.batch * session.config.window
        line = bar_line(status, session.steps, characters, self._console.width - MARGIN)
        self._live.update(line, refresh=True)


def numbers(status: Status) -> str:
    """Step, losses and pace in words and units."""
    parts = [f"step {status.step:,}", f"loss {_loss(status)} nats", f"{_bits(status)} bits/char"]
    if math.isfinite(status.held_out):
        parts.append(f"held out {status.held_out:.3f}")
    if status.characters_per_second >= 1:
        parts.append(f"{_pace(status.characters_per_second)} char/s")
    return "  ".join(parts)


def greeting(session: Session) -> str:
    """What is trained, on what."""
    facts, size = session.facts, session.trainer.flat.size
    return (
        f"training {visible_line(session.directory.name)}: {visible_line(facts.text_name)}, "
        f"{facts.text_symbols:,} symbols ({facts.vocabulary_size:,} distinct), {size:,} weights"
    )


def bar_line(status: Status, steps: int, characters: int, width: int) -> Text:
    """One line of at most ``width`` cells: the bar takes the room that the numbers leave.

    ``steps`` is 0 where there is no end: then the steps are counted, and there is no bar.
    ``characters`` are in one step.
    """
    figures = [
        f"{_loss(status):>6} nats",
        f"{_bits(status):>6} bits/char",
        f"{_pace(status.characters_per_second):>5} char/s",
    ]
    if steps:
        seconds = (steps - status.step) * characters / max(status.characters_per_second, 1e-9)
        known = status.phase != "training" or status.characters_per_second > 0
        left = _time(max(0.0, seconds)) if known else UNKNOWN
        figures.insert(0, f"{100 * min(1.0, status.step / steps):3.0f}%")
        ending = f"{left} left" if status.phase == "training" else status.phase
        figures.append(f"{'done' if status.step >= steps else ending:>12}")
    else:
        figures.insert(0, f"step {status.step:>9,}")
        figures.append(f"{_time(status.seconds):>7}" + _unless_training(status))
    text = "  ".join(figures)
    room = min(LONGEST_BAR, width - len(text) - 2)
    line = Text(no_wrap=True, overflow="crop")
    if steps and room >= 4:
        line.append_text(_bar(status.step / steps, room)).append("  ")
    return line.append(text[:width])


def _unless_training(status: Status) -> str:
    return "" if status.phase == "training" else f"  {status.phase}"


def _bar(share: float, width: int) -> Text:
    done = int(width * max(0.0, min(1.0, share)))
    full, rest = ("━", "─") if _draws_lines() else ("#", "-")
    return Text().append(full * done, style="green").append(rest * (width - done), style="dim")


def _draws_lines() -> bool:
    language = os.environ.get("LC_ALL") or os.environ.get("LC_CTYPE") or os.environ.get("LANG", "")
    return "utf" in language.lower() or not language


def _loss(status: Status) -> str:
    return _number(status.smoothed_loss)


def _bits(status: Status) -> str:
    return _number(status.smoothed_loss / math.log(2))


def _number(value: float) -> str:
    if not math.isfinite(value):
        return UNKNOWN
    return f"{value:.3f}" if value < 99.95 else f"{value:.3g}"


def _pace(per_second: float) -> str:
    if per_second < 1:
        return UNKNOWN
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if per_second >= 0.9995 * size:
            value = per_second / size
            return f"{value:.1f}{unit}" if value < 99.95 else f"{value:.0f}{unit}"
    return f"{per_second:.0f}"


def _time(seconds: float) -> str:
    """Hours, minutes and seconds; days where there are many."""
    if seconds >= 100 * 3600:
        return f"{seconds / 86400:,.0f} d"
    minutes, whole = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{whole:02}" if hours else f"{minutes}:{whole:02}"
