"""The sentences of the backward pass, from the logits to what is handed to the past."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from rnn_tui.stepping.explanations.stop import Stop, number, saturated, share
from rnn_tui.stepping.formulas import at_step


def _logits(s: Stop) -> str:
    given = s.at_target(s.operand("p_t"))
    if s.rows > 1:
        return (
            "Here every gradient begins: the probabilities minus 1 at the target (given"
            f" {share(given)} on average), over T·B = {s.steps * s.rows}, for the loss is a mean."
        )
    return (
        f"Here every gradient begins: probability minus 1 at {s.symbols(s.target())}"
        f" ({number(given - 1)}), minus 0 elsewhere, over T·B = {s.steps}: descent lifts that logit"
        " alone."
    )


def _readout_weights(s: Stop) -> str:
    return _outer_product(s, "h_t", "dy_t", "W_hy")


def _outer_product(s: Stop, went_in: str, comes_back: str, weights: str) -> str:
    return (
        f"The outer product of what went in, {went_in}, and what comes back, {comes_back}: what"
        f" this step adds to the gradient of {weights}. The parts of {s.all_steps} will be summed."
    )


def _readout_bias(_s: Stop) -> str:
    return (
        "The bias was simply added to the logits, so its gradient is theirs, summed over the rows"
        " of the batch."
    )


def _from_output(s: Stop) -> str:
    return (
        "Back through the readout: by W_hyᵀ each unit of h_t is told how it could have helped the"
        f" prediction of {s.symbols(s.target())} at this very step (norm {s.norm()})."
    )


def _add_gradients(s: Stop) -> str:
    top = s.source("a_t") == "gradient of h from the output"
    above = "the output" if top else "the layer above"
    if s.given("f_t"):
        return (
            f"The window ends here, so nothing comes from the future: the gradient of h_{s.t} is"
            f" that from {above} alone. What later text could teach is cut off."
        )
    return (
        f"h_{s.t} was used twice, upwards and by t = {s.t + 1}, so its gradient is a sum: norm"
        f" {s.norm('a_t')} from {above}, {s.norm('f_t')} from the future."
    )


def _back_through_tanh(s: Stop) -> str:
    if s.held:
        return _back_to_held(s)
    before, after = s.length("dh_t"), s.length()
    if not before:
        return "Nothing arrived here, so nothing goes back through tanh: this step teaches nothing."
    return (
        "Times the slope of tanh, 1 − h²: near ±1 a unit lets almost nothing through. The norm goes"
        f" from {number(before)} to {number(after)} (× {number(after / before)})."
        f" {saturated(s.operand('h_t'))}"
    )


def _back_to_held(s: Stop) -> str:
    return (
        f"An edit holds {s.held} of {s.value.size} units of h_t: nothing before can move them, so"
        " dz is 0 there. The others let the gradient pass as ever:"
        f" norm {s.norm('dh_t')} becomes {s.norm()}."
    )


def _back_through_relu(s: Stop) -> str:
    if s.held:
        return _back_to_held(s)
    active = np.count_nonzero(s.operand("h_t").real > 0) / s.value.size
    return (
        "The slope is 1 where the unit is active and 0 where it is not: the gradient passes"
        f" {share(active)} of the units unchanged and stops at the others."
    )


def _recurrent_weights(s: Stop) -> str:
    if s.given("h_{t-1}") and not np.any(s.operand("h_{t-1}")):
        return "The outer product of h_0 and dz_1: the incoming state is zero, so it adds nothing."
    return (
        f"The outer product of the state that went in, h_{s.t - 1}, and dz_{s.t}: what this step"
        f" says about W_hh. The matrix is shared, so the parts of {s.all_steps} will be summed."
    )


def _bias(_s: Stop) -> str:
    return (
        "The bias was simply added to z, so its gradient is that of z, summed over the rows of the"
        " batch: kept for the sum over time."
    )


def _to_the_past(s: Stop) -> str:
    before, after = s.length("dz_t"), s.length()
    if s.t == 1:
        return (
            f"The gradient reaches the incoming state (norm {number(after)}) and stops: truncated"
            " BPTT takes h_0 as given, though an earlier window made it."
        )
    factor = f" (× {number(after / before)})" if before else ""
    return (
        f"Credit for h_{s.t - 1}, back through W_hhᵀ: norm {number(before)} becomes"
        f" {number(after)}{factor}. Repeated step after step, such factors make gradients vanish or"
        " explode."
    )


def _input_weights(s: Stop) -> str:
    if "W_xh" in s.operation.operands:
        one = f"row of {s.symbols(s.operand('x_t'))}"
        rows = one if s.rows == 1 else "rows that were looked up"
        return (
            f"Only the {rows} of W_xh had a say in this step, so only there is a gradient, dz_t;"
            " every other row of this part is 0."
        )
    x = at_step(next(iter(s.operation.operands)), s.t)
    return _outer_product(s, x, f"dz_{s.t}", "W_xh")


def _to_the_layer_below(s: Stop) -> str:
    below = (s.operation.layer or 1) - 1
    return (
        f"Layer {below} made this layer's input, so it gets its share back through W_xhᵀ: for it"
        f" this is the gradient from above (norm {s.norm('dz_t')} becomes {s.norm()})."
    )


EXPLANATIONS: Mapping[str, Callable[[Stop], str]] = {
    "gradient of the logits": _logits,
    "part of dW_hy": _readout_weights,
    "part of db_y": _readout_bias,
    "gradient of h from the output": _from_output,
    "add gradients of h": _add_gradients,
    "back through tanh": _back_through_tanh,
    "back through relu": _back_through_relu,
    "part of dW_hh": _recurrent_weights,
    "part of db_h": _bias,
    "hand to the past": _to_the_past,
    "part of dW_xh": _input_weights,
    "hand to the layer below": _to_the_layer_below,
}
"""By the name of the operation."""
