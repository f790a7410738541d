"""What is held out, and how much text a window takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.text.errors import CorpusError
from rnn_tui.text.split import LEAST_HELD_OUT, fitting_shape, held_out_length, require_length, split

shares = st.floats(0, 0.95)


@given(st.binary(max_size=2000), shares)
def test_the_two_parts_are_the_text(text: bytes, share: float) -> None:
    training, held_out = split(text, share)
    assert training + held_out == text


def test_the_last_tenth_is_held_out() -> None:
    assert split("a" * 900 + "b" * 100) == ("a" * 900, "b" * 100)


def test_too_little_to_measure_is_trained_on() -> None:
    assert split("a" * (10 * LEAST_HELD_OUT - 1))[1] == ""
    assert len(split("a" * (10 * LEAST_HELD_OUT))[1]) == LEAST_HELD_OUT


@pytest.mark.parametrize("share", [-0.1, 1.0, float("nan")])
def test_an_impossible_share_is_refused(share: float) -> None:
    with pytest.raises(CorpusError, match="held-out share"):
        held_out_length(100, share)


@given(st.integers(1, 40), st.integers(1, 80), shares)
def test_the_length_that_is_asked_for_is_the_least_that_does(
    batch: int, window: int, share: float
) -> None:
    with pytest.raises(CorpusError, match="--batch") as refusal:
        require_length(1, batch, window, share)
    needed = int(str(refusal.value).split("least ")[1].split(":")[0].replace(",", ""))
    require_length(needed, batch, window, share)
    with pytest.raises(CorpusError):
        require_length(needed - 1, batch, window, share)


@given(st.integers(2, 5000), st.integers(1, 64), st.integers(1, 128))
def test_a_fitting_shape_can_be_filled(n_symbols: int, batch: int, window: int) -> None:
    shape = fitting_shape(n_symbols, batch, window)
    assert 1 <= shape.batch <= batch
    assert 1 <= shape.window <= window
    require_length(n_symbols, shape.batch, shape.window, 0)
