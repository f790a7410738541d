"""Lines go to what matters first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.tui.renderables.operation_layout import Asked, plan


def used(shared) -> int:
    lines = 1 + shared.sentence + shared.gaps + sum(shared.lines) + shared.tail
    return lines + shared.separator + (shared.cut > 0)


@given(
    st.integers(6, 60),
    st.integers(1, 4),
    st.lists(st.integers(0, 64), min_size=1, max_size=12),
    st.integers(0, 11),
    st.integers(1, 6),
    st.booleans(),
)
def test_what_is_shared_out_fits_and_holds_the_result(
    height, said, wishes, chosen, tail, twins
) -> None:
    twins = twins and len(wishes) > 1
    wishes = [*wishes[:-2], wishes[-1], wishes[-1]] if twins else wishes
    asked = Asked(said, tail, owed=tail, twins=twins)
    shared = plan(height, wishes, min(chosen, len(wishes) - 1), asked)
    assert used(shared) <= height
    assert shared.lines[-1] >= 1
    assert all(n <= wish + 1 for n, wish in zip(shared.lines, wishes, strict=True))


def test_the_selected_row_stays_when_others_are_cut() -> None:
    shared = plan(10, [1] * 8, 5, Asked(1, 2))
    assert shared.lines[5] >= 1
    assert shared.cut == sum(n == 0 for n in shared.lines) > 0


def test_a_result_gets_most_of_the_room() -> None:
    shared = plan(40, [64, 64, 64], 0, Asked(2, 2))
    assert shared.lines[2] > 2 * max(shared.lines[:2])
    assert used(shared) == 40


def test_rows_that_are_left_out_anyway_are_counted() -> None:
    assert plan(20, [1, 1, 1], 2, Asked(2, 2, more=61)).cut == 61


@given(st.integers(8, 60), st.integers(1, 64), st.integers(1, 6))
def test_a_result_before_and_now_is_laid_out_alike(height, wish, tail) -> None:
    lines = plan(height, [2, 64, wish, wish], 3, Asked(2, tail, twins=True)).lines
    assert lines[2] == lines[3] >= 1


def test_the_sentence_gives_way_to_what_is_owed() -> None:
    shared = plan(12, [1, 1], 1, Asked(2, 6, owed=5))
    assert (shared.sentence, shared.tail) == (1, 5)
    assert plan(12, [1, 1], 1, Asked(2, 6)).sentence == 2
