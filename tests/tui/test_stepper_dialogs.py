"""What the stepper lists or shows in a window of its own."""

from __future__ import annotations

from textual.widgets import DataTable, OptionList

from rnn_tui.core.faults import FAULTS
from rnn_tui.core.flow import DEFINITIONS
from rnn_tui.stepping.commands import COMMANDS
from rnn_tui.stepping.explanations import GLOSSARY
from rnn_tui.tui.screens.choice import ChoiceScreen
from rnn_tui.tui.screens.flow import FlowScreen
from rnn_tui.tui.screens.help import keys_of
from rnn_tui.tui.screens.stepper_help import StepperHelp
from tests.tui.afresh import case, walk_afresh
from tests.tui.stepping import Walking, small_window, stepping


async def _listed(walk: Walking) -> OptionList:
    await walk.until(lambda: isinstance(walk.app.screen, ChoiceScreen))
    return walk.app.screen.query_one(OptionList)


async def test_w_lists_the_uses_and_enter_goes_to_the_chosen_one() -> None:
    async with stepping() as walk:
        await walk.do("go h_3")
        uses = walk.stepper.uses(None)
        await walk.press("w")
        listed = await _listed(walk)
        assert listed.option_count == len(uses) > 2
        await walk.press("down", "j", "k", "enter")
        await walk.until(lambda: walk.alone and walk.view.index == uses[1])
        await walk.press("backspace")
        await walk.until(lambda: walk.at == "forward h_t 3")


async def test_enter_on_what_was_given_lists_its_uses_and_the_last_result_has_none() -> None:
    async with stepping() as walk:
        await walk.do("select W_xh")
        await walk.press("enter")
        await walk.until("operations use W_xh")
        await walk_afresh(walk)
        await walk.press("end", "w")
        await walk.until("nothing uses this result: here the pass ends")


async def test_p_plants_each_fault_and_takes_it_away_again() -> None:
    async with stepping() as walk:
        for number, name in enumerate(FAULTS, start=1):
            with case(name):
                await walk.press("p")
                await _listed(walk)
                await walk.press(*["down"] * number, "enter")
                await walk.until(lambda name=name: walk.view.fault == name)
                assert walk.view.wrong is not None
                await walk.until(f"✗ {name}")
                await walk.press("p")
                assert (await _listed(walk)).highlighted == number
                await walk.press("home", "enter")
                await walk.until(lambda: walk.alone and walk.view.fault is None)


async def test_the_list_of_edits_takes_back_the_chosen_one() -> None:
    async with stepping() as walk:
        await walk.press("E")
        await walk.until("nothing is edited")
        await walk.do("edit h_0[1] = 0.5", "edit h_0[2] = 0.25")
        await walk.press("E")
        await _listed(walk)
        await walk.press("enter")
        await walk.until(lambda: [edit.element for edit in walk.view.edits] == [(0, 2)])


async def test_the_list_of_breakpoints_removes_the_chosen_one() -> None:
    async with stepping() as walk:
        await walk.press("B")
        await walk.until("no breakpoints: b sets one")
        await walk.do("break t == 4", "break norm(dh) < 1e-6")
        await walk.press("B")
        await _listed(walk)
        await walk.press("down", "enter")
        await walk.until(lambda: [str(one) for one in walk.stepper.breakpoints] == ["t == 4"])


async def test_escape_closes_a_list_and_nothing_happens() -> None:
    async with stepping() as walk:
        await walk.press("p")
        await _listed(walk)
        await walk.press("down", "escape")
        await walk.until(lambda: walk.alone)
        assert walk.view.fault is None


async def test_the_sweep_goes_to_the_worst_number_of_an_array() -> None:
    async with stepping() as walk:
        for number, gradient in ((1, "dW_hh"), (5, "f_{t-1}")):
            with case(gradient):
                await walk_afresh(walk)
                await walk.press("V")
                await walk.until("100% · done")
                table = walk.app.screen.query_one(DataTable)
                assert table.row_count == 6
                assert "DIFFERS" not in walk.text
                await walk.press(*["j"] * number, "enter")
                await walk.until(lambda: walk.alone and walk.view.verification is not None)
                assert walk.view.operation.symbol == gradient
                assert walk.view.selected.element == walk.view.verification.element


