from __future__ import annotations

import pytest

from rnn_tui.core.trace import Update
from rnn_tui.stepping.errors import StepperError
from rnn_tui.stepping.names import (
    element_of,
    find_given,
    find_operand,
    find_operation,
    index_text,
    read_named,
)

from .walks import make_walk


@pytest.fixture(name="one", scope="module")
def _one():
    return make_walk("hello", clip=0.1, update=Update("adam", 0.1))


@pytest.fixture(name="two", scope="module")
def _two():
    return make_walk("hello", L=2)


def complaint(function, *arguments):
    with pytest.raises(StepperError) as caught:
        function(*arguments)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def found(walk, name, near=0):
    operation = walk.trace[find_operation(walk.layout, name, near)]
    return operation.name, operation.t, operation.layer


def test_a_name_may_have_an_element():
    assert read_named("dz_17") == ("dz_17", None)
    assert read_named(" W_hh[3, 4] ") == ("W_hh", (3, 4))
    assert read_named("h_3^(1) [0]") == ("h_3^(1)", (0,))
    assert read_named("T·B") == ("T·B", None)


@pytest.mark.parametrize("text", ["", "[]", "[3]", "a b", "W[", "W]0[", "a=b", "W[0][1]"])
def test_what_is_no_name_is_refused(text):
    assert complaint(read_named, text).endswith("write it as in h_3, dz_17[5] or W_hh[3, 4]")


@pytest.mark.parametrize("inside", ["", ",", "1,", "x", "1.5", "nan", "9" * 5000])
def test_what_is_no_element_is_refused(inside):
    said = complaint(read_named, f"W[{inside}]")
    assert said.endswith("is no element: write whole numbers, as in [3, 4]")
    assert len(said) < 120


def test_the_row_may_be_left_out_where_there_is_one():
    assert element_of((1, 5), (3,), "h") == (0, 3)
    assert element_of((1, 5), (0, 3), "h") == (0, 3)
    assert element_of((5,), (3,), "b") == (3,)


def test_a_single_number_needs_no_element():
    assert element_of((), None, "loss") == ()
    assert element_of((1,), None, "loss_3") == (0,)
    assert element_of((1, 1), None, "h_3") == (0, 0)


@pytest.mark.parametrize(
    ("shape", "element", "said"),
    [
        ((2, 3), None, "W has the shape (2, 3): say which, as in W[0, 0]"),
        ((1, 3), None, "W has the shape (1, 3): say which, as in W[0]"),
        ((2, 3), (1,), "W has the shape (2, 3): write 2 numbers"),
        ((), (0,), "W has the shape (): write 0 numbers"),
        ((2, 3), (2, 0), "W has no element [2, 0]: its shape is (2, 3)"),
        ((1, 3), (-1,), "W has no element [-1]: its shape is (1, 3)"),
        ((2, 3), (0, 10**4000), "W has no element [0, …]: its shape is (2, 3)"),
    ],
)
def test_elements_that_are_not_there_are_refused(shape, element, said):
    assert complaint(element_of, shape, element, "W") == said


def test_an_index_is_written_as_it_is_read():
    assert index_text((3, 4)) == "[3, 4]"
    assert index_text(()) == ""


@pytest.mark.parametrize(
    ("name", "operation"),
    [
        ("h_1", ("tanh", 1, 0)),
        ("dz_2", ("back through tanh", 2, 0)),
        ("f_2", ("hand to the past", 3, 0)),
        ("dW_hh^3", ("part of dW_hh", 3, 0)),
        ("dW_hh", ("sum dW_hh", 0, 0)),
        ("dlayer0.W_hh", ("sum dW_hh", 0, 0)),
        ("dlayer0.W_hh^2", ("part of dW_hh", 2, 0)),
        ("dW_hy", ("sum dW_hy", 0, None)),
        ("dh_0", ("hand to the past", 1, 0)),
        ("dh_0^(0)", ("hand to the past", 1, 0)),
        ("loss", ("mean", 0, None)),
        ("loss_4", ("cross-entropy", 4, None)),
        ("W_hh", ("update W_hh", 0, 0)),
        ("norm", ("norm", 0, None)),
    ],
)
def test_an_operation_is_found_by_what_it_makes(one, name, operation):
    assert found(one, name) == operation


