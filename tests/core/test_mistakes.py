"""Mistakes that people make in backpropagation through time, planted in the real source.

Each replaces one piece of the fast path's backward pass. The gradient check must fail, and the
parameters that it names must be exactly those that the mistake spoils: no more, no fewer.
"""

from __future__ import annotations

import inspect
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import pytest

from rnn_tui.core import model
from rnn_tui.core.cells import CELLS, inputs, rnn
from rnn_tui.core.gradcheck import Gradients, check_gradients
from rnn_tui.core.parameters import architecture_of

LOWER = {"layer0.W_xh", "layer0.W_hh", "layer0.b_h", "state.layer0"}
UPPER = {"layer1.W_xh", "layer1.W_hh", "layer1.b_h", "state.layer1"}
HIDDEN = LOWER | UPPER
W_HH_BOTH, B_H_BOTH = {"layer0.W_hh", "layer1.W_hh"}, {"layer0.b_h", "layer1.b_h"}
EVERYTHING = HIDDEN | {"W_hy", "b_y"}


class Mistake(NamedTuple):
    where: ModuleType
    right: str
    wrong: str
    spoils: set[str]


THROUGH_F = "np.multiply(d[t], slope[t], out=d[t])"
FROM_THE_FUTURE = "np.add(d[t - 1], product, out=d[t - 1])"
BACK_IN_TIME = "range(len(d) - 1, 0, -1)"
W_HH = 'np.dot(self.previous.T, self.d_outputs, out=gradients["W_hh"])'
B_H = 'np.dot(self._ones, self.d_outputs, out=gradients["b_h"])'
W_HY = 'np.dot(top.outputs.T, dlogits, out=self.gradients["W_hy"])'
B_Y = 'np.dot(self._ones_TB, dlogits, out=self.gradients["b_y"])'
TO_TOP = 'np.dot(dlogits, params["W_hy"].T, out=top.d_outputs)'
AT_TARGET = "self._dlogits[self._rows, targets] -= scale"
SCALE = "scale = 1 / len(targets)"
TO_BELOW = 'np.dot(self.d_outputs, weights["W_xh"].T, out=dx)'
BELOW = "layer.backward_to_input(weights[i], below.d_outputs)"

