"""Runs, and their losses, as files for other programs: CSV, and JSON with one object a line."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from rnn_tui.runs.glances import Glance

if TYPE_CHECKING:
    from rnn_tui.runs.curves import RunCurve  # which loads NumPy

EXPORTED_POINTS: Final = 100_000
"""Points of a run that are written: of a longer run neighbouring steps are taken together."""

_LOSS_COLUMNS: Final = (
    "run", "kind", "first_step", "step", "characters", "seconds", "loss", "low", "high",
    "not_finite",
)  # fmt: skip

_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")
_NUMBER: Final = re.compile(r"[+-]?[\d.]+(e[+-]?\d+)?")

Record = dict[str, Any]


def run_records(glances: Iterable[Glance]) -> Iterator[Record]:
    """Yield what is known of each run; what is not known is None."""
    for glance in glances:
        summary = glance.summary
        yield {
            "name": glance.name,
            "state": glance.state,
            "kind": glance.kind,
            "step": summary.step,
            "loss": summary.loss,
            "held_out": summary.held_out,
            "best_held_out": glance.best.loss if glance.best else None,
            "best_step": glance.best.step if glance.best else None,
            "speed": glance.speed,
            "speed_unit": glance.speed_unit if glance.speed else None,
            "characters": glance.characters,
            "seconds": glance.seconds,
            "size": summary.size,
            "created": summary.created or None,
            "updated": summary.updated or None,
            "tags": list(glance.tags),
            "text": summary.text or None,
            "path": str(summary.path),
            "reason": summary.reason or None,
            "settings": dict(glance.settings),
        }


def loss_records(curves: Sequence[RunCurve]) -> Iterator[Record]:
    """Yield every stretch and every evaluation of the runs: the values of ``_LOSS_COLUMNS``.

    ``kind`` is "train", "held out", or the name of a series that is none of the losses.
    ``loss`` is the mean of the finite ones from ``first_step`` to ``step``; in nats per character
    where rnn-tui trains.
    """
    for curve in curves:
        columns = (
            curve.firsts, curve.steps, curve.characters, curve.seconds, curve.mean, curve.low,
            curve.high, curve.odd,
        )  # fmt: skip
        for first, step, characters, seconds, *losses, odd in zip(
            *(column.tolist() for column in columns), strict=True
        ):
            whole = int(first), int(step), int(characters), seconds
            yield _record(curve.name, curve.series or "train", *whole, *losses, int(odd))
        yield from _evaluations(curve)


def _evaluations(curve: RunCurve) -> Iterator[Record]:
    characters = curve.held_out_over("characters").tolist()
    seconds = curve.held_out_over("seconds").tolist()
    evaluations = zip(curve.held_out_steps.tolist(), curve.held_out.tolist(), strict=True)
    for place, (step, loss) in enumerate(evaluations):
        at = int(step), int(step), int(characters[place]), seconds[place]
        odd = int(not math.isfinite(loss))
        yield _record(curve.name, "held out", *at, loss, loss, loss, odd)


def _record(*values: Any) -> Record:
    return dict(zip(_LOSS_COLUMNS, values, strict=True))


def as_lines(records: Iterable[Mapping[str, Any]]) -> str:
    """Return the records as JSON, one a line; NaN and infinities are the texts "nan" and "inf"."""
    return "".join(
        json.dumps(_told(record), ensure_ascii=False, allow_nan=False) + "\n" for record in records
    )


def _told(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    if isinstance(value, dict):
        return {name: _told(part) for name, part in value.items()}
    return value


def losses_as_csv(curves: Sequence[RunCurve]) -> str:
    """Return the losses of the runs as a table with a heading; nothing where there is no number."""
    return _csv(_LOSS_COLUMNS, loss_records(curves))


def runs_as_csv(glances: Sequence[Glance]) -> str:
    """Return the runs as a table; a column for each setting that any of them has."""
    settings = list(dict.fromkeys(name for glance in glances for name in glance.settings))
    records = []
    for record in run_records(glances):
        own = record.pop("settings")
        record["tags"] = " ".join(record["tags"])
        records.append(record | {f"settings.{name}": own.get(name) for name in settings})
    columns = list(records[0]) if records else ["name"]
    return _csv(columns, records)


def _csv(columns: Sequence[str], records: Iterable[Mapping[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(map(_cell, columns))
    for record in records:
        writer.writerow(_cell(record[name]) for name in columns)
    return out.getvalue()


def _cell(value: Any) -> Any:
    """What a spreadsheet would take for a formula is marked as a text."""
    if isinstance(value, str) and value[:1] in _FORMULAS and not _NUMBER.fullmatch(value):
        return f"'{value}"
    return "" if value is None else value
