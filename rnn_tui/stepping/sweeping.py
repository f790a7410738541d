"""A sweep in words: every number of every gradient against the complex-step derivative."""

from __future__ import annotations

from collections.abc import Generator
from math import isfinite

from rnn_tui.core.gradcheck import STATE
from rnn_tui.core.sweep import SweepProgress, sweep
from rnn_tui.core.trace import Trace
from rnn_tui.stepping.digits import exact, written
from rnn_tui.stepping.errors import StepperError
from rnn_tui.stepping.names import given_name, index_text

HEADINGS: tuple[str, ...] = (
    "array",
    "verdict",
    "verified",
    "error",
    "worst",
    "backward",
    "derivative",
)


def sweeping(trace: Trace) -> Generator[float, None, SweepProgress]:
    """The whole sweep: yields progress, 0..1, and returns what it found."""
    found = None
    try:
        for found in sweep(trace):
            yield found.done / max(found.total, 1)
    except ValueError as error:
        raise StepperError(str(error)) from None
    if found is None:
        raise StepperError("this network has no parameters to verify")
    return found


def sweep_words(found: SweepProgress) -> str:
    """One line for each array: how many were verified, the worst of them, the verdict."""
    rows = [HEADINGS, *(sweep_row(found, name) for name in found.by_name)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def sweep_row(found: SweepProgress, array: str) -> tuple[str, ...]:
    """One array of a sweep, in words of a few characters each; with its layer if it has several."""
    swept, layers = found.by_name[array], sum(name.startswith(STATE) for name in found.by_name)
    name, counted = given_name(array, layers), f"{swept.checked:,} of {swept.size:,}"
    worst = swept.worst
    if worst is None:
        return name, "waiting", counted, "", "", "", ""
    verdict = "✓ equal" if swept.passed else "✗ DIFFERS"
    if not isfinite(worst.error):
        verdict = "✗ not finite"
    element = index_text(worst.element[array.startswith(STATE) :])  # a walk is through one row
    numbers = exact(worst.backward), exact(worst.derivative)
    return name, verdict, counted, written(worst.error, ".0e"), element, *numbers


def gradient_name(array: str) -> str:
    """What the gradient of a swept array is called in the walk."""
    return f"dh_0^({array.removeprefix(STATE)})" if array.startswith(STATE) else f"d{array}"
