"""The arithmetic that is written out gives the number that it explains."""

from __future__ import annotations

import ast
import math
import operator
import re
from dataclasses import replace

import numpy as np
import pytest

from rnn_tui.core.faults import FAULTS
from rnn_tui.core.record import Given, Operands
from rnn_tui.core.retrace import retrace
from rnn_tui.stepping.digits import exact, signed
from rnn_tui.stepping.number import Number, number_at
from rnn_tui.stepping.readout import arithmetic
from rnn_tui.stepping.tiny import tiny_window
from rnn_tui.stepping.values import Values

from .every_trace import every_kind_of_operation, held_edit, make_trace

OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
    ast.Gt: operator.gt,
}
FUNCTIONS = {
    "exp": math.exp,
    "tanh": math.tanh,
    "sqrt": math.sqrt,
    "max": max,
    "min": min,
    "truth": float,
}
SIGNS = {"−": "-", "·": "*", "²": "**2", "^": "**", "√": "sqrt", "[": "truth(", "]": ")"}
WORDS = re.compile(r"t=\d+: | \([\d,]+ more[^)]*\)| at .*| \(this row.*")
ROOT = re.compile(r"√([\d.]+)")


def worth(node: ast.expr) -> float:
    """What an expression of numbers, signs and a few functions comes to."""
    match node:
        case ast.Constant(value):
            return value
        case ast.BinOp(left, sign, right):
            return OPERATORS[type(sign)](worth(left), worth(right))
        case ast.UnaryOp(sign, operand):
            return OPERATORS[type(sign)](worth(operand))
        case ast.Compare(left, [sign], [right]):
            return OPERATORS[type(sign)](worth(left), worth(right))
        case ast.Call(ast.Name(name), arguments):
            return FUNCTIONS[name](*map(worth, arguments))
    raise AssertionError(ast.dump(node))


def written(operation, element) -> str:
    number = Number(operation, element, Values(), tiny_window())
    return "".join(token.text for token in arithmetic(number))


def left_side(text: str) -> float:
    sum_of_terms = ROOT.sub(r"√(\1)", WORDS.sub("", text.rpartition(" = ")[0]))
    for sign, python in SIGNS.items():
        sum_of_terms = sum_of_terms.replace(sign, python)
    return worth(ast.parse(sum_of_terms, mode="eval").body)


@pytest.mark.parametrize("operation", every_kind_of_operation(), ids=lambda o: f"{o.name}-{o.t}")
def test_what_is_written_comes_to_the_result(operation) -> None:
    for element in np.ndindex(operation.value.shape):
        text = written(operation, element)
        if " = " in text and not text.startswith("row "):
            assert left_side(text) == pytest.approx(operation.value[element], rel=5e-3, abs=2e-4)


def test_nearly_every_operation_is_written_out() -> None:
    silent = {o.name for o in every_kind_of_operation() if not written(o, (0,) * o.value.ndim)}
    assert {name for name in silent if not name.startswith("clip values")} <= {"scale"}


def test_an_elementwise_formula_is_written_with_its_numbers(op_named) -> None:
    operation = op_named("back through tanh")
    dh, h = (operation.operands[name][0, 1] for name in ("dh_t", "h_t"))
    minus = signed(h).removeprefix("+")
    square = f"({minus})²" if h < 0 else f"{minus}²"
    start = signed(dh).removeprefix("+")
    assert written(operation, (0, 1)).startswith(f"{start} · (1 − {square}) = ")


def test_numbers_are_marked_with_the_operands_they_are_of(op_named) -> None:
    number = Number(op_named("add gradients of h"), (0, 2), Values(), tiny_window())
    assert [t.names for t in arithmetic(number) if t.kind == "operand"] == [("a_t",), ("f_t",)]


def test_terms_that_are_0_are_left_out() -> None:
    half = [o for o in make_trace("relu", T=8) if o.name in ("multiply state", "sum dW_xh")]
    terms = [written(o, at) for o in half for at in np.ndindex(o.value.shape) if o.value[at]]
    assert any(" are 0)" in text for text in terms)
    assert not any(re.search(r"(^| )0( |$)", WORDS.sub("", text)) for text in terms)


def test_a_sum_of_nothing_but_0_has_one_term(op_named) -> None:
    first = replace(op_named("sum dW_xh"), stored=np.zeros((5, 4)))
    parts = {name: Given(name, np.zeros((5, 4))) for name in first.operands}
    assert written(replace(first, operands=Operands(parts)), (0, 0)) == "0 (2 more are 0) = 0"


def test_a_logit_stands_alone_in_its_exponential(op_named) -> None:
    softmax = op_named("softmax")
    texts = [written(softmax, (0, column)) for column in range(4)]
    assert any("exp(−" in text for text in texts)
    assert not any("((" in text for text in texts)


@pytest.mark.parametrize(("T", "marked"), [(3, True), (9, False)])
def test_of_the_parts_of_a_sum_all_are_marked_or_none(T, marked) -> None:
    whole = next(o for o in make_trace(T=T) if o.name == "sum dW_hh")
    numbers = arithmetic(Number(whole, (0, 0), Values(), tiny_window()))
    assert any(token.kind == "operand" for token in numbers) is marked
    assert sum(bool(token.names) for token in numbers) in (0, 3)


def test_a_planted_fault_is_written_as_it_was_computed() -> None:
    base = make_trace(L=1)
    trace = retrace(base, [], FAULTS["missing-dh"]).trace
    wrong = next(o for o in trace if o.name == "back through tanh" and o.t == 2)
    assert written(wrong, (0, 0)).startswith("1 − ")


def test_what_an_edit_holds_says_so() -> None:
    base = make_trace(L=1)
    trace = retrace(base, [held_edit(base)]).trace
    held = next(o for o in trace if o.held is not None)
    stopped = next(o for o in trace if "is held" in o.formula)
    assert written(held, (0, 1)) == "+0.5000, held by an edit"
    assert "nothing goes back" in written(stopped, (0, 1))
    assert " = " in written(stopped, (0, 0))


def test_one_element_of_a_product_is_found_without_all_of_it(monkeypatch) -> None:
    for operation in make_trace(B=3):
        if operation.stored is None:
            expected = operation.value[1, 2]
            monkeypatch.setattr(type(operation), "compute", None)
            assert number_at(operation, (1, 2)) == pytest.approx(expected, abs=1e-15)
            monkeypatch.undo()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.0121, "+0.01210"),
        (-0.9403, "−0.9403"),
        (123.456, "+123.5"),
        (-98765.4, "−98765"),
        (1e5, "+1.00e+05"),
        (3.11e-5, "+3.11e−05"),
        (float("nan"), "NaN"),
        (float("-inf"), "−inf"),
    ],
)
def test_numbers_have_their_sign_and_four_digits(value, text) -> None:
    assert signed(value) == text
    assert len(text) <= 9


def test_seven_digits_are_always_as_wide() -> None:
    assert {len(exact(value)) for value in (1.0, -2.5e-7, 0.0, 123456.789)} == {13}


@pytest.fixture(name="op_named")
def _op_named():
    book = make_trace(L=1)
    return lambda name: next(o for o in book if o.name == name)
