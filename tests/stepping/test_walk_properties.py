from __future__ import annotations

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_tui.core.faults import FAULTS
from rnn_tui.stepping.commands import COMMANDS
from rnn_tui.stepping.commands_changing import selected_value
from rnn_tui.stepping.errors import StepperError
from rnn_tui.stepping.typed import write_symbol
from rnn_tui.text.visible import visible_line

from .walks import do, numbers_of, shown, walks

OPPOSITE = {"right": "left", "left": "right", "down": "up", "up": "down", "next": "previous"}
OPPOSITE |= {"previous": "next"}


@given(walks(), st.sampled_from([*OPPOSITE]), st.data())
def test_as_many_moves_back_show_the_identical_stop(walk, move, data):
    start = data.draw(st.integers(1, len(walk.trace)))
    do(walk, f"go {start}")
    element = data.draw(st.tuples(st.integers(0, 3), st.integers(0, 3)))
    walk.select(data.draw(st.sampled_from([None, *walk.operation.operands])), element)
    before, most = [shown(walk)], data.draw(st.integers(0, 40))
    while len(before) <= most and moved(walk, move):
        before.append(shown(walk))
    for expected in before[-2::-1]:
        do(walk, OPPOSITE[move])
        assert shown(walk) == expected


def moved(walk, move):
    """Make a move; whether it led anywhere."""
    index = walk.index
    try:
        do(walk, move)
    except StepperError:
        return False
    return walk.index != index


@given(walks(), st.sampled_from([*OPPOSITE]), st.integers(1, 20), st.data())
def test_many_moves_at_once_are_as_many_single_ones(walk, move, count, data):
    start = data.draw(st.integers(1, len(walk.trace)))
    do(walk, f"go {start}")
    if sum(moved(walk, move) for _ in range(count)) == count:
        single = shown(walk)
        do(walk, f"go {start}", f"{move} {count}")
        assert shown(walk) == single


@st.composite
def changes(draw, walk):
    """A change that can be made: of a given number, a symbol, a hidden state, or a fault."""
    kind = draw(st.sampled_from(["given", "symbol", "state", "fault"]))
    if kind == "fault":
        return f"fault {draw(st.sampled_from([*FAULTS, 'off']))}"
    if kind == "symbol":
        name = draw(st.sampled_from(["x", "target"]))
        symbol = draw(st.integers(0, len(walk.window.vocabulary) - 1))
        t = draw(st.integers(1, walk.window.steps))
        return f"edit {name}_{t} = {write_symbol(symbol, walk.window.vocabulary)}"
    H, layers = walk.window.state[0].shape[1], len(walk.window.state)
    layer, unit = draw(st.integers(0, layers - 1)), draw(st.integers(0, H - 1))
    value = draw(st.floats(-2, 2))
    name = f"h_{draw(st.integers(1, walk.window.steps))}"
    if kind == "given":
        name = draw(st.sampled_from(["b_h", "h_0", "W_hh"]))
    index = f"{unit}, {unit}" if name == "W_hh" else f"{unit}"
    return f"edit {name}^({layer})[{index}] = {value!r}"


@settings(max_examples=30)
@given(walks(), st.data())
def test_undoing_every_change_gives_the_very_same_pass_back_and_redo_likewise(walk, data):
    base, states = walk.trace, [(walk.view().edits, walk.fault, numbers_of(walk))]
    for _ in range(data.draw(st.integers(1, 4))):
        if "already" not in (said := do(walk, data.draw(changes(walk)))) and said[:8] != "no fault":
            states.append((walk.view().edits, walk.fault, numbers_of(walk)))
    for edits, fault, numbers in states[-2::-1]:
        do(walk, "undo")
        assert (walk.view().edits, walk.fault, numbers_of(walk)) == (edits, fault, numbers)
    assert walk.trace is base
    assert (walk.view().changed, walk.view().base) == (frozenset(), None)
    for edits, fault, numbers in states[1:]:
        do(walk, "redo")
        assert (walk.view().edits, walk.fault, numbers_of(walk)) == (edits, fault, numbers)


@settings(max_examples=30)
@given(walks(), st.data())
def test_after_changes_what_is_not_marked_is_the_same_and_moves_are_exact(walk, data):
    base = walk.trace
    for _ in range(data.draw(st.integers(1, 3))):
        do(walk, data.draw(changes(walk)))
    for new, old in zip(walk.trace, base, strict=True):
        if new.index in walk.view().changed:
            assert new is not old
        else:
            assert new.formula == old.formula
            assert new.value.tobytes() == old.value.tobytes()
    do(walk, f"go {data.draw(st.integers(1, len(base) - 1))}")
    before = shown(walk)
    do(walk, "right", "left")
    assert shown(walk) == before


@given(walks(), st.lists(st.tuples(st.sampled_from(["jump", "back", "ahead"]), st.integers(1, 15))))
def test_back_and_ahead_go_through_the_jumps_like_a_browser(walk, acts):
    pages, at = [0], 0
    for act, number in acts:
        if act == "jump" and walk.index != number:
            del pages[at + 1 :]
            pages.append(number)
            at += 1
            walk.jump(number)
        elif act == "back" and at:
            at -= 1
            do(walk, "back")
        elif act == "ahead" and at < len(pages) - 1:
            at += 1
            do(walk, "ahead")
        assert walk.index == pages[at]


NAMES = st.sampled_from(
    ["W_hh", "h_1", "x_1", "target_1", "dz_2", "dh_0", "dW_hh", "loss", "η", "T·B", "limit", "f_T",
     "layer0.b_h", "dlayer0.W_hh", "value", "h_0^(0)", "b_y", "all", "off", "transposed", "norm"]
)  # fmt: skip
NUMBERS = st.sampled_from(["0", "1", "2", "-1", "9" * 5000, "nan", "inf", "1e308", "1e-320", "٣"])
PIECES = st.one_of(
    NAMES,
    NUMBERS,
    st.sampled_from(
        ["[", "]", "[]", "[0]", "[0, 0]", "[1,", "=", "==", "<", "(", "^(1)", "'", "#"]
    ),
    st.sampled_from([*COMMANDS]),
    st.text(max_size=4),
)
LINES = st.one_of(
    st.text(),
    st.builds(
        lambda verb, rest: f"{verb} {' '.join(rest)}",
        st.sampled_from([*COMMANDS]),
        st.lists(PIECES, max_size=4),
    ),
    st.builds("edit {}{} = {}".format, NAMES, st.sampled_from(["", "[0]", "[0, 0]"]), NUMBERS),
    st.builds("break {}({}) < {}".format, st.sampled_from(["norm", "max"]), NAMES, NUMBERS),
    st.builds("{} {}[0]".format, st.sampled_from(["go", "select", "verify"]), NAMES),
)


@settings(max_examples=150)
@given(walks(), st.lists(LINES, min_size=1, max_size=8))
def test_no_command_does_anything_but_what_it_says_or_say_why_not(walk, lines):
    for line in lines:
        before, refused = shown(walk), ""
        try:
            said = do(walk, line)
        except StepperError as error:
            said = refused = str(error)
        assert all(visible_line(part) == part for part in said.split("\n"))
        if refused:
            assert shown(walk) == before
            assert "\n" not in refused
            assert len(refused) < 400
        with suppress(StepperError):
            assert selected_value(walk)
