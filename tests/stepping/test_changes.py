from __future__ import annotations

import numpy as np
import pytest

from rnn_tui.core.faults import FAULTS
from rnn_tui.stepping.errors import StepperError

from .walks import do, make_walk, numbers_of


@pytest.fixture(name="walk")
def _walk():
    return make_walk("hello", clip=0.01)


def complaint(walk, line):
    before = walk.trace
    with pytest.raises(StepperError) as caught:
        do(walk, line)
    assert walk.trace is before
    return str(caught.value)


def test_an_edit_changes_what_depends_on_it_and_shares_the_rest(walk):
    base = walk.trace
    said = do(walk, "edit h_3[1] = 0.25")
    view = walk.view()
    assert view.base is base
    assert view.trace[view.base.places.hidden[2][0]].value[0, 1] == 0.25
    pairs = list(zip(view.trace, base, strict=True))
    other = {o.index for o, old in pairs if o.value.tobytes() != old.value.tobytes()}
    assert view.changed == other | {o.index for o, old in pairs if o.formula != old.formula}
    assert all(o is old for o, old in pairs[: base.places.hidden[2][0]])
    assert min(view.changed) == base.places.hidden[2][0]
    assert f"{len(view.changed)} of {len(base)} operations changed" in said
    assert f"loss {base.loss:.6g} → {view.trace.loss:.6g} nats" in said


def test_undo_takes_the_last_change_back_edit_or_fault(walk):
    base = walk.trace
    do(walk, "edit W_hh[0, 0] = 1", "fault transposed")
    do(walk, "undo")
    assert (walk.fault, len(walk.edits)) == (None, 1)
    do(walk, "undo")
    assert walk.trace is base
    assert walk.view().base is None
    assert complaint(walk, "undo").startswith("there is nothing to undo")


def test_redo_does_again_what_was_taken_back(walk):
    do(walk, "edit W_hh[0, 0] = 1", "fault overwritten")
    after = numbers_of(walk)
    do(walk, "undo", "undo", "redo", "redo")
    assert numbers_of(walk) == after
    assert walk.fault == "overwritten"
    assert complaint(walk, "redo").startswith("there is nothing to redo")


def test_a_new_change_forgets_what_was_taken_back(walk):
    do(walk, "edit W_hh[0, 0] = 1", "undo", "edit b_h[0] = 2")
    assert complaint(walk, "redo").startswith("there is nothing to redo")


def test_edits_are_listed_with_the_number_before_each(walk):
    do(walk, "edit b_h[0] = 2", "edit b_h[0] = 3", "edit x_2 = o", "edit h_1[1] = 0.5")
    first, second, third, fourth = do(walk, "edits").split("\n")
    assert first.startswith("1  b_h[0]  ")
    assert first.endswith(" → 2")
    assert second == "2  b_h[0]  2 → 3"
    assert third == "3  x_2  “e” → “o”"
    assert fourth.startswith("4  h_1[1]  ")
    assert fourth.endswith(" → 0.5, held")


def test_in_several_layers_an_edited_state_says_which():
    walk = make_walk("hello", L=2)
    assert do(walk, "edit h_1^(1)[0] = 0.5").startswith("h_1^(1)[0]  ")


def test_one_edit_can_be_taken_back_from_among_others(walk):
    do(walk, "edit b_h[0] = 2", "edit b_h[1] = 3", "edit x_2 = o")
    said = do(walk, "unedit 2")
    assert said.startswith("taken back: b_h[1] ")
    assert [edit.value for edit in walk.edits] == [2, walk.window.vocabulary.symbols.index("o")]
    do(walk, "undo")
    assert len(walk.edits) == 3
    assert "as it was" in do(walk, "unedit all")
    assert walk.trace is walk.base
    do(walk, "undo")
    assert len(walk.edits) == 3
    assert complaint(walk, "unedit 4") == "'4' is no edit: write 1 to 3"


def test_an_edit_to_the_same_number_changes_nothing_and_is_not_one(walk):
    base = walk.trace
    value = float(base.givens["layer0.W_hh"][0, 1])
    assert do(walk, f"edit W_hh[0, 1] = {value!r}").endswith("already")
    assert do(walk, "edit x_1 = h") == "x_1 is “h” already"
    assert walk.trace is base
    assert walk.edits == ()


def test_an_edit_back_to_the_first_number_leaves_nothing_changed(walk):
    value = float(walk.base.givens["layer0.W_hh"][0, 1])
    do(walk, "edit W_hh[0, 1] = 9", f"edit W_hh[0, 1] = {value!r}")
    assert walk.view().changed == frozenset()
    assert len(walk.edits) == 2