def test_in_several_layers_the_layer_is_said_or_that_of_where_one_is(two):
    assert found(two, "dz_2^(1)") == ("back through tanh", 2, 1)
    assert found(two, "dlayer1.W_xh") == ("sum dW_xh", 0, 1)
    inside = find_operation(two.layout, "h_4^(1)")
    assert found(two, "dz_2", inside) == ("back through tanh", 2, 1)
    assert found(two, "dh_0^(1)") == ("hand to the past", 1, 1)


def test_where_no_layer_can_be_meant_the_choice_is_shown(two):
    readout = find_operation(two.layout, "y_1")
    said = complaint(find_operation, two.layout, "dz_2", readout)
    assert said == "dz_2 is in several layers: write dz_2^(0) or dz_2^(1)"
    assert "dh_0^(0) or dh_0^(1)" in complaint(find_operation, two.layout, "dh_0", readout)


def test_what_comes_from_above_is_that_of_the_readout_or_of_the_layer_below_it(two):
    readout = find_operation(two.layout, "y_1")
    assert found(two, "a_2", readout) == ("gradient of h from the output", 2, None)
    assert found(two, "a_2^(1)") == ("hand to the layer below", 2, 1)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("dz_5", "there is no dz_5: the time steps are 1 to 4"),
        ("dz_" + "9" * 9, "there is no dz_999999999: the time steps are 1 to 4"),
        ("dz_2^(7)", "there is no dz_2^(7): write dz_2^(0)"),
        ("dlayer3.W_hh", "there is no dlayer3.W_hh: write dW_hh^(0)"),
        ("y_1^(0)", "there is no y_1^(0): write y_1"),
        ("nothing", "no operation makes nothing: try h_1, dz_1, dW_hh, loss or p_1"),
        ("f_9^(" + "9" * 5000 + ")", None),
        ("dlayer.W_hh", None),
    ],
)
def test_names_of_no_operation_are_refused(one, name, said):
    heard = complaint(find_operation, one.layout, name)
    assert said is None or heard == said
    assert len(heard) < 120


def test_what_is_given_has_short_names_in_a_network_of_one_layer(one):
    names = ("W_hh", "layer0.W_hh", "W_hh^(0)", "b_y", "h_0", "h_0^(0)", "x_3", "mean.W_hy", "η")
    assert [find_given(one.trace, name) for name in names] == [
        "layer0.W_hh", "layer0.W_hh", "layer0.W_hh", "b_y", "state.layer0", "state.layer0",
        "x_3", "mean.W_hy", "η",
    ]  # fmt: skip
    assert find_given(one.trace, "h_1") is None
    assert find_given(one.trace, "x_5") is None


def test_what_is_given_in_several_layers_is_that_of_where_one_is_or_is_asked_for(two):
    assert find_given(two.trace, "b_h^(1)") == "layer1.b_h"
    assert find_given(two.trace, "h_0", 1) == "state.layer1"
    assert complaint(find_given, two.trace, "W_hh") == (
        "W_hh is in several layers: write W_hh^(0) or W_hh^(1)"
    )
    assert "h_0^(0) or h_0^(1)" in complaint(find_given, two.trace, "h_0")
    assert complaint(find_given, two.trace, "h_0^(2)").startswith("there is no h_0^(2)")


def test_an_operand_is_called_as_in_the_formula_or_by_its_time_or_as_it_was_given(one):
    r = one.trace[find_operation(one.layout, "r_3")]
    assert [find_operand(r, name) for name in ("h_{t-1}", "h_2", "W_hh", "layer0.W_hh")] == [
        "h_{t-1}", "h_{t-1}", "W_hh", "W_hh",
    ]  # fmt: skip
    assert [find_operand(r, name) for name in ("value", "r_t", "r_3")] == [None, None, None]


def test_other_operands_are_refused_and_those_that_there_are_named(one):
    r = one.trace[find_operation(one.layout, "r_3")]
    said = complaint(find_operand, r, "z_3")
    assert said == "this operation reads no 'z_3': there are h_2, W_hh, value"
    many = make_walk("a" * 40).trace
    assert "…, value" in complaint(find_operand, many[many.places.loss], "z_3")
