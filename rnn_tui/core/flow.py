"""How far the gradient flows back through one window: norms, credit, Jacobians, one number.

``gradient_norms`` shows what the backward pass of the trace says, planted faults included. All
else is made anew from the forward pass and the losses alone, and is the true derivative.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from rnn_tui.core.arrays import Array, Floats
from rnn_tui.core.cells.textbook import RELU, TANH
from rnn_tui.core.jacobians import JacobianNorms, product_norms, spectral_radius
from rnn_tui.core.record import Operation
from rnn_tui.core.trace import Trace
from rnn_tui.core.work import Result, finished

THRESHOLD = 0.01
"""Credit below this share of that at lag 0 is beyond the horizon."""

DEFINITIONS = {
    "gradient norm": "‖dL/dh_t‖: how strongly the loss of the whole window depends on the hidden "
    "state of a layer at step t, by every later step. t = 0 is the state that came in.",
    "credit": "‖dL_t/dh_s‖: how strongly the loss of step t alone, as it enters the mean, depends "
    "on the hidden state at an earlier step s. Row t, column s; over all paths, other layers too.",
    "credit by lag": "The credit that losses give to the state k steps before them, summed over "
    "t and divided by what the same losses give at lag 0.",
    "spectral radius": "The largest |eigenvalue| of W_hh: the factor by which a change of the "
    "state grows or fades a step, in the long run, while no unit saturates.",
    "Jacobian norm": "The largest factor by which any small change of the state has grown k steps "
    "later: the spectral norm of dh_{s+k}/dh_s in this window, its geometric mean over "
    "s = 1..T − k. The state that came in, s = 0, is left out.",
    "effective horizon": "The lag, in characters, from which on the credit by lag stays below 1%: "
    "what happened longer ago is hardly learned from. Between two lags it is interpolated, so it "
    "need not be whole. T means at least T: it never fell so low.",
}
"""What each quantity is, for people."""


@dataclass(frozen=True, eq=False)
class FlowReport:
    """Everything about one layer and one row of the batch; ``DEFINITIONS`` says what it is."""

    layer: int
    row: int
    loss: float
    """Of the whole window: the mean that all of it is about."""
    gradient_norms: Floats
    """(L, T+1) of every layer, t = 0..T."""
    credit: Floats
    """(T, T) row t - 1, column s - 1; 0 where s > t."""
    credit_by_lag: Floats
    """(T,) relative to lag 0."""
    spectral_radius: float
    jacobian_norms: Floats
    """(T,) at lag k = 0..T-1."""
    starts: tuple[int, ...]
    """The time steps s that the Jacobian norms were followed from."""
    horizon: float
    """In characters; T: at least T; NaN where there is no credit, or not all is finite."""

    @property
    def finite(self) -> bool:
        """Whether loss and credit are numbers. Credit can be where the loss is infinite."""
        return math.isfinite(self.loss) and bool(np.isfinite(self.credit).all())

    @property
    def beyond_window(self) -> bool:
        """Whether the credit never fell so low: the horizon is at least the window."""
        return self.horizon >= len(self.credit)


def gradient_norms(trace: Trace, row: int = 0) -> Floats:
    """‖dL/dh_t‖ for t = 0..T of each layer, (L, T+1), as the backward pass of the trace has it.

    L is the mean over the whole window and all rows; h_t is that of ``row``.
    """
    found = _by_name(trace)
    dh = [[d.value[row] for d in layer] for layer in _by_layer(found["add gradients of h"])]
    initial = [gradient[row] for gradient in trace.state_gradient]
    dhs = [np.stack([first, *reversed(rest)]) for first, rest in zip(initial, dh, strict=True)]
    return np.stack([_norms(layer) for layer in dhs])  # (L, T+1)


def credit_map(trace: Trace, layer: int | None = None, row: int = 0) -> Floats:
    """‖dL_t/dh_s‖ of ``layer`` (None: the top one), (T, T): row t - 1, column s - 1, 0 for s > t.

    L_t is the loss of step t and of ``row``, as it enters the mean: over T*B.
    """
    passed = _Pass.of(trace, row)
    layer = passed.chosen(layer)
    credit: Floats = finished(_crediting(passed))[layer]
    return credit


def jacobian_norms(trace: Trace, layer: int | None = None, row: int = 0) -> JacobianNorms:
    """The spectral norm of dh_{s+k}/dh_s of ``layer`` (None: the top one) against the lag k.

    Mean over s: geometric, because growth multiplies: the slope of its logarithm is the growth a
    step, the largest Lyapunov exponent. A layer's state depends on its own past through its own
    W_hh alone, so other layers play no part.
    """
    passed = _Pass.of(trace, row)
    layer = passed.chosen(layer)
    return finished(product_norms(passed.W_hh[layer], passed.slope[layer]))


def credit_by_lag(credit: Floats) -> Floats:
    """The credit at lag k relative to that at lag 0, (T,), from a credit map (T, T).

    c_k = Σ_t ‖dL_t/dh_{t-k}‖ / Σ_t ‖dL_t/dh_t‖, both sums over the t = k+1..T that have a step so
    long ago, so that a window's end does not look like forgetting.
    """
    present, T = np.diagonal(credit), len(credit)
    with np.errstate(all="ignore"):
        return np.array([np.diagonal(credit, -k).sum() / present[k:].sum() for k in range(T)])


def effective_horizon(credit: Floats) -> float:
    """The lag in characters from which on the credit stays below 1% of that at lag 0.

    From a credit map (T, T). Between the last lag k that reaches 1% and the next, the crossing is
    interpolated in the logarithm of ``credit_by_lag``; k itself where the next is 0. T if the
    longest lag in the window, T - 1, still reaches 1%: then the horizon is at least T. NaN if
    there is no credit at all, or it is not finite.

    The literature has no one such number. That credit is bounded by products of Jacobians and
    falls exponentially is from Bengio, Simard & Frasconi (1994) and Pascanu, Mikolov & Bengio
    (2013); the threshold is a convention, and the same everywhere in this program.
    """
    if not np.isfinite(credit).all() or not np.diagonal(credit).any():
        return math.nan
    share, T = np.nan_to_num(credit_by_lag(credit), posinf=np.inf), len(credit)
    last = int(np.flatnonzero(share >= THRESHOLD)[-1])  # lag 0 is 1
    if last == T - 1:
        return float(T)
    if share[last + 1] == 0 or math.isinf(share[last]):
        return float(last)
    fall = math.log(share[last]) - math.log(share[last + 1])
    return last + (math.log(share[last]) - math.log(THRESHOLD)) / fall


def report(trace: Trace, layer: int | None = None, row: int = 0) -> FlowReport:
    """Everything at once. A large window takes seconds: see ``reporting``."""
    return finished(reporting(trace, layer, row))


def reporting(
    trace: Trace, layer: int | None = None, row: int = 0
) -> Generator[float, None, FlowReport]:
    """The same, bit by bit: yields progress from 0 to 1 and returns the report."""
    passed = _Pass.of(trace, row)
    layer = passed.chosen(layer)
    yield 0.0
    credit = (yield from _scaled(_crediting(passed), 0.0, 0.3))[layer]
    radius = spectral_radius(passed.W_hh[layer])
    jacobians = yield from _scaled(product_norms(passed.W_hh[layer], passed.slope[layer]), 0.3, 1.0)
    yield 1.0
    return FlowReport(
        layer=layer,
        row=row,
        loss=trace.loss,
        gradient_norms=gradient_norms(trace, row),
        credit=credit,
        credit_by_lag=credit_by_lag(credit),
        spectral_radius=radius,
        jacobian_norms=jacobians.mean,
        starts=jacobians.starts,
        horizon=effective_horizon(credit) if math.isfinite(trace.loss) else math.nan,
    )


_SLOPES = {f.name: f.backward for f in (TANH, RELU)}


class _Pass(NamedTuple):
    """What the forward pass and the losses say of one row: all that derivatives are made of."""

    slope: Floats  # (L, T, H) f' at h_1..h_T; 0 where an edit holds the element
    W_hh: tuple[Array, ...]  # (H, H) each
    W_xh: tuple[Array, ...]  # what each layer reads its input with; the first is not needed
    a: Floats  # (T, H) dL_t/dh_t by way of the readout

    @classmethod
    def of(cls, trace: Trace, row: int) -> _Pass:
        found = _by_name(trace)
        name = next(name for name in _SLOPES if name in found)
        states = _by_layer(found[name])
        inputs = found.get("look up input", []) + found.get("multiply input", [])
        with np.errstate(all="ignore"):
            return cls(
                np.array([[_slope(h, row) for h in layer] for layer in states], np.float64),
                tuple(r[0].operands["W_hh"] for r in _by_layer(found["multiply state"])),
                tuple(u[0].operands["W_xh"] for u in _by_layer(inputs)),
                _from_readout(found, row),
            )

    def chosen(self, layer: int | None) -> int:
        """The number of the layer. Raises ValueError for one that is not there."""
        top = len(self.W_hh) - 1
        if layer is not None and not 0 <= layer <= top:
            raise ValueError(f"there is no layer {layer}: choose one of 0..{top}")
        return top if layer is None else layer


def _slope(h: Operation, row: int) -> Array:
    value = h.value[row]  # (H,)
    slope = _SLOPES[h.name](np.ones_like(value), value)
    return slope if h.held is None else np.where(h.held[row], 0, slope)


def _from_readout(found: dict[str, list[Operation]], row: int) -> Floats:
    dy = np.array([p.value[row] for p in found["softmax"]], np.float64)  # (T, V)
    targets = [int(loss.operands["target_t"][row]) for loss in found["cross-entropy"]]
    dy[np.arange(len(dy)), targets] -= 1
    dy /= found["mean"][0].operands["T·B"]
    a: Floats = dy @ found["readout"][0].operands["W_hy"].T  # (T, H)
    return a


def _crediting(passed: _Pass) -> Generator[float, None, Floats]:
    """Back through time for every L_t by itself, all at once: ‖dL_t/dh_s‖ (L, T, T)."""
    L, T, H = passed.slope.shape
    credit = np.zeros((L, T, T))
    future = np.zeros((L, T, H))  # of each L_t, what comes to h_s from h_{s+1}
    for s in range(T - 1, -1, -1):
        with np.errstate(all="ignore"):
            above = np.zeros((T - s, H))  # of L_s .. L_T
            above[0] = passed.a[s]
            for layer in range(L - 1, -1, -1):
                dh = above + future[layer, s:]  # (T-s, H)
                credit[layer, s:, s] = _norms(dh)
                dz = dh * passed.slope[layer, s]
                np.matmul(dz, passed.W_hh[layer].T, out=future[layer, s:])
                above = dz @ passed.W_xh[layer].T if layer else above
        yield 1 - s / T
    return credit


def _norms(rows: Array) -> Floats:
    """The length of every row (N,) of (N, H); squares neither overflow nor vanish."""
    with np.errstate(all="ignore"):
        largest = np.abs(rows).max(axis=1, keepdims=True).astype(np.float64)  # (N, 1)
        unit = np.where((largest > 0) & np.isfinite(largest), largest, 1)
        norms: Floats = np.linalg.norm(rows / unit, axis=1) * unit[:, 0]
        return norms


def _by_name(trace: Trace) -> dict[str, list[Operation]]:
    found: dict[str, list[Operation]] = {}
    for operation in trace:
        found.setdefault(operation.name, []).append(operation)
    return found


def _by_layer(operations: list[Operation]) -> list[list[Operation]]:
    """Those of each layer, in the order of the trace."""
    layers = sorted({operation.layer or 0 for operation in operations})
    return [[o for o in operations if (o.layer or 0) == layer] for layer in layers]


def _scaled(
    work: Generator[float, None, Result], start: float, stop: float
) -> Generator[float, None, Result]:
    """The same work, with its progress as a part of a larger one's."""
    while True:
        try:
            progress = next(work)
        except StopIteration as end:
            result: Result = end.value
            return result
        yield start + progress * (stop - start)
