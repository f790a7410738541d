"""Every key of the stepper, by what it does to the walk or to the screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest
from textual.binding import Binding

from rnn_tui.tui.screens.choice import ChoiceScreen
from rnn_tui.tui.screens.flow import FlowScreen
from rnn_tui.tui.screens.stepper_help import StepperHelp
from rnn_tui.tui.screens.stepper_keys import KEYS
from rnn_tui.tui.screens.sweep import SweepScreen
from tests.tui.afresh import case, walk_afresh
from tests.tui.stepping import Walking, small_window, stepping

Check = Callable[[Walking], object]


class Case(NamedTuple):
    """Commands that lead to where ``key`` is pressed, and what is so afterwards."""

    key: str
    check: Check
    before: str = ""


def at(place: str) -> Check:
    return lambda walk: walk.at == place


def above(kind: type, words: str = "") -> Check:
    return lambda walk: isinstance(walk.app.screen, kind) and words in walk.text


def asks(beginning: str) -> Check:
    return lambda walk: walk.screen.prompt.asking and walk.line.value == beginning


def says(words: str) -> Check:
    return lambda walk: words in " ".join(walk.text.split())


def chosen(operand: str | None, *element: int) -> Check:
    return lambda walk: walk.view.selected == (operand, element)


def shows(number: int) -> Check:
    return lambda walk: walk.screen.query_one("StepperBoard").current == number


def plays(direction: int) -> Check:
    return lambda walk: walk.view.playing == direction


def operation_pane(walk: Walking) -> str:
    """What stands in the pane of the operation."""
    return "\n".join(line[34:] for line in walk.lines[9:23])


def left(walk: Walking) -> bool:
    return walk.app._exit and walk.app.return_code == 0


NEXT = ("forward r_t 1", "forward u_t 1")
EDITED = "edit h_0[2] = 0.5"
CASES = (
    Case("right", at(NEXT[0])),
    Case("l", at(NEXT[0])),
    Case("left", at(NEXT[1]), "right"),
    Case("h", at(NEXT[1]), "right"),
    Case("down", at("forward u_t 2")),
    Case("j", at("forward u_t 2")),
    Case("up", at("forward u_t 1"), "down"),
    Case("k", at("forward u_t 1"), "down"),
    Case("question_mark", above(StepperHelp, "one operation on")),
    Case("f1", above(StepperHelp, "one operation on")),
    Case("escape", left),
    Case("q", left),
    Case("n", at("forward h_t 4"), "go h_3"),
    Case("N", at("forward h_t 2"), "go h_3"),
    Case("home", at("forward u_t 1"), "go dz_5"),
    Case("end", at("update b_y 0"), "go dz_5"),
    Case("t", at("loss loss 0")),
    Case("enter", at("backward dh_t 5"), "go dz_5; select dh_t"),
    Case("w", above(ChoiceScreen, "operations use h_t"), "go h_3"),
    Case("backspace", at("forward u_t 1"), "go dz_5"),
    Case("left_square_bracket", at("forward u_t 1"), "go dz_5"),
    Case("right_square_bracket", at("backward dz_t 5"), "go dz_5; back"),
    Case("tab", chosen("dh_t", 0, 0), "go dz_5"),
    Case("shift+tab", chosen("h_t", 0, 0), "go dz_5"),
    Case("shift+right", chosen(None, 0, 4), "go dz_5[0, 3]"),
    Case("L", chosen(None, 0, 4), "go dz_5[0, 3]"),
    Case("shift+left", chosen(None, 0, 2), "go dz_5[0, 3]"),
    Case("H", chosen(None, 0, 2), "go dz_5[0, 3]"),
    Case("shift+down", chosen(None, 3, 3), "go dW_hh^5[2, 3]"),
    Case("J", chosen(None, 3, 3), "go dW_hh^5[2, 3]"),
    Case("shift+up", chosen(None, 1, 3), "go dW_hh^5[2, 3]"),
    Case("K", chosen(None, 1, 3), "go dW_hh^5[2, 3]"),
    Case("i", lambda walk: "norm" not in operation_pane(walk)),
    Case("v", says("✓ equal: dz_5[3]"), "go dz_5[0, 3]"),
    Case("V", above(SweepScreen, "100% · done")),
    Case("e", asks("edit = 0"), "go r_1; select h_{t-1}"),
    Case("u", says("taken back: h_0[2]"), EDITED),
    Case("U", lambda walk: len(walk.view.edits) == 1, f"{EDITED}; undo"),
    Case("ctrl+r", lambda walk: len(walk.view.edits) == 1, f"{EDITED}; undo"),
    Case("E", above(ChoiceScreen, "h_0[2]  0 → 0.5"), EDITED),
    Case("b", asks("break ")),
    Case("B", above(ChoiceScreen, "norm(dh) > 0"), "break norm(dh) > 0"),
    Case("c", at("forward u_t 4"), "break t == 4"),
    Case("C", at("forward p_t 4"), "break t == 4; go u_6"),
    Case("p", above(ChoiceScreen, "none: the pass as it should be")),
    Case("m", above(FlowScreen, "effective horizon")),
    Case("g", asks("time ")),
    Case("r", asks("row ")),
    Case("space", plays(1)),
    Case("less_than_sign", plays(-1), "go dz_5"),
    Case("comma", plays(-1), "go dz_5"),
    Case("greater_than_sign", plays(1)),
    Case("full_stop", plays(1)),
    Case("plus", says("forwards, 8 operations a second")),
    Case("equals_sign", says("forwards, 8 operations a second")),
    Case("minus", says("forwards, 2 operations a second")),
    Case("f", lambda walk: not walk.screen.query_one("OperationList").display),
    Case("1", shows(1)),
    Case("2", shows(2)),
    Case("3", shows(3)),
    Case("4", shows(4)),
    Case("colon", asks("")),
)


LEAVING = ("escape", "q")
INSIDE = [case for case in CASES if case.key not in LEAVING]


@pytest.mark.parametrize("part", range(2))
async def test_every_key_does_what_it_says(part) -> None:
    async with stepping() as walk:
        for one in INSIDE[part::2]:
            with case(one.key):
                await walk_afresh(walk, *filter(None, one.before.split("; ")))
                assert one.key.isdecimal() or not one.check(walk)
                await walk.press(one.key)
                await walk.until(lambda one=one: one.check(walk))


@pytest.mark.parametrize("key", LEAVING)
async def test_a_key_leaves(key) -> None:
    async with stepping() as walk:
        assert not left(walk)
        await walk.press(key)
        await walk.until(lambda: left(walk))


def test_no_key_is_without_a_test() -> None:
    keys = {binding.key for binding in Binding.make_bindings(KEYS)}
    assert keys == {case.key for case in CASES}


async def test_e_says_at_once_what_cannot_be_edited() -> None:
    reasons = {"right": "r_1 is computed from what it reads", "go dz_3": "dz_3 is computed"}
    async with stepping() as walk:
        for place, reason in reasons.items():
            with case(place):
                await walk.do(place)
                await walk.press("e")
                await walk.until(reason)
                await walk.until(lambda: says("tab selects another operand")(walk))
                assert not walk.screen.prompt.asking


async def test_a_symbol_is_offered_in_quotes_and_what_is_typed_replaces_it() -> None:
    offers = {"go u_4": "edit = ' '", "go u_5": "edit = '漢'", "go u_6": "edit = '\\n'"}
    async with stepping() as walk:
        for place, offered in offers.items():
            with case(place):
                await walk_afresh(walk, place, "select x_t")
                await walk.press("e")
                assert walk.line.value == offered
                await walk.press("d", "enter")
                await walk.until("→ “d”")
                assert len(walk.view.edits) == 1


async def test_what_is_edited_is_undone_and_done_again() -> None:
    async with stepping() as walk:
        fresh = walk.view.trace.loss
        await walk.do("go h_3[2]")
        await walk.press("e", *"0.25", "enter")
        await walk.until(lambda: walk.view.edits)
        edited = walk.view.trace.loss
        assert edited != fresh
        await walk.press("u")
        await walk.until(lambda: walk.view.trace.loss == fresh)
        await walk.press("U")
        await walk.until(lambda: walk.view.trace.loss == edited)


async def test_the_keys_work_on_a_batch_and_r_chooses_another_row() -> None:
    async with stepping(small_window(rows=2)) as walk:
        await walk.until("row 1 of 2")
        first = walk.view.trace.loss
        await walk.press("r", "2", "enter")
        await walk.until("row 2 of 2")
        assert walk.view.window.row == 1
        assert walk.view.trace.loss != first
        await walk.press("r", "3", "enter")
        await walk.until("write 1 to 2")
