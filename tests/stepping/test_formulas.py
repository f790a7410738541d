from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.stepping.formulas import at_step, missing, tokens

from .every_trace import every_kind_of_operation

KINDS = every_kind_of_operation()


def texts(pieces, kind):
    return [piece.text for piece in pieces if piece.kind == kind]


@pytest.mark.parametrize(
    ("formula", "at_17"),
    [
        ("h_t = tanh(z_t)", "h_17 = tanh(z_17)"),
        ("f_{t-1} = dz_t W_hhᵀ", "f_16 = dz_17 W_hhᵀ"),
        ("dz_t = dh_t (1 − h_t²)", "dz_17 = dh_17 (1 − h_17²)"),
        ("dW_hh^t = h_{t-1}ᵀ dz_t", "dW_hh^17 = h_16ᵀ dz_17"),
        ("dW_xh^t = h_t^(0)ᵀ dz_t", "dW_xh^17 = h_17^(0)ᵀ dz_17"),
        ("dy_t = (p_t − 1[target_{t+1}]) / (T·B)", "dy_17 = (p_17 − 1[target_18]) / (T·B)"),
        ("dW_hh = Σ_t dW_hh", "dW_hh = Σ_t dW_hh"),
        ("W_total = W_t0", "W_total = W_t0"),
    ],
)
def test_the_time_is_put_in_where_it_is_meant(formula, at_17):
    assert at_step(formula, 17) == at_17


def test_what_has_no_time_stays_as_it_is():
    formula = "loss = Σ_t Σ_b loss_t / (T·B)"
    assert at_step(formula, 0) == formula


@pytest.mark.parametrize("operation", KINDS, ids=lambda operation: operation.formula)
def test_the_pieces_of_every_formula_are_the_formula(operation):
    pieces = tokens(operation.formula, operation.operands, operation.t)
    assert "".join(piece.text for piece in pieces) == at_step(operation.formula, operation.t)


@pytest.mark.parametrize("operation", KINDS, ids=lambda operation: operation.formula)
def test_every_formula_has_one_result_which_is_its_symbol(operation):
    assert texts(tokens(operation.formula, operation.operands), "result") == [operation.symbol]


SHAPE_ALONE = {"part of dW_xh": ("W_xh",)}


@pytest.mark.parametrize("operation", KINDS, ids=lambda operation: operation.formula)
def test_every_operand_stands_in_its_formula(operation):
    left_out = missing(operation.formula, operation.operands)
    assert left_out in ((), SHAPE_ALONE.get(operation.name))


@pytest.mark.parametrize("operation", KINDS, ids=lambda operation: operation.formula)
def test_no_time_is_left_where_there_is_one(operation):
    shown = at_step(operation.formula, operation.t).replace("Σ_t", "")
    assert operation.t == 0 or not any(mark in shown for mark in ("_t", "^t", "{t", "t-1"))


def test_a_power_or_a_transpose_is_still_its_operand():
    pieces = tokens("dz_t = dh_t (1 − h_t²)", ["dh_t", "h_t"], 3)
    assert [(p.text, p.name) for p in pieces if p.names] == [("dh_3", "dh_t"), ("h_3", "h_t")]
    assert tokens("a_t = dz_t W_xhᵀ", ["dz_t", "W_xh"])[-2].name == "W_xh"


def test_a_sum_has_one_symbol_for_all_that_it_runs_over():
    pieces = tokens("dW_hh = Σ_t dW_hh^t", ["dW_hh^2", "dW_hh^1"])
    assert pieces[-1].names == ("dW_hh^2", "dW_hh^1")
    assert pieces[-1].name is None


def test_a_name_inside_of_another_is_not_taken_for_it():
    pieces = tokens("dz_t = z_t + dz_t2 + h_t^(0) W", ["z_t", "h_t", "W"])
    assert [p.text for p in pieces if p.names] == ["z_t", "W"]


@given(
    st.text("h_tWΣ^{}-1=← ·()ᵀ²dz", max_size=30),
    st.lists(st.text("h_tW^{}dz", min_size=1, max_size=4)),
)
def test_any_text_at_all_is_cut_without_loss(formula, names):
    assert "".join(piece.text for piece in tokens(formula, names)) == formula
