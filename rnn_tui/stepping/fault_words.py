"""What came of a planted fault, in words; and where nothing came of it, why."""

from __future__ import annotations

import numpy as np

from rnn_tui.core.arrays import Array
from rnn_tui.core.derivative import Wrong, is_finite
from rnn_tui.core.record import Operation
from rnn_tui.core.trace import Trace
from rnn_tui.stepping.digits import constant
from rnn_tui.stepping.explanations import heading

NOT_FINITE = "✗ not finite: nothing can be compared"


def fault_words(trace: Trace, fault: str, wrong: Wrong | None) -> str:
    """The first wrong operation; why there is none, where the fault changes no number."""
    if wrong is not None:
        operation = trace[wrong.index]
        return f"{fault}: first wrong is operation {wrong.index + 1}, {heading(operation)}"
    if not is_finite(trace):
        return f"{fault}: {NOT_FINITE}"
    why = _WHY.get(fault, _nothing)(trace)
    return f"{fault}: {why or 'no operation parts from the derivative here'}"


def _nothing(_trace: Trace) -> str:
    return ""


def _unclipped(trace: Trace) -> str:
    limits = [why for operation in trace if (why := _limit(operation))]
    return "; ".join(dict.fromkeys(limits)) or "there is no limit, so nothing is ever clipped"


def _limit(operation: Operation) -> str:
    """Why one operation of the clipping had nothing to do."""
    if operation.intended is None:
        return ""
    operands = operation.intended.operands
    if "limit" in operands:
        norm, limit = float(operands["norm"]), float(operands["limit"])
        return (
            f"the norm {norm:.3g} is below the limit {constant(limit)}: nothing was to be"
            f" clipped; try: edit limit = {_below(norm)}"
        )
    bound = float(operands["bound"])
    return f"no number is beyond the bound {constant(bound)}: nothing was to be cut"


def _below(norm: float) -> str:
    """A number that somebody would write, well below ``norm``."""
    return f"{10 ** np.floor(np.log10(norm / 2)):g}" if norm > 0 else "0"


def _one_part(trace: Trace) -> str:
    return "with one time step there is one part, and nothing to overwrite" * (_steps(trace) == 1)


def _no_next_step(trace: Trace) -> str:
    if _steps(trace) == 1:
        return "with one time step there is no next target, and the last step keeps its own"
    targets = [trace.givens[f"target_{t}"] for t in range(1, _steps(trace) + 1)]
    return "every target is the same, so the next one is, too" * _all_same(targets)


def _symmetric(trace: Trace) -> str:
    names = (name for name in trace.gradients if name.endswith("W_hh"))
    weights = [trace.givens[name] for name in names]
    same = all(np.array_equal(W, W.T) for W in weights)
    return "W_hh is its own transpose here" * same


def _steps(trace: Trace) -> int:
    return len(trace.places.hidden)


def _all_same(arrays: list[Array]) -> bool:
    return all(np.array_equal(arrays[0], array) for array in arrays)


_WHY = {
    "no-clipping": _unclipped,
    "overwritten": _one_part,
    "off-by-one": _no_next_step,
    "transposed": _symmetric,
}
"""By the name of the fault: why it changed no number, as far as that can be told."""
