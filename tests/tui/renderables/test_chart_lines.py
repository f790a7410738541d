"""Where on a chart the dots of curves are."""

from __future__ import annotations

import numpy as np
import pytest

from rnn_tui.tui.renderables.axis import Axis
from rnn_tui.tui.renderables.chart_lines import dots

AXIS = Axis(low=-1.5, high=7.0, log=False, labels=())
PLACES = np.linspace(AXIS.low, AXIS.high, 1001)


@pytest.mark.parametrize("cells", [1, 2, 7, 40])
@pytest.mark.parametrize("each", [2, 4])
def test_a_dot_is_in_the_cell_of_a_mark_at_the_same_place(cells, each) -> None:
    found = dots(PLACES, AXIS, cells, each)
    assert (found // each == dots(PLACES, AXIS, cells)).all()
    assert 0 <= found.min() <= found.max() < cells * each


def test_the_ends_of_an_axis_are_in_the_middle_of_its_outermost_cells() -> None:
    assert dots([AXIS.low, AXIS.high], AXIS, 5).tolist() == [0, 4]
    assert dots([AXIS.low, AXIS.high], AXIS, 5, 4).tolist() == [2, 18]


def test_dots_are_evenly_spread() -> None:
    centres = AXIS.low + (AXIS.high - AXIS.low) * (np.arange(2, 18) - 1.5) / 16
    assert dots(centres, AXIS, 5, 4).tolist() == list(range(2, 18))
