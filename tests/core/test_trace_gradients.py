"""What every operation of the backward pass claims to be the derivative of, and who reads what."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from rnn_tui.core.trace import Update, trace, tracing
from rnn_tui.core.work import finished

from .windows import problems, wrong_operations


def claims(book, t, layer):
    """By name: (the name of the forward operation, its t, the operand)."""
    found = {}
    for operation in book:
        if operation.phase == "backward" and (operation.t, operation.layer) == (t, layer):
            index, operand = operation.gradient_of
            found[operation.name] = (book[index].name, book[index].t, book[index].layer, operand)
    return found


def test_the_operations_of_a_layer_claim_what_they_undo(make_problem):
    assert claims(trace(*make_problem(T=3)), 2, 1) == {
        "add gradients of h": ("tanh", 2, 1, None),
        "back through tanh": ("add", 2, 1, None),
        "part of dW_hh": ("multiply state", 2, 1, "W_hh"),
        "part of db_h": ("add", 2, 1, "b_h"),
        "part of dW_xh": ("multiply input", 2, 1, "W_xh"),
        "hand to the past": ("multiply state", 2, 1, "h_{t-1}"),
        "hand to the layer below": ("multiply input", 2, 1, "h_t^(0)"),
    }


def test_the_operations_of_the_readout_claim_what_they_undo(make_problem):
    assert claims(trace(*make_problem(T=3)), 2, None) == {
        "gradient of the logits": ("readout", 2, None, None),
        "part of dW_hy": ("readout", 2, None, "W_hy"),
        "part of db_y": ("readout", 2, None, "b_y"),
        "gradient of h from the output": ("readout", 2, None, "h_t"),
    }


def test_the_symbols_are_undone_by_adding_to_the_rows_that_were_looked_up(make_problem):
    found = claims(trace(*make_problem(T=3)), 1, 0)["part of dW_xh"]
    assert found == ("look up input", 1, 0, "W_xh")


def test_a_sum_claims_all_uses_of_its_parameter(make_problem):
    book = trace(*make_problem())
    sums = {o.gradient_of.operand: o.gradient_of.operation for o in book if o.phase == "sum"}
    assert sums == dict.fromkeys(make_problem().params)


def test_every_backward_operation_claims_something_and_no_other(make_problem):
    for operation in trace(*make_problem(), clip=0.1, update=Update()):
        claimed = operation.gradient_of is not None
        assert claimed == (operation.phase in ("backward", "sum")), operation


@given(problems())
def test_every_claim_is_true(problem):
    assert wrong_operations(trace(*problem)) == []


def test_the_gradient_of_the_state_is_what_is_handed_to_the_past_first(make_problem):
    book = trace(*make_problem(T=3))
    for layer, index in enumerate(book.places.state_gradient):
        assert (book[index].name, book[index].t, book[index].layer) == (
            "hand to the past",
            1,
            layer,
        )
        assert book.state_gradient[layer] is book[index].value


@pytest.mark.parametrize("kind", ["symbols", "vectors"])
def test_uses_are_the_reverse_of_origins(make_problem, kind):
    book = trace(*make_problem(T=3, kind=kind), clip=0.1, update=Update("adam"))
    for operation in book:
        for name in operation.operands:
            origin, given_name = operation.operands.origin(name), operation.operands.given(name)
            uses = book.uses_of_given(given_name) if origin is None else book.uses(origin)
            assert operation.index in uses
    assert sum(len(book.uses(i)) for i in range(len(book))) == sum(
        len({o.operands.origin(name) for name in o.operands} - {None}) for o in book
    )


def test_a_weight_is_read_at_every_step_and_back(make_problem):
    book = trace(*make_problem(T=3), update=Update())
    names = [book[index].name for index in book.uses_of_given("layer1.W_hh")]
    assert names == ["multiply state"] * 3 + ["hand to the past"] * 3 + ["update W_hh"]
    assert book.uses(len(book) - 1) == ()
    assert book.uses_of_given("nobody") == ()


def test_givens_have_the_names_that_operands_say(make_problem):
    problem = make_problem(T=2)
    book = trace(*problem, clip=0.1, clip_value=2.0, update=Update("adam", 0.25))
    assert np.array_equal(book.givens["layer1.b_h"], problem.params["layer1.b_h"])
    assert np.array_equal(book.givens["state.layer1"], problem.state[1])
    assert np.array_equal(book.givens["x_2"], problem.inputs[1])
    assert np.array_equal(book.givens["target_1"], problem.targets[0])
    constants = ("T·B", "limit", "bound", "η", "k", "β1", "β2", "ε")
    values = [4.0, 0.1, 2.0, 0.25, 1.0, 0.9, 0.999, 1e-8]
    assert [book.givens[name] for name in constants] == values
    assert not book.givens["mean.W_hy"].any()
    assert not any(value.flags.writeable for value in book.givens.values())


def test_tracing_tells_how_far_it_is_and_can_be_left(make_problem):
    problem = make_problem(T=9)
    run = tracing(*problem, clip=0.1, clip_value=0.1, update=Update("adam"))
    done = list(run)
    assert done == sorted(done)
    assert (done[0] > 0, done[-1]) == (True, 1.0)
    assert len(done) > 2 * 9
    left = tracing(*problem)
    next(left)
    left.close()
    assert finished(tracing(*problem)).loss == trace(*problem).loss
