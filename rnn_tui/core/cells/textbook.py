"""The textbook of the Elman cell: its time step, one operation after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from rnn_tui.core.arrays import Array
from rnn_tui.core.ops import (
    add_backward_bias,
    add_forward,
    fork_backward,
    lookup_backward,
    lookup_forward,
    product_backward_left,
    product_backward_right,
    product_forward,
    relu_backward,
    relu_forward,
    tanh_backward,
    tanh_forward,
)
from rnn_tui.core.record import GradientOf, Operation, Place, Source


class Forward(NamedTuple):
    """The operations of a layer at one time step."""

    u: Operation
    """What it reads from its input."""
    r: Operation
    """What it reads from its state."""
    z: Operation
    h: Operation


class Backward(NamedTuple):
    """What the backward step of a layer gives."""

    dz: Operation
    contributions: dict[str, Operation]
    """What this time step adds to the gradients of W_hh and b_h."""
    to_past: Operation
    """The gradient that is handed to h_{t-1}."""


class Reading(Protocol):
    """How a layer reads its input at one time step, and how that is undone."""

    def forward(self, op: Place) -> Operation:
        """u_t (B, H)."""

    def backward(self, op: Place, dz: Operation, u: Operation) -> Operation:
        """What this step adds to dW_xh (I, H), where ``u`` is what was read."""


@dataclass(frozen=True)
class ReadSymbols:
    """The input (B,) names rows of W_xh."""

    W_xh: Source
    value: Source

    def forward(self, op: Place) -> Operation:
        """u_t (B, H), the rows."""
        operands = {"W_xh": self.W_xh, "x_t": self.value}
        return op("look up input", "u_t = W_xh[x_t]", lookup_forward, operands)

    def backward(self, op: Place, dz: Operation, u: Operation) -> Operation:
        """What this step adds to dW_xh: the rows that were not read get nothing."""
        operands = {"W_xh": self.W_xh, "x_t": self.value, "dz_t": dz}
        name, formula = "part of dW_xh", "dW_xh^t[x_t] = Σ dz_t"
        of = GradientOf(u.index, "W_xh")
        return op(name, formula, lookup_backward, operands, of, stored=False)


@dataclass(frozen=True)
class ReadVectors:
    """The input is a vector (B, I), which the formulas call ``x``."""

    W_xh: Source
    value: Source
    x: str = "x_t"

    def forward(self, op: Place) -> Operation:
        """u_t (B, H), the product."""
        operands = {self.x: self.value, "W_xh": self.W_xh}
        return op("multiply input", f"u_t = {self.x} W_xh", product_forward, operands)

    def backward(self, op: Place, dz: Operation, u: Operation) -> Operation:
        """What this step adds to dW_xh: outer products."""
        name, formula = "part of dW_xh", f"dW_xh^t = {self.x}ᵀ dz_t"
        operands, of = {self.x: self.value, "dz_t": dz}, GradientOf(u.index, "W_xh")
        return op(name, formula, product_backward_right, operands, of, stored=False)


class Nonlinearity(NamedTuple):
    """f as the textbook writes it."""

    name: str
    formula: str
    forward: Callable[[Array], Array]
    backward_formula: str
    backward: Callable[[Array, Array], Array]


TANH = Nonlinearity(
    "tanh", "h_t = tanh(z_t)", tanh_forward, "dz_t = dh_t (1 − h_t²)", tanh_backward
)
RELU = Nonlinearity(
    "relu", "h_t = max(0, z_t)", relu_forward, "dz_t = dh_t [h_t > 0]", relu_backward
)


@dataclass(frozen=True)
class ElmanTextbook:
    """One layer at one time step, forward and backward."""

    f: Nonlinearity

    def forward(
        self, op: Place, reading: Reading, weights: Mapping[str, Source], h_prev: Source
    ) -> Forward:
        """From the input and the state before, both (B, ·), to h_t (B, H)."""
        u = reading.forward(op)
        operands = {"h_{t-1}": h_prev, "W_hh": weights["W_hh"]}
        r = op("multiply state", "r_t = h_{t-1} W_hh", product_forward, operands)
        terms = {"u_t": u, "r_t": r, "b_h": weights["b_h"]}
        z = op("add", "z_t = u_t + r_t + b_h", add_forward, terms)
        return Forward(u, r, z, op(self.f.name, self.f.formula, self.f.forward, {"z_t": z}))

    def backward(
        self,
        op: Place,
        undone: Forward,
        above: Source,
        future: Source,
    ) -> Backward:
        """Undo ``forward``, given the gradients of h_t from above and from the future (B, H)."""
        r, z, h = undone.r.index, undone.z.index, undone.h
        read = undone.r.operands.source
        terms = {"a_t": above, "f_t": future}
        name = "add gradients of h"
        dh = op(name, "dh_t = a_t + f_t", fork_backward, terms, GradientOf(h.index, None))
        operands: dict[str, Source] = {"dh_t": dh, "h_t": h}
        name, of = f"back through {self.f.name}", GradientOf(z, None)
        dz = op(name, self.f.backward_formula, self.f.backward, operands, of)
        name, formula, of = "part of dW_hh", "dW_hh^t = h_{t-1}ᵀ dz_t", GradientOf(r, "W_hh")
        operands = {"h_{t-1}": read("h_{t-1}"), "dz_t": dz}
        dW_hh = op(name, formula, product_backward_right, operands, of, stored=False)
        formula, of = "db_h^t = Σ_b dz_t", GradientOf(z, "b_h")
        db_h = op("part of db_h", formula, add_backward_bias, {"dz_t": dz}, of)
        operands, of = {"dz_t": dz, "W_hh": read("W_hh")}, GradientOf(r, "h_{t-1}")
        name, formula = "hand to the past", "f_{t-1} = dz_t W_hhᵀ"
        to_past = op(name, formula, product_backward_left, operands, of)
        return Backward(dz, {"W_hh": dW_hh, "b_h": db_h}, to_past)


def hand_down(op: Place, dz: Source, u: Operation) -> Operation:
    """The gradient (B, H) for the layer below, whose h_t was read to make ``u``."""
    x = next(iter(u.operands))
    operands, of = {"dz_t": dz, "W_xh": u.operands.source("W_xh")}, GradientOf(u.index, x)
    name, formula = "hand to the layer below", "a_t = dz_t W_xhᵀ"
    return op(name, formula, product_backward_left, operands, of)
