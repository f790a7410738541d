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

from rnn_tui.core import model, row_work
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
    one_hot: bool = False  # in the way that small windows go


THROUGH_F = "multiply, slopes = np.multiply, "
AT_THE_END = "multiply(*next(slopes))"
FROM_THE_FUTURE = "self._backward.add(W_hh_T, multiply, slopes)"
W_HH = 'self.previous.T.dot(self.d_outputs, gradients["W_hh"])'
B_H = 'self._ones.dot(self.d_outputs, gradients["b_h"])'
W_HY = 'top.outputs.T.dot(dlogits, self.gradients["W_hy"])'
B_Y = 'self._ones.dot(dlogits, self.gradients["b_y"])'
TO_TOP = 'dlogits.dot(params["W_hy"].T, top.d_outputs)'
AT_TARGET = "self._at_targets.subtract(scale, self._dlogits)"
SCALE = "scale = 1 / len(self._dlogits)"
TO_BELOW = 'self.d_outputs.dot(weights["W_xh"].T, dx)'
BELOW = "layer.backward_to_input(weights[i], below.d_outputs)"

MISTAKES = {
    "1 - h² forgotten": Mistake(
        rnn, THROUGH_F, THROUGH_F.replace("np.multiply", "(lambda *_: None)"), HIDDEN
    ),
    "1 - h² forgotten at the end": Mistake(rnn, AT_THE_END, "next(slopes)", HIDDEN),
    "1 - h² replaces dh": Mistake(
        rnn,
        THROUGH_F,
        THROUGH_F.replace("np.multiply", "(lambda d, s, _: d.put(range(d.size), s))"),
        HIDDEN,
    ),
    "1 - h² of the step before": Mistake(
        rnn, "max(end - steps, 1) : end]", "max(end - steps, 1) - 1 : end - 1]", HIDDEN
    ),
    "1 - h instead of 1 - h²": Mistake(rnn, "np.multiply(h, h, out)", "np.abs(h, out)", HIDDEN),
    "nothing comes from the future": Mistake(
        rnn, FROM_THE_FUTURE, FROM_THE_FUTURE.replace("W_hh_T", "0 * W_hh_T"), HIDDEN
    ),
    "only the future counts": Mistake(
        rnn, FROM_THE_FUTURE, f"self.d[:-1].fill(0); {FROM_THE_FUTURE}", HIDDEN
    ),
    "the future is subtracted": Mistake(
        rnn, FROM_THE_FUTURE, FROM_THE_FUTURE.replace("W_hh_T", "-W_hh_T"), HIDDEN
    ),
    "the first step is left out": Mistake(
        rnn, "(d[:-1], d[1:]", "(d[:-1], [*d[1:-1], 0 * d[-1]]", {"state.layer0", "state.layer1"}
    ),
    "time runs forward": Mistake(rnn, "list(self.d[::-1])", "list(self.d)", HIDDEN),
    "W_hh not transposed": Mistake(rnn, 'weights["W_hh"].T', 'weights["W_hh"]', HIDDEN),
    "W_hy not transposed": Mistake(model, TO_TOP, TO_TOP.replace('["W_hy"].T', '["W_hy"]'), HIDDEN),
    "dW_hh with the new state": Mistake(rnn, W_HH, W_HH.replace("previous", "outputs"), W_HH_BOTH),
    "dW_hh transposed": Mistake(
        rnn,
        W_HH,
        'self.d_outputs.T.dot(self.previous, gradients["W_hh"])',
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
    "p + y": Mistake(model, AT_TARGET, AT_TARGET.replace("scale", "-scale"), EVERYTHING),
    # The bias sums over all steps and cannot tell which target belonged to which.
    "targets one step late": Mistake(
        row_work,
        "columns.reshape(-1)",
        "np.roll(columns, 1, axis=0).reshape(-1)",
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
        inputs, "dW_xh[symbol])", "dW_xh[symbol - 1])", {"layer0.W_xh"}
    ),
    "dW_xh not added up where a symbol comes again": Mistake(
        inputs, "rows[start : start + count]", "rows[[start] * count]", {"layer0.W_xh"}
    ),
    "dW_xh not in the order of the symbols": Mistake(
        inputs, "self._sorted(), 0,", "self._steps, 0,", {"layer0.W_xh"}
    ),
    "dW_xh one-hot in the wrong row": Mistake(
        inputs, "[self._steps, self.x] = 1", "[self._steps, self.x - 1] = 1", {"layer0.W_xh"}, True
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


def backward_with(mistake: Mistake | None, one_hot: bool):
    """The fast path's backward pass, made anew from its source."""
    readers, cell, names = run(inputs, mistake), run(rnn, mistake), run(model, mistake)
    names["CELLS"] = {"tanh": cell["ElmanCell"](cell["TANH"], CELLS["tanh"].textbook)}
    names["DenseInput"], names["SymbolInput"] = readers["DenseInput"], readers["SymbolInput"]
    names["Picked"] = run(row_work, mistake)["Picked"]
    readers["ONE_HOT"] = readers["ONE_HOT"] if one_hot else 0

    def backward(params, x, targets, state, kind):
        workspace = names["Workspace"](architecture_of(params, kind), *x.shape, np.float64)
        workspace.loss_and_gradients(params, x, targets, state)
        return Gradients(workspace.gradients, workspace.state_gradient())

    return backward


def failing(problem, mistake: Mistake | None, one_hot: bool) -> set[str]:
    found = check_gradients(*problem, backward=backward_with(mistake, one_hot))
    return {check.name for check in found if not check.passed}


@pytest.mark.parametrize("name", MISTAKES)
def test_the_check_names_what_a_mistake_spoils(make_problem, name):
    mistake = MISTAKES[name]
    assert failing(make_problem(), mistake, mistake.one_hot) == mistake.spoils


@pytest.mark.parametrize("one_hot", [False, True])
def test_the_source_as_it_is_passes(make_problem, one_hot):
    assert failing(make_problem(), None, one_hot) == set()
