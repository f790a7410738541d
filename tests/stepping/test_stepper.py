from __future__ import annotations

import numpy as np
import pytest

from rnn_tui.stepping.errors import StepperError
from rnn_tui.stepping.stepper import Stepper, fitted
from rnn_tui.stepping.view import Selection

from .walks import do, make_walk, numbers_of, shown


@pytest.fixture(name="walk")
def _walk():
    return make_walk("hello", clip=0.01)


def complaint(function, *arguments):
    with pytest.raises(StepperError) as caught:
        function(*arguments)
    return str(caught.value)


def test_a_walk_begins_at_the_first_operation_with_nothing_changed(walk):
    view = walk.view()
    assert (view.index, view.base, view.changed, view.edits, view.fault) == (
        0,
        None,
        set(),
        (),
        None,
    )
    assert view.operation.name == "look up input"
    assert view.selected == Selection(None, (0, 0))


def test_moves_stop_at_both_ends(walk):
    walk.step(-3)
    assert walk.index == 0
    walk.step(10**9)
    assert walk.index == len(walk.trace) - 1
    walk.time_step(10**9)
    assert walk.index == len(walk.trace) - 1


def test_down_and_up_come_back_through_phases_that_lack_the_operation(walk):
    do(walk, "go z_2", "down 4")
    assert walk.operation.phase == "loss"
    do(walk, "up 4")
    assert (walk.operation.symbol, walk.operation.t) == ("z_t", 2)


def test_a_move_that_cannot_be_made_leaves_the_walk_where_it_was(walk):
    do(walk, "go dz_3")
    before = shown(walk)
    said = "back through tanh of layer 0: only 2 after this one"
    assert complaint(do, walk, "next 3") == said
    assert complaint(do, walk, "previous 2") == said.replace("2 after", "1 before")
    assert shown(walk) == before


def test_back_and_ahead_go_between_jumps_like_a_browser(walk):
    do(walk, "go dz_3", "right 2", "go loss", "back")
    assert walk.index == do_index(walk, "dz_3") + 2
    do(walk, "back")
    assert walk.index == 0
    do(walk, "ahead", "ahead")
    assert walk.operation.symbol == "loss"
    assert "`back` was not the last jump" in complaint(do, walk, "ahead")


def do_index(walk, name):
    return next(o.index for o in walk.trace if (o.symbol, o.t) == ("dz_t", int(name[-1])))


def test_the_selection_is_kept_where_an_operation_has_no_such_operand(walk):
    do(walk, "go r_2", "select W_hh[1, 0]")
    do(walk, "right")
    assert walk.selected == Selection(None, (0, 0))
    do(walk, "left")
    assert walk.selected == Selection("W_hh", (1, 0))


def test_operands_are_selected_in_turn_with_the_result_as_the_last(walk):
    do(walk, "go r_2")
    seen = []
    for _ in range(4):
        walk.select_next(1)
        seen.append(walk.selected.operand)
    assert seen == ["h_{t-1}", "W_hh", None, "h_{t-1}"]
    walk.select_next(-1)
    assert walk.selected.operand is None


def test_an_element_moves_within_its_array(walk):
    do(walk, "go r_2", "select W_hh[0, 0]")
    walk.move_element(5, 1)
    assert walk.selected.element == (1, 1)
    walk.move_element(-1, 0)
    assert walk.selected.element == (0, 1)
    do(walk, "go b_h" if walk.trace.updated else "go db_h", "select value[0]")
    walk.move_element(0, 9)
    assert walk.selected.element == (1,)
    do(walk, "go loss")
    walk.move_element(1, 1)
    assert walk.selected.element == ()


def test_an_element_is_fitted_to_an_array_of_another_shape():
    assert fitted((3, 4), (9, 9)) == (3, 4)
    assert fitted((3, 4), (2, 9)) == (1, 4)
    assert fitted((3, 4), (9,)) == (4,)
    assert fitted((4,), (1, 9)) == (0, 4)
    assert fitted((3, 4), ()) == ()
    assert fitted((), (2, 2)) == (0, 0)


