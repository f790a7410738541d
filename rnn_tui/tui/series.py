"""One metric over the steps of a run of any length, in bounded memory, ready to be drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Which = Literal["whole", "recent"]

BUCKETS: Final = 2048
RECENT: Final = 2000
_LARGEST: Final = 1e300


class Columns(NamedTuple):
    """A metric reduced to columns; those without any value are left out, so n <= width.

    A column of nothing but NaN and infinity has NaN for its numbers and a count of them.
    """

    steps: Array  # (n,)  the step of the first value in the column
    minimum: Array  # (n,)
    maximum: Array  # (n,)
    smoothed: Array  # (n,)  the moving average at the end of the column
    mean: Array  # (n,)
    not_finite: Array  # (n,)  how many values were NaN or infinite
    first_step: int
    last_step: int


class Spans(NamedTuple):
    """Summaries of neighbouring values, in their order; NaN where none of them is finite."""

    first: Array  # (n,)  step
    last: Array  # (n,)
    low: Array  # (n,)
    high: Array  # (n,)
    mean: Array  # (n,)
    odd: Array  # (n,)  how many were NaN or infinite
    finite: Array  # (n,)  how many were


@dataclass(frozen=True, eq=False)
class _Rows:
    """Summaries of consecutive values, one row each."""

    steps: Array  # (n,)
    minimum: Array  # (n,)
    maximum: Array  # (n,)
    smoothed: Array  # (n,)
    mean: Array  # (n,)
    count: Array  # (n,)  finite values
    not_finite: Array  # (n,)

    def joined(self, other: _Rows) -> _Rows:
        return _Rows(
            *(np.concatenate(pair) for pair in zip(self.parts(), other.parts(), strict=True))
        )

    def last(self, rows: int) -> _Rows:
        return _Rows(*(part[max(len(part) - rows, 0) :] for part in self.parts()))

    def chosen(self, mask: Array) -> _Rows:
        return _Rows(*(part[mask] for part in self.parts()))

    def parts(self) -> tuple[Array, ...]:
        return (
            self.steps,
            self.minimum,
            self.maximum,
            self.smoothed,
            self.mean,
            self.count,
            self.not_finite,
        )

    def grouped(self, groups: Array) -> _Rows:
        """One row for each run of equal numbers in ``groups`` (n,), which never falls."""
        if not len(groups):
            return self
        starts = np.flatnonzero(np.r_[True, groups[1:] != groups[:-1]])
        count = np.add.reduceat(self.count, starts)
        share = self.count / np.repeat(np.maximum(count, 1), np.diff(np.r_[starts, len(groups)]))
        weighted = np.where(self.count > 0, self.mean, 0) * share
        return _Rows(
            self.steps[starts],
            np.fmin.reduceat(self.minimum, starts),
            np.fmax.reduceat(self.maximum, starts),
            self.smoothed[np.r_[starts[1:], len(groups)] - 1],
            np.where(count > 0, np.add.reduceat(weighted, starts), np.nan),
            count,
            np.add.reduceat(self.not_finite, starts),
        )


def _no_rows() -> _Rows:
    empty, counts = np.empty(0), np.empty(0, np.int64)
    return _Rows(counts, empty, empty, empty, empty, counts, counts)


class Reading(NamedTuple):
    """What a metric was from one step to another: of one step, or of those summed up together."""

    first: int  # step
    last: int
    low: float  # NaN where no value is finite
    high: float
    mean: float
    not_finite: int  # how many values


class Series:
    """A metric that is appended to for as long as the run lasts and never grows beyond its buckets.

    A bucket covers 2**k steps; when more than ``capacity`` would be needed, k grows by one and
    pairs are merged. Each keeps minimum and maximum, so no spike is ever lost. The last ``RECENT``
    values are kept as they are.

    The moving average is the debiased one of Kingma and Ba (2015), section 3: its weights sum to
    one from the first value on, so a constant stays that constant. NaN and infinity do not enter.
    """

    def __init__(self, smoothing: float = 0.95, capacity: int = BUCKETS) -> None:
        self._smoothing = smoothing
        self._capacity = capacity
        self._shift = 0
        self._buckets = _no_rows()
        self._recent = _no_rows()
        self._average = 0.0
        self._decay = 1.0  # smoothing ** number of finite values
        self._latest = float("nan")
        self._last_step: int | None = None

    def __len__(self) -> int:
        return int(self._buckets.count.sum() + self._buckets.not_finite.sum())

    @property
    def buckets(self) -> int:
        """How many buckets there are."""
        return len(self._buckets.steps)

    @property
    def first_step(self) -> int | None:
        """The first step that has a value."""
        return int(self._buckets.steps[0]) if self.buckets else None

    @property
    def last_step(self) -> int | None:
        """The last step that has a value."""
        return self._last_step

    @property
    def latest(self) -> float:
        """The value of the last step, NaN before the first."""
        return self._latest

    @property
    def smoothed(self) -> float:
        """The moving average, NaN before the first finite value."""
        return self._average if self._decay < 1 else float("nan")

    def append(self, step: int, value: float) -> None:
        """Add the value of one step; see ``extend``."""
        self.extend([step], [value])

    def extend(self, steps: Any, values: Any) -> None:
        """Add values (n,) at steps (n,), which rise and are later than all before.

        Raises:
            ValueError: when a step is not later than the one before it.
        """
        added = np.atleast_1d(np.asarray(steps, np.int64))
        numbers = np.atleast_1d(np.asarray(values, np.float64))
        if not len(added):
            return
        self._check_order(added)
        rows = self._rows(added, numbers)
        self._latest, self._last_step = float(numbers[-1]), int(added[-1])
        self._recent = self._recent.joined(rows.last(RECENT)).last(RECENT)
        self._merge(self._buckets.joined(rows))

    def extend_spans(self, spans: Spans) -> None:
        """Add a past that was summed up already, as ``extend`` would; none of it is recent.

        The moving average takes each span for its mean, as often as that was measured.

        Raises:
            ValueError: when a span does not begin after the one before it.
        """
        if not len(spans.first):
            return
        self._check_order(spans.first)
        smoothed = self._smooth(spans.mean, spans.finite)
        parts = spans.low, spans.high, smoothed, spans.mean, spans.finite, spans.odd
        self._last_step, self._latest = int(spans.last[-1]), float(spans.mean[-1])
        self._merge(self._buckets.joined(_Rows(spans.first, *parts)))

    def _check_order(self, steps: Array) -> None:
        before = self.last_step
        if (np.diff(steps) <= 0).any() or (before is not None and steps[0] <= before):
            raise ValueError(f"steps must rise: {int(steps[0])} came after {before}")

    def _rows(self, steps: Array, values: Array) -> _Rows:
        finite = np.isfinite(values)
        kept = np.where(finite, values.clip(-_LARGEST, _LARGEST), np.nan)
        counts = finite.astype(np.int64)
        return _Rows(steps, kept, kept, self._smooth(kept), kept, counts, 1 - counts)

    def _smooth(self, values: Array, counts: Array | None = None) -> Array:
        """The moving average after each value, or after ``counts`` (n,) equal ones."""
        smoothed = []
        average, decay, rate = self._average, self._decay, self._smoothing
        every = [1] * len(values) if counts is None else counts.tolist()
        for value, count in zip(values.tolist(), every, strict=True):
            if value == value:  # not NaN
                forgotten = rate if count == 1 else rate**count
                decay *= forgotten
                average += (value - average) * ((1 - forgotten) / (1 - decay))  # 1 at first
            smoothed.append(average if decay < 1 else float("nan"))
        self._average, self._decay = average, decay
        return np.array(smoothed)

    def _merge(self, rows: _Rows) -> None:
        groups = rows.steps >> self._shift
        while 1 + np.count_nonzero(np.diff(groups)) > self._capacity:
            self._shift += 1
            groups >>= 1
        self._buckets = rows.grouped(groups)

    def around(self, first: int, last: int) -> Reading | None:
        """What it was from ``first`` to ``last``, as exactly as it is still known; None: nothing.

        A past that was summed up is known in parts: the reading then says which steps it covers.
        """
        exact = len(self._recent.steps) and first >= self._recent.steps[0]
        rows = self._recent if exact else self._buckets
        begin = int(np.searchsorted(rows.steps, first, "left" if exact else "right"))
        begin -= not exact and begin > 0
        end = int(np.searchsorted(rows.steps, last, "right"))
        if end <= begin:
            return None
        seen = rows.chosen(np.arange(begin, end)).grouped(np.zeros(end - begin, np.int64))
        after = int(rows.steps[end]) - 1 if end < len(rows.steps) else self._last_step or 0
        low, high, mean = (float(part[0]) for part in (seen.minimum, seen.maximum, seen.mean))
        start, final = int(seen.steps[0]), int(rows.steps[end - 1]) if exact else after
        return Reading(start, final, low, high, mean, int(seen.not_finite[0]))

    def columns(
        self,
        width: int,
        first_step: int | None = None,
        last_step: int | None = None,
        which: Which = "whole",
    ) -> Columns:
        """The metric between two steps (inclusive) in at most ``width`` columns.

        Args:
            width: how many columns; at least 1.
            first_step: where the first begins; the first step there is, if not given.
            last_step: where the last ends; the last step there is, if not given.
            which: "whole" uses the buckets of the whole run, "recent" the last values as they are.
        """
        rows = self._buckets if which == "whole" else self._recent
        first = int(rows.steps[0] if len(rows.steps) else 0) if first_step is None else first_step
        last = (self.last_step or 0) if last_step is None else last_step
        rows = rows.chosen((rows.steps >= first) & (rows.steps <= last))
        column = (rows.steps - first) * max(width, 1) // max(last - first + 1, 1)
        seen = rows.grouped(column)
        return Columns(
            seen.steps,
            seen.minimum,
            seen.maximum,
            seen.smoothed,
            seen.mean,
            seen.not_finite,
            first,
            last,
        )