MISTAKES = {
    "1 - h² forgotten": Mistake(rnn, THROUGH_F, "pass", HIDDEN),
    "1 - h² replaces dh": Mistake(rnn, THROUGH_F, "d[t][...] = slope[t]", HIDDEN),
    "1 - h² of the step before": Mistake(
        rnn, THROUGH_F, "np.multiply(d[t], slope[t - 1], out=d[t])", HIDDEN
    ),
    "1 - h instead of 1 - h²": Mistake(
        rnn, "np.multiply(h, h, out=out)", "np.abs(h, out=out)", HIDDEN
    ),
    "nothing comes from the future": Mistake(rnn, FROM_THE_FUTURE, "pass", HIDDEN),
    "only the future counts": Mistake(rnn, FROM_THE_FUTURE, "d[t - 1][...] = product", HIDDEN),
    "the future is subtracted": Mistake(
        rnn, FROM_THE_FUTURE, "np.subtract(d[t - 1], product, out=d[t - 1])", HIDDEN
    ),
    "the last step is left out": Mistake(rnn, BACK_IN_TIME, "range(len(d) - 2, 0, -1)", HIDDEN),
    "the first step is left out": Mistake(rnn, BACK_IN_TIME, "range(len(d) - 1, 1, -1)", HIDDEN),
    "time runs forward": Mistake(rnn, BACK_IN_TIME, "range(1, len(d))", HIDDEN),
    "W_hh not transposed": Mistake(rnn, 'weights["W_hh"].T', 'weights["W_hh"]', HIDDEN),
    "W_hy not transposed": Mistake(model, TO_TOP, TO_TOP.replace('["W_hy"].T', '["W_hy"]'), HIDDEN),
    "dW_hh with the new state": Mistake(rnn, W_HH, W_HH.replace("previous", "outputs"), W_HH_BOTH),
    "dW_hh transposed": Mistake(
        rnn,
        W_HH,
        'np.dot(self.d_outputs.T, self.previous, out=gradients["W_hh"])',
        W_HH_BOTH,
    ),
    "dW_hh of the first step only": Mistake(
        rnn,
        W_HH,
        'np.dot(self.hidden[0].T, self.d[1], out=gradients["W_hh"])',
        W_HH_BOTH,
    ),
    "db_h overwritten at every step": Mistake(
        rnn, B_H, 'np.sum(self.d[1], axis=0, out=gradients["b_h"])', B_H_BOTH
    ),
    "db_h of one stream of the batch": Mistake(
        rnn,
        B_H,
        'np.sum(self.d[1:, 0], axis=0, out=gradients["b_h"])',
        B_H_BOTH,
    ),
    "db_h with the incoming state": Mistake(
        rnn, B_H, 'np.sum(self.d, axis=(0, 1), out=gradients["b_h"])', B_H_BOTH
    ),
    "dW_hy with the old state": Mistake(model, W_HY, W_HY.replace("outputs", "previous"), {"W_hy"}),
    "db_y overwritten at every step": Mistake(
        model, B_Y, 'self.gradients["b_y"][...] = dlogits[-1]', {"b_y"}
    ),
    "p instead of p - y": Mistake(model, AT_TARGET, "pass", EVERYTHING),
    "p + y": Mistake(model, AT_TARGET, AT_TARGET.replace("-=", "+="), EVERYTHING),
    # The bias sums over all steps and cannot tell which target belonged to which.
    "targets one step late": Mistake(
        model,
        AT_TARGET,
        AT_TARGET.replace("targets", "np.roll(targets, self.B)"),
        EVERYTHING - {"b_y"},
    ),
    "a sum instead of a mean": Mistake(model, SCALE, "scale = 1.0", EVERYTHING),
    "a mean over time but not the batch": Mistake(model, SCALE, "scale = 1 / self.T", EVERYTHING),
    "the layer below gets nothing": Mistake(model, BELOW, "below.d_outputs.fill(0)", LOWER),
    "the layer below gets it by W_hh": Mistake(
        rnn, TO_BELOW, TO_BELOW.replace("W_xh", "W_hh"), LOWER
    ),
    "dW_xh above with the old state below": Mistake(
        model, "DenseInput(below.outputs)", "DenseInput(below.previous)", {"layer1.W_xh"}
    ),
    "dW_xh in the wrong row": Mistake(
        inputs, "out=dW_xh[symbol]", "out=dW_xh[symbol - 1]", {"layer0.W_xh"}
    ),
    "dW_xh not added up where a symbol comes again": Mistake(
        inputs, "self._rows[start:end]", "self._rows[[start] * (end - start)]", {"layer0.W_xh"}
    ),
    "dW_xh not in the order of the symbols": Mistake(
        inputs, "np.take(dz, order,", "np.take(dz, np.arange(len(order)),", {"layer0.W_xh"}
    ),
    "the gradient of h_1 for that of h_0": Mistake(
        model, "layer.d[0].copy()", "layer.d[1].copy()", {"state.layer0", "state.layer1"}
    ),
}


def run(module: ModuleType, mistake: Mistake | None) -> dict[str, Any]:
    """The names of ``module`` from its source, with the mistake if it belongs there."""
    source = inspect.getsource(module)
    if mistake is not None and mistake.where is module:
        assert source.count(mistake.right) == 1
        source = source.replace(mistake.right, mistake.wrong)
    names: dict[str, Any] = {"__name__": module.__name__}
    exec(compile(source, module.__name__, "exec"), names)  # noqa: S102
    return names


def backward_with(mistake: Mistake | None):
    """The fast path's backward pass, made anew from its source."""
    readers, cell, names = run(inputs, mistake), run(rnn, mistake), run(model, mistake)
    names["CELLS"] = {"tanh": cell["ElmanCell"](cell["TANH"], CELLS["tanh"].textbook)}
    names["DenseInput"], names["SymbolInput"] = readers["DenseInput"], readers["SymbolInput"]

    def backward(params, x, targets, state, kind):
        workspace = names["Workspace"](architecture_of(params, kind), *x.shape, np.float64)
        workspace.loss_and_gradients(params, x, targets, state)
        return Gradients(workspace.gradients, workspace.state_gradient())

    return backward


def failing(problem, mistake: Mistake | None) -> set[str]:
    found = check_gradients(*problem, backward=backward_with(mistake))
    return {check.name for check in found if not check.passed}


@pytest.mark.parametrize("name", MISTAKES)
def test_the_check_names_what_a_mistake_spoils(make_problem, name):
    assert failing(make_problem(), MISTAKES[name]) == MISTAKES[name].spoils


def test_the_source_as_it_is_passes(make_problem):
    assert failing(make_problem(), None) == set()
