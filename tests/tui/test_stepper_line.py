"""The line of the stepper in which commands are written."""

from __future__ import annotations

import random

import pytest
from textual import events
from textual.command import CommandList

from rnn_tui.tui.screens.choice import ChoiceScreen
from rnn_tui.tui.screens.flow import FlowScreen
from rnn_tui.tui.screens.stepper_help import StepperHelp
from rnn_tui.tui.screens.sweep import SweepScreen
from rnn_tui.tui.terminal_app import Palette
from tests.tui.stepping import small_window, stepping


async def test_a_wrong_command_stays_to_be_mended() -> None:
    async with stepping() as walk:
        await walk.write("tiem 3")
        await walk.until("there is no command 'tiem': did you mean time?")
        assert walk.screen.prompt.asking
        assert walk.line.value == "tiem 3"
        walk.line.value = "time 3"
        await walk.press("enter")
        await walk.until(lambda: walk.at == "forward u_t 3")
        assert not walk.screen.prompt.asking
        assert "tiem" not in walk.text


@pytest.mark.parametrize(
    ("line", "column", "under"),
    [
        ("break norm(dh) < foo", 12, "foo"),
        ("  break   norm(dh) <", 11, ""),
        ("break 1 ? 2", 3, "? 2"),
    ],
)
async def test_the_cursor_goes_to_where_a_condition_is_wrong(line, column, under) -> None:
    async with stepping(size=(80, 24)) as walk:
        await walk.write(line)
        await walk.until(f"column {column} of the condition: ")
        assert walk.line.value[walk.line.cursor_position :] == under
        assert not walk.view.breakpoints


async def test_a_long_complaint_can_be_read_to_its_end() -> None:
    async with stepping(size=(80, 24)) as walk:
        await walk.write("break norm(dh) < foo")
        await walk.until("column 12")
        said = walk.screen.prompt.query_one("#said")
        assert said.virtual_size.height <= said.size.height


async def test_up_and_down_go_through_what_was_written_and_come_back_to_the_draft() -> None:
    async with stepping() as walk:
        for line in ("time 3", "go dz_2"):
            await walk.write(line)
        await walk.press("colon", *"where")
        seen = []
        for key in ("up", "up", "up", "down", "down", "down"):
            await walk.press(key)
            seen.append(walk.line.value)
        assert seen == ["go dz_2", "time 3", "time 3", "go dz_2", "where", "where"]
        assert walk.at == "backward dz_t 2"


@pytest.mark.parametrize("keys", [["escape"], ["enter"]])
async def test_an_empty_line_is_left(keys) -> None:
    async with stepping() as walk:
        await walk.press("colon", *keys)
        await walk.until(lambda: not walk.screen.prompt.asking)
        await walk.press("right")
        await walk.until(lambda: walk.at == "forward r_t 1")


async def test_escape_leaves_the_line_and_not_the_stepper() -> None:
    async with stepping() as walk:
        await walk.press("b", *"norm", "escape")
        await walk.until(lambda: not walk.screen.prompt.asking)
        assert walk.alone
        assert not walk.app._exit
        assert not walk.view.breakpoints


@pytest.mark.parametrize(
    ("line", "kind"), [("help", StepperHelp), ("sweep", SweepScreen), ("flow", FlowScreen)]
)
async def test_what_answers_with_a_table_opens_the_window_of_the_key(line, kind) -> None:
    async with stepping(size=(80, 24)) as walk:
        await walk.write(line)
        await walk.until(lambda: isinstance(walk.app.screen, kind))
        await walk.press("escape")
        await walk.until(lambda: walk.alone and not walk.screen.prompt.asking)


async def test_an_answer_of_many_lines_has_a_window_of_its_own() -> None:
    async with stepping() as walk:
        await walk.write("print")
        await walk.until(lambda: isinstance(walk.app.screen, ChoiceScreen))
        await walk.press("down", "j", "k", "escape")
        await walk.until(lambda: walk.alone)
        assert walk.at == "forward u_t 1"


async def test_nothing_that_is_written_acts_on_the_terminal() -> None:
    async with stepping() as walk:
        await walk.write("go [bold]\x1b]0;owned\x07[/]")
        await walk.until("[bold]")
        assert "\x1b" not in walk.text


KEYS = (
    *"abcdefghijklmnopqrstuvwxyzBCEHJKLNUV0123456789[]()=<>.,+-'\" _^\\漢{}*/!?@#$%&|~`;",
    *("up", "down", "left", "right", "home", "end", "tab", "shift+tab", "enter", "escape"),
    *("backspace", "delete", "space", "colon", "ctrl+r", "f1", "pageup", "pagedown", "ctrl+w"),
)
LEAVING = {"escape", "q"}


async def test_keys_at_random_never_end_it() -> None:
    order = random.Random(3)
    async with stepping(small_window(T=4, H=3), size=(80, 24)) as walk:
        for _ in range(400):
            key = order.choice(KEYS)
            if not (key in LEAVING and walk.alone and not walk.screen.prompt.asking):
                await walk.press(key)
        await walk.rest()
        assert not walk.app._exit


async def test_lines_at_random_are_refused_in_words() -> None:
    order = random.Random(4)
    words = [
        "edit",
        "break",
        "go",
        "time",
        "select",
        "verify",
        "fault",
        "row",
        "unedit",
        "=",
        "[",
        "]",
    ]
    words += [
        "W_hh",
        "dz_3",
        "0",
        "-1",
        "9" * 30,
        "nan",
        "(",
        ")",
        "<",
        "norm",
        "x_1",
        "'",
        "\\n",
        "漢",
    ]
    async with stepping(small_window(T=4, H=3), size=(80, 24)) as walk:
        for _ in range(150):
            walk.screen.do(" ".join(order.choices(words, k=order.randint(1, 5))))
            await walk.rest()
        assert walk.alone
        assert walk.stepper.view().trace.loss > 0


async def test_what_is_typed_in_one_burst_goes_into_the_line() -> None:
    async with stepping() as walk:
        for key in ("colon", *"row q?", "enter"):
            walk.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await walk.until("'q?' is no row")
        assert walk.alone
        assert walk.line.value == "row q?"


async def test_escape_does_not_lose_edits_without_a_word() -> None:
    async with stepping() as walk:
        await walk.do("edit W_hh[2, 3] = 0.9")
        await walk.press("escape")
        await walk.until("the edits would be lost")
        await walk.press("right", "escape")
        await walk.until("the edits would be lost")
        assert walk.alone
        await walk.press("escape")
        await walk.until(lambda: not walk.app.is_running)


async def test_a_page_key_before_the_palette_has_its_list_does_nothing() -> None:
    async with stepping() as walk:
        await walk.press("ctrl+p")
        await walk.until(lambda: isinstance(walk.app.screen, Palette))
        listed = walk.app.screen.query_one(CommandList)
        await walk.until(lambda: listed.option_count)
        listed._index_to_line.clear()  # not laid out yet
        await walk.press("pagedown", "escape")
        await walk.until(lambda: walk.alone)
