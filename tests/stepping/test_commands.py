from __future__ import annotations

import pytest

from rnn_tui.core.trace import Update
from rnn_tui.stepping.commands import COMMANDS, run_script
from rnn_tui.stepping.commands_changing import selected_value
from rnn_tui.stepping.errors import StepperError
from rnn_tui.stepping.stepper import Stepper
from rnn_tui.stepping.tiny import tiny_window

from .walks import do, make_walk


@pytest.fixture(name="walk")
def _walk():
    """69 operations: 6 a step forward, 4 of the loss, 10 a step back, 5 sums, 7 + 5 after."""
    return Stepper(tiny_window())


def complaint(walk, line):
    before = walk.index, walk.selected, walk.trace, walk.breakpoints
    with pytest.raises(StepperError) as caught:
        do(walk, line)
    assert (walk.index, walk.selected, walk.trace, walk.breakpoints) == before
    said = str(caught.value)
    assert said.isprintable()
    return said


@pytest.mark.parametrize(
    ("lines", "number"),
    [
        ("right", 2),
        ("right 3", 4),
        ("right 999999999999", 69),
        ("right 3; left", 3),
        ("left", 1),
        ("down", 7),
        ("down 2; up", 7),
        ("go h_1; next", 10),
        ("go h_1; next 2; previous", 10),
        ("end", 69),
        ("end; start", 1),
        ("turn", 22),
        ("go 53", 53),
        ("go dz_2", 38),
        ("go dh_0", 51),
        ("time 3", 13),
        ("end; time 3", 23),
        ("go dz_1; origin dh_1", 47),
        ("go dz_1; select dh_t[0]; origin", 47),
        ("go h_1; use", 5),
        ("go h_1; use 2", 8),
        ("go r_1; use W_hh 3", 14),
        ("go r_1; use W_hh", 2),
        ("go r_1; select W_hh[0, 0]; use 2", 8),
        ("go h_1; back", 1),
        ("go h_1; back; ahead", 4),
        ("GO h_1", 4),
        ("  go\th_1 ", 4),
    ],
)
def test_a_command_leads_to_its_operation(walk, lines, number):
    assert do(walk, *lines.split("; ")) == ""
    assert walk.index + 1 == number


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "write a command: `help` lists them"),
        ("frob", "there is no command 'frob': `help` lists them"),
        ("brk", "there is no command 'brk': did you mean break or breaks?"),
        ("\x1b[2J", "there is no command '␛[2J': `help` lists them"),
        ("undo 3", "`undo` takes nothing after it: leave '3' out"),
        ("right 0", "'0' is no number of times: write 1, 2, 3, ..."),
        ("down -1", "'-1' is no number of times: write 1, 2, 3, ..."),
        ("next 3", "look up input of layer 0: only 2 after this one"),
        ("previous", "look up input of layer 0: none before this one"),
        ("go 0", "'0' is no operation: write 1 to 69"),
        ("go 70", "'70' is no operation: write 1 to 69"),
        ("go -1", "'-1' is no operation: write 1 to 69"),
        ("go", "'' is no name: write it as in h_3, dz_17[5] or W_hh[3, 4]"),
        ("go dz_4", "there is no dz_4: the time steps are 1 to 3"),
        ("go dz_2[7]", "dz_2 has no element [7]: its shape is (1, 2)"),
        ("go x_2", "x_2 is given to the pass, no operation makes it: `edit` changes it"),
        ("go h_0", "h_0 is given to the pass, no operation makes it: `edit` changes it"),
        ("time 0", "'0' is no time step: write 1 to 3"),
        ("time 4", "'4' is no time step: write 1 to 3"),
        ("time", "say which time step: write 1 to 3"),
        ("origin", "the result is made here: select an operand, or see `uses`"),
        ("origin W_xh", "W_xh was given to this pass: nothing in it makes it"),
        ("origin foo", "this operation reads no 'foo': there are W_xh, x_1, value"),
        ("use 2", "'2' is no use of it: write 1, the only one"),
        ("back", "there is nowhere to go back to: no jump led here"),
        ("ahead", "there is nowhere to go on to: `back` was not the last jump"),
        ("select foo[0]", "this operation reads no 'foo': there are W_xh, x_1, value"),
        ("select u_1[2]", "u_1 has no element [2]: its shape is (1, 2)"),
        ("select u_1[]", "'[]' is no element: write whole numbers, as in [3, 4]"),
        ("verify", "look up input at t = 1 is a forward operation: verify asks about gradients"),
        ("verify h_0[0]", "h_0 is given to the pass: verify its gradient, which is called dh_0"),
        ("verify loss", "mean is an operation of the loss: verify asks about gradients"),
        ("verify scale", "scale is an operation of the clipping: verify asks about gradients"),
        ("verify dW_hh", "dW_hh has the shape (2, 2): say which, as in dW_hh[0, 0]"),
        ("verify W_hh[0, 0]", "update W_hh is an operation of the update: verify asks about"),
        ("break norm(dh", "column 8 of the condition: "),
        ("break norm(dhh) < 1", "column 6 of the condition: there is no 'dhh' here"),
        ("unbreak 1", "there are no breakpoints"),
        ("continue", "there are no breakpoints: set one, as in: break norm(dh) < 1e-6"),
        ("reverse", "there are no breakpoints: set one, as in: break norm(dh) < 1e-6"),
        ("edit", "write what and its new value: edit W_hh[3, 4] = 0.5, edit x_3 = ' '"),
        ("edit W_hh[0, 0] =", "write what and its new value: edit W_hh[3, 4] = 0.5, edit x_3 ="),
        ("edit W_hh[0, 0] = x", "'x' is no number: write one such as 0.5 or -1e-3"),
        ("edit W_hh[0, 0] = nan", "nan is not finite: write a number such as 0.5 or -1e-3"),
        ("edit W_hh[0, 0] = 1e999", "'1e999' is too large for a number of 64 bits"),
        ("edit W_hh = 1", "W_hh has the shape (2, 2): say which, as in W_hh[0, 0]"),
        ("edit W_hh[2, 0] = 1", "W_hh has no element [2, 0]: its shape is (2, 2)"),
        ("edit x_1 = z", "the vocabulary has no symbol 'z': it has a b c"),
        ("edit x_9 = a", "no operation makes x_9: try h_1, dz_1, dW_hh, loss or p_1"),
        ("edit z_1[0] = 1", "z_1 is computed from what it reads: what can be edited is given"),
        ("edit dW_hh[0, 0] = 1", "dW_hh is computed from what it reads: what can be edited is"),
        ("edit f_T[0] = 1", "f_T is zero, for nothing comes after the window: what can be"),
        ("edit = 1", "u_1 is computed from what it reads: what can be edited is given"),
        ("undo", "there is nothing to undo: no number was edited, no fault planted"),
        ("redo", "there is nothing to redo: no change was taken back"),
        ("unedit 1", "there are no edits"),
        ("fault foo", "there is no such fault: write missing-dh, overwritten,"),
        ("row 2", "'2' is no row: write 1, the only one"),
        ("row", "say which row: write 1, the only one"),
        ("print all", "write print, or print full for every number of large arrays"),
        ("help frob", "there is no command 'frob': `help` lists them"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_and_nothing_has_happened(walk, line, said):
    assert complaint(walk, line).startswith(said)


def test_an_operation_whose_result_nothing_uses_says_so(walk):
    do(walk, "end")
    assert complaint(walk, "use") == "nothing in this pass uses the result"
    assert do(walk, "uses") == "nothing in this pass uses the result"


def test_uses_are_listed_with_their_numbers(walk):
    assert do(walk, "go h_1", "uses").split("\n")[:2] == [
        "5  readout, t = 1", "8  multiply state, t = 2, layer 0",
    ]  # fmt: skip


def test_a_number_is_selected_and_shown_with_all_its_digits(walk):
    assert do(walk, "select W_xh[0, 1]") == "W_xh[0, 1] = −0.40000000000000002"
    assert do(walk, "select x_1") == "x_1 = “a”"
    assert do(walk, "select value[1]").startswith("u_1[1] = ")
    assert do(walk, "turn", "select loss").startswith("loss = +1.")


def test_going_to_a_number_selects_it(walk):
    do(walk, "go dz_2[1]")
    assert walk.selected == (None, (0, 1))


@pytest.mark.parametrize(
    "name", ["dW_hh[1, 0]", "dh_0[1]", "dh_2[0]", "db_y[2]", "dW_xh^2[0, 1]", "dy_3[1]", "f_1[0]"]
)
def test_any_gradient_is_verified_by_its_name(walk, name):
    said = do(walk, f"verify {name}")
    assert said.startswith("✓ equal: ")
    assert said.count("+") + said.count("−") >= 2


def test_the_gradient_of_the_state_is_named_with_its_layer():
    with pytest.raises(StepperError, match=r"its gradient, which is called dh_0\^\(1\)$"):
        do(make_walk("ab", L=2), "verify h_0^(1)[0]")
    assert do(make_walk("ab", L=2), "verify dh_0^(1)[0]").startswith("✓ equal: ")


def test_a_gradient_that_a_fault_made_wrong_differs(walk):
    do(walk, "fault missing-dh")
    assert do(walk, "verify dW_hh[0, 0]").startswith("✗ DIFFERS: dW_hh[0, 0], backward ")


def test_a_gradient_that_is_no_number_is_neither(walk):
    do(walk, "edit W_hy[0, 0] = 1e308", "edit W_hy[1, 0] = 1e308", "edit h_2[0] = 9")
    assert do(walk, "verify dW_hh[0, 0]").startswith("✗ not finite: dW_hh[0, 0], backward ")


def test_a_sweep_says_how_each_array_fares(walk):
    lines = do(walk, "sweep").split("\n")
    assert lines[0].split()[:3] == ["array", "verdict", "verified"]
    assert [line.split()[0] for line in lines[1:]] == [
        "W_xh", "W_hh", "b_h", "W_hy", "b_y", "h_0",
    ]  # fmt: skip
    assert all("✓ equal" in line for line in lines[1:])
    assert "✗ DIFFERS" in do(walk, "fault transposed", "sweep")


def test_breakpoints_are_numbered_and_watched(walk):
    assert do(walk, "breaks").startswith("no breakpoints")
    assert do(walk, "break norm(h)<1") == "breakpoint 1: norm(h) < 1"
    assert do(walk, "break t = 2") == "breakpoint 2: t == 2"
    assert do(walk, "break norm( h ) < 1") == "breakpoint 1: norm(h) < 1"
    do(walk, "go h_1")
    first, second = do(walk, "break").split("\n")
    assert first.startswith("1  norm(h) < 1   holds here: norm(h) = ")
    assert second == "2  t == 2   not here: t = 1, not == 2"
    assert "does not ask about this" in do(walk, "start", "breaks")
    assert do(walk, "unbreak 1") == "removed: norm(h) < 1"
    assert complaint(walk, "unbreak 2") == "'2' is no breakpoint: write 1, the only one"
    assert do(walk, "unbreak all") == "no breakpoints"


def test_the_selected_number_is_edited_where_no_name_is_said(walk):
    do(walk, "go r_2", "select W_hh[1, 0]", "edit = 7")
    assert walk.trace.givens["layer0.W_hh"][1, 0] == 7
    do(walk, "select h_1[0]", "edit = 0.5", "go h_2", "select value[1]", "edit =0.25")
    assert [walk.trace[walk.base.places.hidden[t][0]].value[0, t] for t in (0, 1)] == [0.5, 0.25]


def test_the_selected_number_is_offered_as_edit_reads_it(walk):
    for chosen in ("W_xh[0, 0]", "x_1"):
        do(walk, f"select {chosen}")
        assert do(walk, f"edit = {selected_value(walk)}").endswith("already")


@pytest.mark.parametrize("symbol", ["#", "' '", "\\n", "\\\\", "=", "'", "b", "3"])
def test_any_symbol_can_be_read_or_aimed_at(symbol):
    walk = make_walk("a#\n \\='b3a")
    said = list(run_script(walk, [f"edit x_1 = {symbol}", f"edit target_1 = {symbol}", "edits"]))
    assert "x_1  “a” → “" in said[2]
    assert walk.trace.givens["x_1"] == walk.trace.givens["target_1"] != walk.window.inputs[0]


def test_anything_given_can_be_edited(walk):
    for line in ("edit h_0[0] = 1", "edit η = 0.25", "edit limit = 9", "edit b_y[2] = 1"):
        assert "operations changed" in do(walk, line)
    assert walk.trace.givens["state.layer0"][0, 0] == 1
    momentum = make_walk("abc", update=Update("adam", 0.1))
    assert "operations changed" in do(momentum, "edit mean.layer0.W_hh[0, 0] = 1")


def test_in_several_layers_an_edit_says_which_or_is_where_one_stands():
    walk = make_walk("hello", L=2)
    do(walk, "turn")
    assert complaint(walk, "edit W_hh[0, 0] = 1").endswith("write W_hh^(0) or W_hh^(1)")
    assert do(walk, "edit W_hh^(1)[0, 0] = 1").startswith("W_hh^(1)[0, 0]  ")
    assert do(walk, "go h_2^(1)", "edit b_h[0] = 1").startswith("b_h^(1)[0]  ")


def test_the_flow_is_one_line(walk):
    assert do(walk, "flow").startswith("layer 0: effective horizon ")


def test_the_flow_of_a_loss_that_is_not_finite_has_no_horizon(walk):
    assert "horizon not finite" in do(walk, "edit b_y[0] = 1.7e308", "flow")


def test_an_operation_is_printed_short_or_in_full():
    walk = make_walk("hello", H=9)
    short = do(walk, "go r_2", "print")
    assert "…" in short
    assert "…" not in do(walk, "print full")
    assert short.startswith("8/")


def test_where_says_where_the_walk_stands(walk):
    said = "38/69  backward  back through tanh, t = 2, layer 0:  dz_2 = dh_2 (1 − h_2²)"
    assert do(walk, "go dz_2", "where") == said


def test_help_lists_every_command_or_explains_one(walk):
    assert [line.split()[0] for line in do(walk, "help").split("\n")] == list(COMMANDS)
    assert do(walk, "help undo") == "undo  take the last change back, edit or fault"


def test_a_script_answers_line_by_line(walk):
    said = list(run_script(walk, ["\ufeff# a comment\n", "\n", "go h_1\n", "  select h_1[0]"]))
    assert said[0].startswith("1/69  forward  look up input")
    assert said[1] == "> go h_1"
    assert said[2].startswith("4/69  forward  tanh")
    assert said[3] == "> select h_1[0]"
    assert said[4].startswith("h_1[0] = ")


def test_a_script_stops_at_the_first_line_that_fails_and_names_it(walk):
    said = []
    with pytest.raises(StepperError, match=r"^line 2, 'time 9': '9' is no time step"):
        said.extend(run_script(walk, ["right", "time 9", "end"]))
    assert walk.index == 1


def test_what_a_script_holds_cannot_act_on_the_terminal(walk):
    with pytest.raises(StepperError) as caught:
        list(run_script(walk, ["go \x1b[2J\u202e"]))
    assert str(caught.value).isprintable()