def test_a_verification_is_shown_at_its_operation_of_its_pass_alone(walk):
    do(walk, "verify dz_2[1]")
    found = walk.view().verification
    assert found.passed
    assert found.backward == walk.operation.value[0, 1]
    do(walk, "right")
    assert walk.view().verification is None
    do(walk, "left")
    assert walk.view().verification is found
    do(walk, "edit W_hh[0, 0] = 1")
    assert walk.view().verification is None
    do(walk, "undo")
    assert walk.view().verification is found


def test_a_selected_operand_is_verified_where_it_was_made(walk):
    do(walk, "go dz_2", "select dh_2[1]")
    assert do(walk, "verify").startswith("✓ equal: dh_2[1], backward")
    assert walk.operation.symbol == "dh_t"
    do(walk, "back", "select h_2[1]")
    assert complaint(do, walk, "verify") == "h_t is no gradient: select one that is, or the result"


def test_every_number_of_the_backward_pass_can_be_verified_after_edits(walk):
    do(walk, "edit h_2[1] = 0.5", "edit x_1 = o", "edit W_hy[0, 1] = -2")
    for operation in walk.trace:
        if operation.gradient_of is not None:
            element = tuple(np.array(operation.value.shape) - 1)
            assert walk.verifying(operation.index, element).run().startswith("✓ equal")


def test_a_hit_is_shown_wherever_a_breakpoint_holds_and_nowhere_else(walk):
    do(walk, "break norm(h) > 0", "break t = 2")
    do(walk, "go h_2")
    assert walk.view().hit.startswith("norm(h) = ")
    assert walk.view().hit.endswith("> 0; t = 2")
    do(walk, "go h_1")
    assert "t = " not in walk.view().hit
    do(walk, "right")
    assert walk.view().hit == ""


def test_running_stops_at_hits_both_ways_and_says_why(walk):
    do(walk, "break t = 2 and kind = 'tanh'", "break max(abs(value)) > 1e9")
    assert do(walk, "continue") == 'stopped where t = 2 and kind = "tanh"'
    assert (walk.operation.name, walk.operation.t) == ("tanh", 2)
    assert do(walk, "continue") == "no breakpoint holds after here"
    assert do(walk, "end", "reverse").startswith("stopped where")
    assert do(walk, "reverse") == "no breakpoint holds before here"


def test_rows_have_their_own_pass_and_keep_place_breakpoints_and_selection():
    walk = make_walk("hello", B=3)
    first = numbers_of(walk)
    do(walk, "break t = 1", "go r_2", "select W_hh[1, 1]", "edit b_h[0] = 1", "fault transposed")
    said = do(walk, "row 3")
    assert said.startswith("row 3 of 3, loss ")
    assert said.endswith("edits and fault were left behind")
    view = walk.view()
    assert (view.window.row, view.operation.symbol, view.selected) == (2, "r_t", ("W_hh", (1, 1)))
    assert [watch.text for watch in view.breakpoints] == ["t == 1"]
    assert (view.edits, view.fault, view.base) == ((), None, None)
    assert numbers_of(walk) == numbers_of(Stepper(walk.whole, 2)) != first
    assert "left behind" not in do(walk, "row 1")
    assert numbers_of(walk) == first
    assert do(walk, "row 1") == "this is row 1 of 3"


def test_a_row_that_is_not_there_is_refused():
    walk = make_walk("hello", B=3)
    assert complaint(Stepper, walk.whole, 3) == "there is no row 4: write 1 to 3"
    assert complaint(Stepper, walk.window, 1) == "there is no row 2: there is only one"


def test_a_pass_that_is_known_already_is_taken_as_it_is(walk):
    assert Stepper(walk.window, 0, walk.trace).trace is walk.trace


def test_large_results_are_computed_once_a_stop(walk):
    do(walk, "go dW_hh^2")
    assert walk.operation.stored is None
    assert walk.array(None) is walk.array(None)


def test_the_view_says_where_it_plays_to(walk):
    assert walk.view(playing=-1).playing == -1
