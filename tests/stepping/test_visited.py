from __future__ import annotations

from rnn_tui.stepping.visited import Visited


def test_back_returns_to_where_the_jumps_came_from_last_first():
    visited = Visited()
    visited.jumped(1)
    visited.jumped(5)
    assert visited.back(9) == 5
    assert visited.back(5) == 1
    assert visited.back(1) is None


def test_ahead_returns_to_where_back_was_asked():
    visited = Visited()
    visited.jumped(1)
    assert visited.ahead(7) is None
    assert visited.back(7) == 1
    assert visited.ahead(1) == 7
    assert visited.ahead(7) is None
    assert visited.back(7) == 1


def test_a_jump_from_the_middle_forgets_what_lay_ahead():
    visited = Visited()
    visited.jumped(1)
    assert visited.back(2) == 1
    visited.jumped(3)
    assert visited.ahead(4) is None
    assert visited.back(4) == 3
