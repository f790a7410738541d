"""What was measured of the screen, and what it should be."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

Row = tuple[str, str, str]
"""What was measured, how much it is, and how much it should be."""


@dataclass(frozen=True)
class Latency:
    """From a key to the screen, in seconds; ``missing`` never came."""

    keys: int
    p50: float
    p95: float
    most: float
    missing: int = 0

    @classmethod
    def of(cls, seconds: Sequence[float], missing: int = 0) -> Latency | None:
        """That of the keys that came; None where none did."""
        if not seconds:
            return None
        keys = len(seconds) + missing
        return cls(keys, percentile(seconds, 50), percentile(seconds, 95), max(seconds), missing)

    @property
    def line(self) -> str:
        """All of it for people."""
        lost = f" · {self.missing} never" if self.missing else ""
        shown = (f"{value * 1e3:.0f}" for value in (self.p50, self.p95, self.most))
        return " · ".join(shown) + f" ms{lost}"


@dataclass(frozen=True)
class Speed:
    """Steps a second of one trainer, in turns without an app and with one attached."""

    alone: tuple[float, ...]
    attached: tuple[float, ...]

    @property
    def with_app(self) -> float:
        """With an app, over the mean of before it came and after it had gone: the median."""
        around = [(a + b) / 2 for a, b in zip(self.alone, self.alone[1:], strict=False)]
        return median(x / y for x, y in zip(self.attached, around, strict=True))

    @property
    def afterwards(self) -> float:
        """After an app had gone, over before it came: the median."""
        return median(b / a for a, b in zip(self.alone, self.alone[1:], strict=False))


@dataclass(frozen=True)
class ScreenReport:
    """Times in seconds; shares are of one core. What could not be measured here is None."""

    hidden: int
    batch: int
    window: int
    columns: int
    rows_of_screen: int
    seconds: float
    first_frame: float | None = None
    first_step: float | None = None
    cpu: float | None = None
    bytes_per_second: float | None = None
    updates_per_second: float | None = None
    heatmap_frames: float | None = None
    chart_frames: float | None = None
    pane_frames: dict[str, float] = field(default_factory=dict)
    prompt: Latency | None = None
    stepper: Latency | None = None
    stopped_cpu: float | None = None
    speed: Speed | None = None
    notes: tuple[str, ...] = ()

    def rows(self) -> list[Row]:
        """A line for each figure."""
        speed = self.speed
        return [
            ("first frame", _seconds(self.first_frame), "≤ 0.6 s"),
            ("first training step on the screen", _seconds(self.first_step), "≤ 1.5 s"),
            ("processor of the app, of one core", _share(self.cpu), "≤ 40%"),
            ("heatmaps", _rate(self.heatmap_frames), "≥ 10 frames/s"),
            ("charts", _rate(self.chart_frames), "≥ 2 frames/s"),
            ("to the terminal", _bytes(self.bytes_per_second), "< 200 KiB/s"),
            ("key to screen, prompt: p50 · p95 · max", _latency(self.prompt), "< 40 · 80 ms"),
            ("key to screen, stepper: p50 · p95 · max", _latency(self.stepper), "< 40 · 80 ms"),
            ("training with an app attached", _share(speed.with_app if speed else None), "≥ 95%"),
            ("training after it has left", _share(speed.afterwards if speed else None), "100%"),
            ("processor of a paused app", _share(self.stopped_cpu), "0%"),
        ]

    def facts(self) -> dict[str, Any]:
        """Everything, for JSON; the lines for people too, for who makes a table of several."""
        speed = self.speed
        shares = {"with_app": speed.with_app, "afterwards": speed.afterwards} if speed else {}
        return {**asdict(self), "training": shares, "rows": self.rows()}


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that ``share`` per cent of all are not above (nearest rank)."""
    ranked = sorted(values)
    return ranked[max(math.ceil(share / 100 * len(ranked)), 1) - 1]


NOT_MEASURED = "not measured"


def _seconds(value: float | None) -> str:
    return NOT_MEASURED if value is None else f"{value:.2f} s"


def _share(value: float | None) -> str:
    return NOT_MEASURED if value is None else f"{value * 100:.1f}%"


def _rate(value: float | None) -> str:
    return NOT_MEASURED if value is None else f"{value:.1f} frames/s"


def _bytes(value: float | None) -> str:
    return NOT_MEASURED if value is None else f"{value / 1024:.0f} KiB/s"


def _latency(value: Latency | None) -> str:
    return NOT_MEASURED if value is None else value.line
