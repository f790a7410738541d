"""Where a number is, in words."""

from __future__ import annotations

import pytest

from rnn_tui.stepping.places import place, symbol_label
from rnn_tui.stepping.tiny import tiny_window


@pytest.mark.parametrize(
    ("name", "shape", "element", "words"),
    [
        ("h_t", (1, 2), (0, 1), "unit 1"),
        ("f_{t-1}", (3, 2), (2, 1), "row 2, unit 1"),
        ("dy_t", (1, 3), (0, 0), "“a”"),
        ("W_hh", (2, 2), (0, 1), "from unit 0 to unit 1"),
        ("dW_xh^t", (3, 2), (2, 1), "from “c” to unit 1"),
        ("dW_hy^3", (2, 3), (1, 0), "from unit 1 to “a”"),
        ("dlayer0.b_h", (2,), (1,), "unit 1"),
        ("loss_t", (1,), (0,), ""),
        ("scale", (), (), ""),
        ("m", (2, 2), (1, 0), "[1, 0]"),
    ],
)
def test_the_axes_are_what_the_symbol_says(name, shape, element, words) -> None:
    assert place(tiny_window(), name, shape, element, 0) == words


def test_upper_layers_read_the_units_below() -> None:
    assert place(tiny_window(), "W_xh", (2, 2), (0, 1), 1) == "from unit 0 below to unit 1"


def test_a_symbol_that_does_not_exist_is_a_number() -> None:
    assert symbol_label(tiny_window(), 7) == "symbol 7"
