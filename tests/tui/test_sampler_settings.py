"""The settings of the sampler: each by its field, by mouse and keys; what is none is refused."""

from __future__ import annotations

import math

import pytest

from rnn_tui.core.sampling import distribution
from rnn_tui.tui.widgets.sampler.controls import FIELDS, Controls
from tests.tui.afresh import case
from tests.tui.sampling import Sampling, sampling


def controls(s: Sampling) -> Controls:
    return s.screen.query_one(Controls)


async def typed(s: Sampling, name: str, text: str) -> None:
    """Type a setting in its field."""
    controls(s).enter(name)
    controls(s).field(name).value = text
    await s.press("enter")


ACCEPTED = [
    ("temperature", "1.25", 1.25),
    ("temperature", "0", 0.0),
    ("temperature", "7", 7.0),
    ("temperature", "inf", math.inf),
    ("temperature", "1e-300", 1e-300),
    ("top-k", "3", 3),
    ("top-p", "0.5", 0.5),
    ("seed", "12345678901", 12345678901),
    ("length", "7", 7),
    ("stop-at", "\\n", "\n"),
]


async def test_every_field_sets_its_setting() -> None:
    async with sampling() as s:
        for name, text, value in ACCEPTED:
            with case((name, text)):
                await s.anew()
                await typed(s, name, text)
                key = name.replace("-", "_")
                await s.until(lambda: getattr(s.view.settings, key) == value)  # noqa: B023
                await s.carry_out()
                assert controls(s).field(name).value == text


REFUSED = [
    ("temperature", "", "temperature must be a number, not nothing"),
    ("temperature", "-1", "temperature"),
    ("temperature", "nan", "temperature must be a number"),
    ("temperature", "warm", "temperature must be a number, not 'warm'"),
    ("top-k", "-1", "top"),
    ("top-k", "2.5", "top-k must be a whole number"),
    ("top-p", "0", "top"),
    ("top-p", "1.1", "top"),
    ("top-p", "nan", "top-p must be a number"),
    ("seed", "-1", "seed must be 0 to"),
    ("seed", "9" * 30, "seed must be 0 to"),
    ("length", "-5", "length must be 0 to"),
    ("length", "", "length must be a whole number, not nothing"),
]


async def test_what_is_refused_is_said_and_the_old_value_stays() -> None:
    async with sampling() as s:
        for name, text, reason in REFUSED:
            with case((name, text)):
                await s.anew()
                before, shown = s.view.settings, controls(s).field(name).value
                await typed(s, name, text)
                await s.until(lambda: reason in s.said)  # noqa: B023
                assert s.view.settings == before
                assert controls(s).field(name).value == shown
                assert s.alone


def test_every_field_has_an_accepted_value() -> None:
    assert {name for name, _, _ in ACCEPTED} == set(FIELDS) - {"missing"}


async def test_what_becomes_of_unseen_characters_is_switched() -> None:
    async with sampling() as s:
        controls(s).enter("missing")
        for key in ("enter", "space", "left", "right"):
            with case(key):
                await s.press(key)
                await s.until(lambda: s.view.settings.missing == "refuse")
                await s.press(key)
                await s.until(lambda: s.view.settings.missing == "skip")


async def test_escape_forgets_what_was_typed_tab_goes_through_all_and_takes_it() -> None:
    async with sampling() as s:
        await s.leave()
        controls(s).enter("seed")
        await s.press("5")
        await s.leave()
        assert s.view.settings.seed == 0
        assert controls(s).field("seed").value == "0"
        await s.press("6")
        met = []
        for _ in range(8):
            met.append(s.screen.focused.id)
            await s.press("tab")
        names = ["temperature", "missing", "top-k", "top-p", "seed", "length", "stop-at"]
        assert [f"field-{name}" for name in names] == [one for one in met if one != "track"]
        controls(s).enter("seed")
        await s.press("end", "5", "tab")
        await s.until(lambda: s.view.settings.seed in (5, 50))


SLIDER = [
    ("right", 0.85),
    ("left", 0.75),
    ("shift+right", 1.3),
    ("pageup", 1.3),
    ("shift+left", 0.3),
    ("pagedown", 0.3),
    ("home", 0.0),
    ("end", 5.0),
]


async def test_the_slider_by_its_keys() -> None:
    async with sampling() as s:
        for key, value in SLIDER:
            await s.anew()
            s.screen.set_focus(controls(s).track)
            await s.press(key)
            await s.carry_out()
            assert s.view.settings.temperature == pytest.approx(value), key


def follows(s: Sampling, start: int, temperature: float) -> bool:
    """Whether the last of a good many characters were drawn at this temperature."""
    marks = list(s.column.marks[start : s.column.count])[-30:]
    p = [distribution(mark.logits, temperature)[mark.symbol] for mark in marks]
    return len(marks) == 30 and p == pytest.approx([mark.probability for mark in marks], rel=1e-9)


async def change_temperature(s: Sampling, way: str) -> None:
    if way == "key":
        await s.press("greater_than_sign", "greater_than_sign")
    elif way == "slider":
        s.screen.set_focus(controls(s).track)
        await s.press("end")
    elif way == "field":
        await typed(s, "temperature", "0.1")
    elif way == "mouse":
        await s.pilot.click("#track", offset=(20, 0))
    else:
        s.screen.do("temperature 3")


async def test_the_temperature_acts_on_the_text_that_is_being_written() -> None:
    """A refused one disturbs nothing."""
    async with sampling(speed=400, length=100_000) as s:
        for way in ("key", "slider", "field", "mouse", "command"):
            with case(way):
                await s.anew("speed 400")
                await s.begin("ab")
                await s.until(lambda: follows(s, 2, 0.8))
                await change_temperature(s, way)
                await s.until(lambda: s.column.settings.temperature != 0.8)
                changed, start = s.column.settings.temperature, s.column.count
                await s.until(lambda: follows(s, start, changed))  # noqa: B023
                assert s.column.phase == "writing"
        await s.anew("speed 400")
        await s.begin("ab")
        await typed(s, "temperature", "-3")
        await s.until(lambda: "temperature" in s.said)
        start = s.column.count
        await s.until(lambda: follows(s, start, 0.8))


async def test_settings_act_on_what_is_written_next() -> None:
    """Cut-offs; the same seed writes the same, another one another; length, and where to stop."""
    async with sampling() as s:
        await s.anew("top-k 1", "write ab")
        assert all(mark.rank == 1 for mark in s.column.marks[2 : s.column.count])
        await s.carry_out("top-k 0", "top-p 0.3", "write ab")
        assert all(mark.rank <= 3 for mark in s.column.marks[2 : s.column.count])

        await s.anew("write ab", "write ab", "seed 5", "write ab")
        texts = [text.written for text in s.sampler.texts.all]
        assert texts[0] == texts[1] != texts[2]
        await s.press("r")
        await s.until(lambda: s.view.settings.seed == 6)

        await s.anew("length 9", "write ab")
        assert s.column.count == 11
        await s.carry_out("length 5000", "stop-at h", "write ab")
        assert s.written.endswith("h")
        assert s.written[2:].count("h") == 1

        await s.anew()
        await typed(s, "length", "0")
        await s.carry_out("write abc")
        assert (s.column.count, s.column.phase) == (3, "ended")
        await s.until(lambda: "3 characters" in s.said)


async def test_the_speed_is_changed_while_it_writes() -> None:
    async with sampling(speed=10, length=2000) as s:
        await s.begin("ab")
        await s.press("plus", "plus", "plus", "plus", "plus")
        assert s.view.speed == 0
        await s.rest()
        assert s.column.count == 2002
