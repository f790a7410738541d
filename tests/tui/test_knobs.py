"""The knobs on the dashboard: turned, refused, turned back."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Input, OptionList

from rnn_tui.training.knob_messages import KnobsListed, KnobState, Turn, Undo
from rnn_tui.training.protocol import Event
from rnn_tui.tui.screens.knobs import KnobsScreen, turned_since
from tests.tui.local_client import Opened, watching
from tests.tui.opened import until


async def _opened(opened: Opened, pilot) -> None:
    await pilot.press("k")
    await until(pilot, lambda: isinstance(opened.app.screen, KnobsScreen))
    await until(pilot, lambda: "enter turns" in opened.text)


async def _choose(pilot, place: int) -> None:
    for _ in range(place):
        await pilot.press("down")
    await pilot.press("enter")


async def _write(pilot, value: str) -> None:
    await pilot.press("ctrl+u", "ctrl+k", *value, "enter")


async def test_every_knob_is_listed_with_its_value(tmp_path: Path) -> None:
    async with watching(tmp_path, paused=True, clip=0.75) as (opened, pilot):
        await _opened(opened, pilot)
        await until(pilot, lambda: "norm limit" in opened.text and "0.75" in opened.text)
        for words in ("learning rate", "0.003", "schedule", "constant", "window", "16"):
            assert words in opened.text


async def test_a_knob_is_turned_by_a_value_that_is_written(tmp_path: Path) -> None:
    async with watching(tmp_path, paused=True) as (opened, pilot):
        await _opened(opened, pilot)
        await _choose(pilot, 2)
        await _write(pilot, "0.5")
        await until(pilot, lambda: "norm limit 1 → 0.5" in opened.text)
        assert opened.run.session.trainer.knobs.clip == 0.5
        await _choose(pilot, 2)
        await _write(pilot, "24")
        await until(pilot, lambda: opened.run.session.trainer.knobs.window == 24)
        assert opened.client.asked(Turn)[-1] == Turn("window", "24")


async def test_what_cannot_be_is_refused_in_words_and_the_old_value_stays(tmp_path: Path) -> None:
    async with watching(tmp_path, paused=True) as (opened, pilot):
        await _opened(opened, pilot)
        await _choose(pilot, 1)
        await _write(pilot, "spiral")
        await until(pilot, lambda: "one of constant, step, cosine" in opened.text)
        assert opened.run.session.trainer.knobs.schedule == "constant"
        await _write(pilot, "cosine 900")
        await until(pilot, lambda: "constant → cosine 900" in opened.text)


async def test_undo_asks_first_and_goes_back(tmp_path: Path) -> None:
    async with watching(tmp_path, paused=True, trained=7) as (opened, pilot):
        opened.run.session.turn("clip", 0.5)
        opened.run.rest()
        for _ in range(5):
            opened.run.session.step_once()
        opened.run.rest()
        await _opened(opened, pilot)
        await pilot.press("u")
        await until(pilot, lambda: "go back to step 7, before norm limit 1" in opened.text)
        await pilot.press("escape", "y")
        assert opened.client.asked(Undo) == []
        await pilot.press("u", "y")
        await until(pilot, lambda: "from step 12 back to step 7" in opened.text)
        assert opened.run.session.trainer.step_number == 7
        assert opened.run.session.trainer.knobs.clip == 1
        await pilot.press("escape")
        history = opened.dashboard.frame.history
        await until(pilot, lambda: opened.app.screen is opened.dashboard)
        await until(pilot, lambda: history.loss.last_step == 7)


async def test_there_may_be_nothing_to_undo(tmp_path: Path) -> None:
    async with watching(tmp_path, paused=True) as (opened, pilot):
        await _opened(opened, pilot)
        await pilot.press("u", "y")
        await until(pilot, lambda: "no knob was turned" in opened.text)
        assert opened.client.asked(Undo) == []


async def test_letters_are_letters_while_a_value_is_written(tmp_path: Path) -> None:
    async with watching(tmp_path, paused=True) as (opened, pilot):
        await _opened(opened, pilot)
        await _choose(pilot, 0)
        await pilot.press("u", "k", "q")
        assert isinstance(opened.app.screen, KnobsScreen)
        await pilot.press("escape", "escape")
        await until(pilot, lambda: opened.app.screen is opened.dashboard)


async def test_the_limit_that_is_in_force_is_the_line_of_the_chart(tmp_path: Path) -> None:
    async with watching(tmp_path, paused=True, trained=30, clip=0.45) as (opened, pilot):
        await pilot.press("6", "f")
        await until(pilot, lambda: "clip 0.450" in opened.text)
        opened.run.session.turn("clip", 0.4)
        await until(pilot, lambda: "clip 0.400" in opened.text and "clip 0.450" not in opened.text)
        opened.run.session.turn("clip", 0)
        await until(pilot, lambda: "norm · not clipped" in opened.text)


async def test_the_smallest_status_line_has_a_limit_that_was_turned(tmp_path: Path) -> None:
    size = (80, 24)
    async with watching(tmp_path, size, paused=True, trained=30, clip=1) as (opened, pilot):
        await until(pilot, lambda: "char/s" in opened.lines[1])
        assert "clip" not in opened.lines[1]
        opened.run.session.turn("clip", 0.25)
        await until(pilot, lambda: "lr 0.003" in opened.lines[1] and "clip 0.25" in opened.lines[1])
        opened.run.session.turn("clip", 0)
        await until(pilot, lambda: "clip none" in opened.lines[1])


async def test_a_number_may_be_typed_at_once(tmp_path: Path) -> None:
    async with watching(tmp_path, paused=True) as (opened, pilot):
        await _opened(opened, pilot)
        await pilot.press("down", "down", *"0.25", "enter")
        await until(pilot, lambda: "norm limit 1 → 0.25" in opened.text)
        await pilot.press("9", "escape")
        await until(pilot, lambda: isinstance(opened.app.focused, OptionList))
        assert opened.app.screen.query_one(Input).value == "0.25"


def _knob(step: int, name: str, before: str, after: str) -> Event:
    return Event(step, step, "knob", "", name, before, after)


def test_what_going_back_turns_back_is_each_knob_that_will_be_another() -> None:
    states = (KnobState(name, name.upper(), "1", "", "") for name in ("clip", "window", "rate"))
    listed = KnobsListed(tuple(states), 7)
    turns = [("window", "16", "32"), ("clip", "1", "2"), ("clip", "2", "3"), ("window", "32", "16")]
    events = [_knob(6, "rate", "1", "2"), *(_knob(7 + i, *turn) for i, turn in enumerate(turns))]
    assert turned_since(events, 7, listed) == "CLIP 1 → 3"
    assert turned_since([], 7, listed) == ""
