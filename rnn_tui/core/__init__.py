"""The network, in NumPy alone: no files, clocks, threads or printing.

The letters of every shape comment: T time, B batch, V vocabulary (outputs), I input, H hidden,
L layers. Vectors are rows: h_t = f(x_t W_xh + h_{t-1} W_hh + b_h), y_t = h_t W_hy + b_y.
"""

from __future__ import annotations

from rnn_tui.core.cells import CELLS
from rnn_tui.core.elman import RNN
from rnn_tui.core.initialization import INITIALIZATIONS, initialize
from rnn_tui.core.model import LossAndGradients, Workspace, loss_and_gradients, step
from rnn_tui.core.parameters import (
    Architecture,
    architecture_of,
    flat_parameters,
    parameter_shapes,
    zero_state,
)

__all__ = [
    "CELLS",
    "INITIALIZATIONS",
    "RNN",
    "Architecture",
    "LossAndGradients",
    "Workspace",
    "architecture_of",
    "flat_parameters",
    "initialize",
    "loss_and_gradients",
    "parameter_shapes",
    "step",
    "zero_state",
]
