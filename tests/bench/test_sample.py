"""What is measured is what is said to be: the same network, sampled in three ways."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from rnn_tui.bench.sample import CONTENDERS, ENGINE, STREAM, TEXT, Sizes, sampling_rates


@pytest.mark.parametrize("sizes", [Sizes(), Sizes(3, 2, 4), Sizes(1, 65_536)])
def test_the_weights_have_the_sizes_asked_for_and_are_the_same_again(sizes: Sizes) -> None:
    one, other = sizes.weights(), sizes.weights()
    found = one.architecture
    assert (found.hidden, found.outputs, found.layers) == (
        *(sizes.hidden, sizes.vocabulary, sizes.layers),
    )
    for name, value in one.params.items():
        assert value.dtype == np.float32
        np.testing.assert_array_equal(value, other.params[name])


def test_the_pipe_and_the_screen_write_the_same_text_here_too() -> None:
    weights = Sizes(8, 20).weights()
    pieces, marks = (CONTENDERS[name](weights) for name in (STREAM, ENGINE))
    written = [piece.drawn.symbol for piece in islice(pieces, TEXT)]
    assert [mark.symbol for mark in islice(marks, TEXT)] == written


def test_the_screen_begins_a_new_text_when_one_is_full() -> None:
    marks = list(islice(CONTENDERS[ENGINE](Sizes(2, 3).weights()), TEXT + 2))
    assert [mark.depth for mark in marks[-3:]] == [TEXT, 1, 2]


def test_every_contender_has_a_rate() -> None:
    rates = sampling_rates(Sizes(4, 5, 2), 0.01)
    assert [rate.name for rate in rates] == list(CONTENDERS)
    assert all(rate.median > 0 for rate in rates)
