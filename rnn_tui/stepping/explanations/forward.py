"""The sentences of the forward pass and of the loss."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from rnn_tui.stepping.digits import written
from rnn_tui.stepping.explanations.stop import Stop, number, saturated, share


def _look_up(s: Stop) -> str:
    whose = "its row" if s.rows == 1 else "the row of each"
    return (
        f"Reads {s.symbols(s.operand('x_t'))}: {whose} of W_xh is what it adds to the units, the"
        " same as a product with a one-hot vector."
    )


def _multiply_input(s: Stop) -> str:
    if s.operation.layer:
        below = s.operation.layer - 1
        return (
            f"The input of this layer is the state of layer {below} at the same time: W_xh says how"
            f" strongly each of its units drives each unit here (norm {s.norm()})."
        )
    inputs = s.operand("x_t").shape[1]
    return (
        f"Each of {inputs} numbers of the input vector, weighted by its row of W_xh: together they"
        f" drive the units by a vector of norm {s.norm()}."
    )


def _multiply_state(s: Stop) -> str:
    if not s.given("h_{t-1}"):
        return (
            f"The memory speaks: the state that t = {s.t - 1} left behind, times W_hh. The same"
            " matrix at every step is what makes the network recurrent."
        )
    if not np.any(s.operand("h_{t-1}")):
        return (
            "There is no memory yet: the incoming state is zero, and so is its product with W_hh."
        )
    return (
        f"The state carried in from before this window (norm {s.norm('h_{t-1}')}), times W_hh. It"
        " is taken as a constant: gradients will stop at it (truncated BPTT)."
    )


def _add(s: Stop) -> str:
    u, r = s.length("u_t"), s.length("r_t")
    louder = "the memory speaks louder" if r > u else "the input speaks louder"
    balance = f"here {louder}" if u != r else "here both are equally loud"
    return (
        "Input, memory and bias together: what each unit is asked to become. The input has norm"
        f" {number(u)}, the memory {number(r)}: {balance}."
    )


def _tanh(s: Stop) -> str:
    return (
        "Squashes each unit into −1..1: this is the new hidden state, all that the layer remembers."
        f" {saturated(s.value)}"
    )


def _relu(s: Stop) -> str:
    active = np.count_nonzero(s.value.real > 0) / s.value.size
    return (
        "What is negative becomes 0, the rest passes: this is the new hidden state."
        f" {share(active)} of its units are active."
    )


def _readout(s: Stop) -> str:
    if s.rows > 1:
        return (
            f"The hidden state becomes a score, a logit, for each of {s.outputs} symbols: one row"
            " of scores for each row of the batch."
        )
    best = int(np.argmax(s.value[0].real))
    return (
        f"The hidden state becomes a score, a logit, for each of {s.outputs} symbols: the highest,"
        f" {number(s.value[0, best])}, is for {s.symbol(best)}."
    )


def _softmax(s: Stop) -> str:
    target, given = s.target(), s.at_target(s.value)
    if s.rows > 1:
        return (
            "Turns logits into probabilities that sum to 1: the symbols that come next get"
            f" {share(given)} on the average of {s.rows} rows."
        )
    best = int(np.argmax(s.value[0].real))
    favourite = f"{share(s.value[0, best])} for {s.symbol(best)}"
    if best == int(target[0]):
        return f"Turns logits into probabilities that sum to 1: {favourite}, which does come next."
    return (
        f"Turns logits into probabilities that sum to 1: {favourite}, but {share(given)} for"
        f" {s.symbol(int(target[0]))}, which does come next."
    )


def _cross_entropy(s: Stop) -> str:
    loss = float(np.mean(s.value.real))
    guessing = f"guessing among {s.outputs} symbols would cost {number(math.log(s.outputs))}"
    if s.rows > 1:
        return (
            f"Minus the logarithm of what the targets were given: {number(loss)} nats; {guessing}."
        )
    return (
        f"The target {s.symbols(s.target())} was given {share(math.exp(-loss))}, so this step costs"
        f" minus its logarithm, {number(loss)} nats; {guessing}."
    )


def _mean(s: Stop) -> str:
    loss = float(s.value.real)
    count = s.steps * s.rows
    return (
        f"The turning point: {written(loss, '.4g')} nats a character"
        f" ({written(loss / math.log(2), '.4g')} bits), the mean of {count}. From here on we ask"
        " how each number before would change it."
    )


EXPLANATIONS: Mapping[str, Callable[[Stop], str]] = {
    "look up input": _look_up,
    "multiply input": _multiply_input,
    "multiply state": _multiply_state,
    "add": _add,
    "tanh": _tanh,
    "relu": _relu,
    "readout": _readout,
    "softmax": _softmax,
    "cross-entropy": _cross_entropy,
    "mean": _mean,
}
"""By the name of the operation."""
