from __future__ import annotations

import numpy as np
import pytest

from rnn_tui.core.record import Given, GradientOf, Recorder, read_only
from rnn_tui.core.trace import Update, trace


@pytest.fixture(name="two")
def _two():
    recorder, W = Recorder(), Given("layer0.W_hh", read_only(np.ones(2)))
    op = recorder.at("forward", 3, 0)
    first = op("double", "u_t = 2 W_hh", lambda W: 2 * W, {"W_hh": W})
    second = op("add", "z_t = u_t + W_hh", np.add, {"u_t": first, "W_hh": W}, GradientOf(0, None))
    return recorder.operations, first, second


def test_operations_are_written_down_in_order_where_they_belong(two):
    operations, first, second = two
    assert operations == [first, second]
    assert [(o.index, o.phase, o.t, o.layer) for o in two[0]] == [
        (0, "forward", 3, 0),
        (1, "forward", 3, 0),
    ]
    assert second.value.tolist() == [3.0, 3.0]
    assert second.gradient_of == (0, None)


def test_an_operand_says_where_it_comes_from(two):
    _, first, second = two
    operands = second.operands
    assert (operands.origin("u_t"), operands.given("u_t")) == (0, None)
    assert (operands.origin("W_hh"), operands.given("W_hh")) == (None, "layer0.W_hh")
    assert operands.source("u_t") is first
    assert list(operands.sources) == ["u_t", "W_hh"]


def test_a_streamed_function_gets_the_sources(two):
    recorder, first = Recorder(), two[1]
    seen = []
    op = recorder.at("sum")
    op("sum", "s = a", lambda all_: seen.extend(all_) or np.zeros(1), {"a": first}, streamed=True)
    assert seen == [first]


def test_the_symbol_is_the_left_side_of_the_formula(make_problem):
    book = trace(*make_problem(T=1), clip=1.0, clip_value=1.0, update=Update("adam"))
    symbols = {operation.name: operation.symbol for operation in book}
    expected = {
        "look up input": "u_t",
        "tanh": "h_t",
        "cross-entropy": "loss_t",
        "mean": "loss",
        "gradient of the logits": "dy_t",
        "part of dW_xh": "dW_xh^t",
        "hand to the past": "f_{t-1}",
        "sum dW_hh": "dW_hh",
        "clip values of db_y": "db_y",
        "scale": "scale",
        "update mean of W_hy": "m",
        "update W_hy": "W_hy",
    }
    assert {name: symbols[name] for name in expected} == expected
