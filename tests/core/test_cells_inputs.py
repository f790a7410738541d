from __future__ import annotations

from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.core.cells import inputs
from rnn_tui.core.cells.inputs import DenseInput, SymbolInput

symbols = st.lists(st.integers(0, 6), min_size=1, max_size=40)


def read(drawn, dtype=np.float64):
    reader = SymbolInput(len(drawn), 3, np.dtype(dtype))
    reader.x[:] = drawn
    return reader


@given(symbols)
def test_looking_up_rows_is_the_one_hot_product(drawn):
    W_xh = np.random.default_rng(0).standard_normal((7, 3))
    b_h = np.random.default_rng(1).standard_normal(3)
    rows, product = np.empty((len(drawn), 3)), np.empty((len(drawn), 3))
    read(drawn).forward(W_xh, b_h, rows)
    DenseInput(np.eye(7)[drawn]).forward(W_xh, b_h, product)
    assert np.array_equal(rows, product)


@pytest.mark.parametrize("one_hot", [0, inputs.ONE_HOT])
@given(drawn=symbols)
def test_the_gradient_of_rows_is_that_of_the_one_hot_product(one_hot, drawn):
    dz = np.random.default_rng(1).standard_normal((len(drawn), 3))
    by_rows, by_product = np.full((7, 3), 9.0), np.empty((7, 3))
    with mock.patch.object(inputs, "ONE_HOT", one_hot):
        read(drawn).backward(dz, by_rows)
    DenseInput(np.eye(7)[drawn]).backward(dz, by_product)
    assert np.allclose(by_rows, by_product, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("one_hot", [0, inputs.ONE_HOT])
def test_a_reader_can_be_used_again(monkeypatch, one_hot):
    monkeypatch.setattr(inputs, "ONE_HOT", one_hot)
    reader, dW = read([0, 1, 1]), np.empty((7, 3))
    reader.backward(np.ones((3, 3)), dW)
    reader.x[:] = [5, 5, 5]
    reader.backward(np.ones((3, 3)), dW)
    assert dW[:, 0].tolist() == [0, 0, 0, 0, 0, 3, 0]