async def test_the_sweep_finds_what_a_fault_made_wrong() -> None:
    async with stepping() as walk:
        await walk.do("fault overwritten")
        await walk.press("V")
        await walk.until("100% · done")
        await walk.until("DIFFERS")
        wrong = [line for line in walk.lines if "DIFFERS" in line]
        assert len(wrong) == 1
        assert "b_h" in wrong[0]


async def test_a_sweep_that_was_stopped_is_begun_anew() -> None:
    async with stepping(small_window(H=48)) as walk:
        await walk.press("V")
        await walk.until(lambda: walk.screen.sweep.progress is not None)
        await walk.press("x")
        await walk.until(lambda: not walk.screen.sweep.running)
        await walk.until(lambda: "stopped" in walk.text or "done" in walk.text)
        await walk.press("escape")
        await walk.until(lambda: walk.alone)
        await walk.press("V")
        await walk.until("100% · done")


async def test_a_sweep_of_before_an_edit_is_not_shown_after_it() -> None:
    async with stepping() as walk:
        await walk.press("V")
        await walk.until("100% · done")
        known = walk.screen.sweep.progress
        await walk.press("escape")
        await walk.do("edit h_0[1] = 0.5")
        await walk.press("V")
        await walk.until("100% · done")
        assert walk.screen.sweep.progress is not known


async def test_the_map_of_the_flow_has_its_three_panes_and_closes() -> None:
    async with stepping() as walk:
        await walk.press("m")
        await walk.until(lambda: isinstance(walk.app.screen, FlowScreen))
        await walk.until("credit ‖dL_t/dh_s‖")
        await walk.press("tab", "tab", "f1")
        await walk.until("gradient norm")
        await walk.press("escape")
        await walk.until(lambda: isinstance(walk.app.screen, FlowScreen))
        await walk.press("escape")
        await walk.until(lambda: walk.alone)
        await walk.until("effective horizon")


async def test_the_map_of_the_flow_says_what_was_done_to_the_pass() -> None:
    async with stepping() as walk:
        await walk.do("edit h_0[1] = 0.5", "fault missing-dh")
        await walk.press("m")
        await walk.until("· edited")
        await walk.until("fault: missing-dh; ‖dL/dh_t‖ is that of the faulty pass")


async def test_the_help_holds_keys_commands_and_every_term() -> None:
    async with stepping(size=(120, 400)) as walk:
        await walk.press("question_mark")
        await walk.until(lambda: isinstance(walk.app.screen, StepperHelp))
        await walk.until("what the words mean")
        shown = " ".join(walk.text.replace("│", " ").split())
        for term in (*GLOSSARY, *DEFINITIONS, *(command.usage for command in COMMANDS.values())):
            assert term in shown


async def test_the_help_scrolls_and_closes() -> None:
    async with stepping(size=(80, 24)) as walk:
        for key in ("escape", "q", "enter", "f1", "question_mark"):
            with case(key):
                await walk.press("question_mark")
                await walk.until("one operation on")
                if key == "escape":
                    await walk.press(*["j"] * 5)
                    await walk.until(lambda: "one operation on" not in walk.text)
                    await walk.press(*["k"] * 5)
                    await walk.until("one operation on")
                await walk.press(key)
                await walk.until(lambda: walk.alone)


async def test_an_explanation_that_wraps_keeps_its_indent() -> None:
    async with stepping(size=(80, 24)) as walk:
        await walk.press("p")
        await walk.until("The gradient dh is forgotten")
        below = [line[2:] for line in walk.lines if line.startswith("│ ") and "none:" not in line]
        titles = {fault.title for fault in FAULTS.values()}
        assert all(line[:3] == "   " or line.rstrip("│ ") in titles for line in below)


async def test_the_palette_and_the_help_list_an_action_once_and_in_the_order_of_use() -> None:
    async with stepping() as walk:
        titles = [command.title for command in walk.app.get_system_commands(walk.screen)]
        assert len(titles) == len(set(titles))
        assert "Copy selected text" not in titles
        listed = [key.does for key in keys_of(walk.screen)]
        operand = listed.index("select the next operand, last the result")
        assert listed.index("forth again") < operand < listed.index("the next number of the array")


async def test_what_everybody_needs_stands_at_the_bottom_of_a_small_terminal() -> None:
    async with stepping(size=(80, 24)) as walk:
        for key in ("?", "esc leave", ": command", "v verify", "e edit", "p fault"):
            assert key in walk.lines[-1], key