def test_to_hold_a_state_at_the_number_that_it_has_stops_the_gradient(walk):
    h = walk.trace.places.hidden[1][0]
    do(walk, f"edit h_2[0] = {walk.trace[h].value[0, 0]:.17g}")
    assert h in walk.view().changed
    dz = next(o for o in walk.trace if (o.symbol, o.t) == ("dz_t", 2))
    assert dz.value[0, 0] == 0
    assert do(walk, f"edit h_2[0] = {walk.trace[h].value[0, 0]:.17g}").endswith("already")
    assert len(walk.edits) == 1


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found_and_what_is_right_is_not_blamed(fault):
    walk = make_walk("hello", clip=0.01)
    said = do(walk, f"fault {fault}")
    view = walk.view()
    assert view.fault == fault
    assert f"{fault}: first wrong is operation {view.wrong + 1}, " in said
    assert view.trace[view.wrong].intended is not None
    do(walk, "undo")
    assert (walk.view().wrong, walk.view().fault) == (None, None)


def test_faults_are_listed_and_switched(walk):
    assert do(walk, "fault off") == "no fault is planted"
    do(walk, "fault transposed")
    assert do(walk, "fault transposed") == "transposed is planted already"
    listed = do(walk, "fault").split("\n")
    assert [line.split()[0] for line in listed] == list(FAULTS)
    assert [line for line in listed if "(planted)" in line] == [
        line for line in listed if line.startswith("transposed")
    ]
    do(walk, "fault overwritten")
    assert walk.fault == "overwritten"
    assert "as it was" in do(walk, "fault off")
    assert complaint(walk, "fault nonsense").startswith("there is no such fault: write missing-dh")


@pytest.mark.parametrize(
    ("text", "settings", "fault", "why"),
    [
        ("hello", {}, "no-clipping", "there is no limit, so nothing is ever clipped"),
        ("hello", {"clip": 99.5}, "no-clipping", "is below the limit 99.5: nothing was to be"),
        ("hello", {"clip_value": 99.0}, "no-clipping", "no number is beyond the bound 99"),
        ("he", {}, "overwritten", "there is one part, and nothing to overwrite"),
        ("he", {}, "off-by-one", "with one time step there is no next target"),
        ("haaaa", {}, "off-by-one", "every target is the same"),
        ("hello", {"H": 1}, "transposed", "W_hh is its own transpose here"),
    ],
)
def test_a_fault_that_does_nothing_here_says_why(text, settings, fault, why):
    assert why in do(make_walk(text, **settings), f"fault {fault}")


def test_what_was_to_be_tried_to_see_clipping_works():
    walk = make_walk("hello", clip=99.0)
    tried = do(walk, "fault no-clipping").rpartition("try: ")[2]
    assert "first wrong is operation" in do(walk, tried)


def test_what_is_computed_anew_and_stays_the_same_is_not_changed(walk):
    unread = walk.window.vocabulary.symbols.index("o")
    said = do(walk, f"edit W_xh[{unread}, 0] = 9")
    assert [walk.trace[i].phase for i in walk.view().changed] == []
    assert said.startswith("W_xh[")
    assert "0 of " in said


def test_where_numbers_are_not_finite_every_verdict_says_so():
    walk = make_walk("abab", cell="relu")
    do(walk, *(f"edit {name} = 1e308" for name in ("W_hh[0, 1]", "W_hh[1, 0]", "W_xh[0, 0]")))
    do(walk, "edit W_hy[0, 0] = 1e308", "edit W_xh[0, 1] = 1e308", "edit W_xh[1, 1] = 1e308")
    assert not np.isfinite(walk.trace.loss)
    assert "✗ not finite" in do(walk, "fault transposed")
    assert do(walk, "verify dW_hh[0, 0]").startswith("✗ not finite")
    sweep = do(walk, "sweep")
    assert "✗ not finite" in sweep
    assert "nan" not in sweep


def test_with_an_infinite_loss_no_operation_is_called_wrong():
    walk = make_walk("abab", H=8)
    do(walk, "edit b_y[0] = 1e308", "edit W_hy[0, 0] = 1e308")
    said = do(walk, "fault overwritten")
    assert said.endswith("overwritten: ✗ not finite: nothing can be compared")
    assert walk.changes.wrong is None


def test_a_task_that_is_not_applied_has_changed_nothing(walk):
    base = walk.trace
    task = walk.changes.plant("transposed")
    for _ in task.work:
        pass
    assert (walk.trace, walk.fault) == (base, None)
