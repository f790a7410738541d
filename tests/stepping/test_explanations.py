from __future__ import annotations

import time

import numpy as np
import pytest

from rnn_tui.core.faults import FAULTS
from rnn_tui.core.retrace import retrace
from rnn_tui.core.trace import Trace, trace
from rnn_tui.stepping.explanations import (
    EXPLANATIONS,
    GLOSSARY,
    explain,
    heading,
    kind_of,
    undoes,
)
from rnn_tui.stepping.tiny import tiny_window

from .every_trace import every_trace, held_edit, make_trace


def find(book: Trace, name: str, t: int = 0):
    return next(operation for operation in book if operation.name == name and operation.t == t)


@pytest.fixture(name="window", scope="module")
def _window():
    return tiny_window()


@pytest.fixture(name="book", scope="module")
def _book(window):
    return window.trace()


def test_every_operation_of_every_trace_has_a_sentence_of_a_good_length():
    for book in every_trace():
        for operation in book:
            sentence = explain(operation, book)
            assert 40 < len(sentence) <= 200, sentence
            assert sentence[-1] == "."
            assert "  " not in sentence
            assert "nan" not in sentence


def test_every_sentence_belongs_to_an_operation():
    assert set(EXPLANATIONS) == {kind_of(o.name) for book in every_trace() for o in book}


def test_characters_are_named_and_cannot_act(window, book):
    assert "Reads “b”" in explain(find(book, "look up input", 2), book, window)
    assert "Reads symbol 1" in explain(find(book, "look up input", 2), book)


def test_the_loss_says_what_the_target_was_given(window, book):
    given = book.operations[5].value[0, 1]  # p_1 of "b"
    sentence = explain(find(book, "cross-entropy", 1), book, window)
    assert f"The target “b” was given {100 * given:.0f}%" in sentence
    assert f"{-np.log(given):.3g} nats" in sentence


def test_the_way_back_through_tanh_says_what_got_through(book):
    operation = find(book, "back through tanh", 2)
    before, after = (np.linalg.norm(a) for a in (operation.operands["dh_t"], operation.value))
    assert f"(× {after / before:.3g})" in explain(operation, book)


def test_saturated_units_are_counted(book, window):
    edited = retrace(book, [held_edit(book)]).trace
    params = {**window.params, "layer0.b_h": np.array([9.0, 0.0])}
    saturated = trace(params, window.inputs, window.targets, window.state)
    assert "No unit is saturated" in explain(find(edited, "tanh", 3), edited)
    assert "50% of the units are saturated" in explain(find(saturated, "tanh", 3), saturated)


def test_the_ends_of_the_window_say_what_is_cut_off(book):
    assert "nothing comes from the future" in explain(find(book, "add gradients of h", 3), book)
    assert "truncated BPTT" in explain(find(book, "hand to the past", 1), book)
    assert "truncated BPTT" in explain(find(book, "multiply state", 1), book)
    assert "truncated" not in explain(find(book, "multiply state", 2), book)


def test_clipping_says_whether_it_clips(book):
    assert "is above the limit 0.5" in explain(find(book, "scale"), book)
    loose = make_trace(clip=9.0)
    assert "nothing is clipped" in explain(find(loose, "scale"), loose)
    assert "exactly as it is" in explain(find(loose, "clip dW_hy"), loose)


def test_a_held_unit_is_explained_on_both_ways(book):
    held = retrace(book, [held_edit(book)]).trace
    assert "An edit holds 1 of 2 units" in explain(find(held, "tanh", 2), held)
    assert "dz is 0 there" in explain(find(held, "back through tanh", 2), held)
    assert "An edit" not in explain(find(held, "back through tanh", 3), held)


def test_a_planted_fault_is_told_with_what_is_right(book):
    faulty = retrace(book, [], FAULTS["transposed"]).trace
    sentence = explain(find(faulty, "hand to the past", 2), faulty)
    assert "should be f_1 = dz_2 W_hhᵀ" in sentence


def test_infinities_and_nans_are_told_without_a_warning(window):
    params = {name: np.full_like(value, np.inf) for name, value in window.params.items()}
    broken = trace(params, window.inputs, window.targets, window.state, clip=1.0)
    assert all(explain(operation, broken, window) for operation in broken)


def test_a_heading_leaves_out_what_there_is_not(book):
    assert heading(find(book, "back through tanh", 2)) == "back through tanh, t = 2, layer 0"
    assert heading(find(book, "mean")) == "mean"


@pytest.mark.parametrize(
    ("name", "undone"),
    [
        ("back through tanh", "h_2 = tanh(z_2)"),
        ("part of dW_xh", "u_2 = W_xh[x_2]"),
        ("part of dW_hh", "r_2 = h_1 W_hh"),
        ("part of db_h", "z_2 = u_2 + r_2 + b_h"),
        ("hand to the past", "r_2 = h_1 W_hh"),
        ("part of dW_hy", "y_2 = h_2 W_hy + b_y"),
        ("gradient of h from the output", "y_2 = h_2 W_hy + b_y"),
        ("gradient of the logits", "loss_2 = ln Σ exp(y_2) − y_2[target_2]"),
        ("add gradients of h", None),
        ("tanh", None),
    ],
)
def test_a_backward_operation_undoes_a_forward_one(book, name, undone):
    assert undoes(find(book, name, 2), book) == undone


def test_what_is_undone_is_known_in_every_trace():
    for book in every_trace():
        for operation in book:
            formula = undoes(operation, book)
            expected = operation.phase == "backward" and operation.name != "add gradients of h"
            assert (formula is not None) == expected, operation.name


def test_the_glossary_is_in_sentences():
    for term, sentence in GLOSSARY.items():
        assert sentence[0].isupper() or term == "learning rate"
        assert sentence.endswith(".")
        assert len(sentence) < 250


def test_a_sentence_costs_next_to_nothing(book, window):
    explain(book[0], book, window)
    begin = time.process_time()
    for operation in book:
        explain(operation, book, window)
    assert (time.process_time() - begin) / len(book) < 1e-3
