"""The screen of the stepper: there and back, at every size, while it plays and while it works."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator

import pytest

from rnn_tui.core.work import Task
from rnn_tui.stepping.errors import StepperError
from rnn_tui.stepping.tiny import tiny_window
from rnn_tui.tui import player
from rnn_tui.tui.screens.stepper_help import StepperHelp
from tests.tui.afresh import case, walk_afresh
from tests.tui.opened import SIZES
from tests.tui.stepping import Walking, small_window, stepping

WAYS = {"right": "left", "down": "up", "n": "N"}


async def _there_and_back(walk: Walking, key: str, most: int) -> None:
    pages = []
    for _ in range(most):
        pages.append((walk.view.index, walk.text))
        await walk.press(key)
        await walk.rest()
        if walk.view.index == pages[-1][0]:
            break
    for index, page in reversed(pages):
        with case(f"{key} at {index}"):
            if index != walk.view.index:
                await walk.press(WAYS[key])
            await walk.until(lambda index=index: walk.view.index == index)
            await walk.until(lambda page=page: walk.text == page)


@pytest.mark.parametrize(
    ("size", "parts"),
    [
        (SIZES[0], {"go y_3": 18, "go f_0": 20}),
        (SIZES[1], {"go p_3": 5}),
        (SIZES[2], {"go a_1": 8}),
    ],
)
async def test_forward_and_back_shows_the_identical_screens(size, parts) -> None:
    """On the smallest screen every kind of operation is walked through, up to the very last."""
    async with stepping(tiny_window(), size) as walk:
        await walk.do("edit W_hh[0, 1] = 0.7", "break norm(dh) > 0")
        for start, most in parts.items():
            await walk.do(start, "right", "left")
            await _there_and_back(walk, "right", most)


@pytest.mark.parametrize("key", ["down", "n"])
async def test_by_time_steps_and_by_kinds_too(key) -> None:
    async with stepping(small_window(layers=2)) as walk:
        await walk.do("go h_1^(1)", "up", "go h_1^(1)")
        await walk.do("select value[0, 5]", "right", "left")
        await _there_and_back(walk, key, 8)


@pytest.mark.parametrize("size", [(1, 1), (20, 5), (300, 80)])
async def test_every_size_shows_something_and_takes_keys(size) -> None:
    async with stepping(size=size) as walk:
        await _takes_keys(walk, size)


async def test_every_size_takes_keys_after_a_resize_too() -> None:
    async with stepping(size=(80, 24)) as walk:
        for size in ((5, 9), (40, 10), (300, 2), (2, 100)):
            with case(size):
                await walk.pilot.resize_terminal(*size)
                await walk.until(lambda size=size: len(walk.lines) == size[1])
                await _takes_keys(walk, size)


async def _takes_keys(walk: Walking, size: tuple[int, int]) -> None:
    await walk.press("right", "down", "t", "tab", "L", "i", "2", "3", "4", "f", "1", "i", "v")
    await walk.until(lambda: not walk.busy)
    await walk.write("where")
    for key in ("p", "question_mark", "V", "m"):
        await walk.press(key)
        await walk.until(lambda: not walk.alone)
        await walk.press("escape")
        await walk.until(lambda: walk.alone)
    assert len(walk.lines) == size[1]


async def test_after_resizes_the_screen_is_as_before() -> None:
    async with stepping(size=(80, 24)) as walk:
        await walk.do("go dz_5[0, 3]")
        fresh = walk.text
        for size in ((200, 50), (40, 10), (99, 28), (100, 27), (161, 41), (80, 24)):
            await walk.pilot.resize_terminal(*size)
            await walk.until("dz_5, unit 3" if size[1] > 20 else "dz_5 = ")
            await walk.until(lambda size=size: len(walk.lines) == size[1])
        await walk.until(lambda: walk.text == fresh)


async def test_a_resize_shows_what_happened_in_panes_that_were_hidden() -> None:
    async with stepping(size=(80, 24)) as walk:
        await walk.do("break t == 4", "go dW_hh^5", "edit h_0[2] = 0.5")
        await walk.pilot.resize_terminal(120, 35)
        await walk.until("t == 4")
        await walk.until("watches · 1 breakpoint · 1 edit")
        assert "part of dW_hh" in walk.text


async def test_one_pane_has_the_screen_until_f_gives_it_back() -> None:
    async with stepping() as walk:
        await walk.do("right", "left")
        fresh = walk.text
        await walk.press("3", "f")
        await walk.until("▸3 sums")
        assert "look up input" not in walk.text
        await walk.press("f", "1")
        await walk.until(lambda: walk.text == fresh)


@pytest.mark.parametrize(("key", "start", "end"), [("greater_than_sign", 0, 57), ("comma", 40, 0)])
async def test_it_plays_to_the_end_and_stops_there(monkeypatch, key, start, end) -> None:
    monkeypatch.setattr(player, "SPEEDS", (1000,) * 6)
    async with stepping(tiny_window()) as walk:
        end = end and len(walk.view.trace) - 1
        walk.screen.go(start)
        await walk.press(key)
        await walk.until(lambda: walk.view.index == end and not walk.view.playing)
        await walk.until(lambda: "▸▸" not in walk.text and "◂◂" not in walk.text)


STOPS: dict[str, Callable[[Walking], object]] = {
    "space": lambda walk: walk.alone,
    "question_mark": lambda walk: isinstance(walk.app.screen, StepperHelp),
    "colon": lambda walk: walk.screen.prompt.asking,
    "e": lambda walk: walk.screen.prompt.asking or "is computed" in walk.said,
}
"""What there is then. The "e" asks at a state, such as h_1, and refuses any other result."""


async def test_space_stops_the_play_and_a_window_above_too(monkeypatch) -> None:
    monkeypatch.setattr(player, "SPEEDS", (30,) * 6)
    async with stepping() as walk:
        for stop, there in STOPS.items():
            with case(stop):
                await walk_afresh(walk)
                await walk.press("greater_than_sign")
                await walk.until(lambda: walk.view.playing == 1)
                await walk.until("▸▸")
                await walk.press(stop)
                await walk.until(lambda there=there: not walk.view.playing and there(walk))
                above = not walk.alone or walk.screen.prompt.asking
                await walk.press("escape" if above else "left")
                await walk.until(lambda: walk.alone and not walk.screen.prompt.asking)


def _endless(begun: threading.Event) -> Generator[float, None, None]:
    while True:
        begun.set()
        yield 0.25


def _work(walk: Walking) -> threading.Event:
    begun = threading.Event()
    walk.screen.begin(Task("long work", _endless(begun), lambda _: "never"))
    return begun


async def test_long_work_shows_how_far_it_is_and_escape_gives_it_up() -> None:
    async with stepping() as walk:
        begun = _work(walk)
        await walk.until("long work  25%")
        await walk.press("right")
        await walk.until(lambda: walk.at == "forward r_t 1")  # the walk goes on meanwhile
        await walk.press("escape")
        await walk.until("long work: given up")
        assert begun.is_set()
        assert not walk.app._exit


async def test_meanwhile_no_other_work_is_begun_and_its_line_is_kept() -> None:
    async with stepping() as walk:
        _work(walk)
        await walk.press("colon")
        walk.line.value = "edit h_0[0] = 1"
        await walk.press("enter")
        await walk.until("still at work: long work; esc gives it up")
        assert walk.line.value == "edit h_0[0] = 1"
        await walk.press("escape")
        await walk.until(lambda: not walk.screen.prompt.asking)
        await walk.press("escape")
        await walk.rest()
        assert not walk.view.edits


async def test_work_that_fails_says_why_and_nothing_is_lost() -> None:
    def failing() -> Generator[float, None, None]:
        yield 0.0
        raise StepperError("this [bold]cannot[/] be done")

    async with stepping() as walk:
        await walk.do("go dz_3", "edit h_0[0] = 1")
        walk.screen.begin(Task("work", failing(), str))
        await walk.until("this [bold]cannot[/] be done")
        assert (walk.at, len(walk.view.edits)) == ("backward dz_t 3", 1)


async def test_two_keys_at_once_begin_one_work() -> None:
    async with stepping() as walk:
        await walk.do("go dz_3")
        assert walk.screen.do("verify")
        assert not walk.screen.do("verify dz_4[0, 0]")
        await walk.until("✓ equal: dz_3[0]")


@pytest.mark.parametrize("keys", [["escape"], ["q"], ["ctrl+c"], ["p", "ctrl+q"]])
async def test_it_is_left_whatever_goes_on(keys) -> None:
    async with stepping() as walk:
        if keys[-1].startswith("ctrl"):
            _work(walk)
        await walk.press(*keys)
        await walk.until(lambda: walk.app._exit)
        assert walk.app.return_code == 0
