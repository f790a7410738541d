"""Every setting can be typed, shows what holds, and comes back when it is refused."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult

from rnn_tui.sampling.sampler import Sampler
from rnn_tui.sampling.settings import SettingError, Settings
from rnn_tui.tui.widgets.sampler.controls import FIELDS, Controls
from rnn_tui.tui.widgets.sampler.setting_fields import as_typed
from tests.sampling.networks import make_weights

START = Settings(temperature=0.8, top_k=5, seed=7, stop_at="\n")


class Host(App[None]):
    """The settings, and somebody who answers for them."""

    def __init__(self, answering: bool = True) -> None:
        super().__init__()
        self.controls = Controls()
        self.answering = answering
        self.changes: list[tuple[str, str]] = []
        self.left = 0
        self.view = replace(Sampler(make_weights()).view(), settings=START)

    def compose(self) -> ComposeResult:
        yield self.controls

    def on_mount(self) -> None:
        self.controls.view = self.view

    def show(self, settings: Settings) -> None:
        self.view = self.controls.view = replace(self.view, settings=settings)

    def on_controls_changed(self, message: Controls.Changed) -> None:
        self.changes.append((message.name, message.text))
        if not self.answering:
            return
        try:
            self.show(self.view.settings.changed(message.name, message.text))
        except SettingError:
            self.controls.refuse(message.name)

    def on_controls_left(self) -> None:
        self.left += 1

    def value(self, name: str) -> str:
        """What a field shows."""
        field = self.controls.field(name)
        return getattr(field, "value", field.held)

    @property
    def lines(self) -> list[str]:
        strips = self.screen._compositor.render_strips(self.size)
        return ["".join(segment.text for segment in strip) for strip in strips]


@given(
    st.builds(
        Settings,
        temperature=st.floats(0, math.inf),
        top_k=st.integers(0, 10**6),
        top_p=st.floats(1e-300, 1),
        seed=st.integers(0, 2**63 - 1),
        length=st.integers(0, 10**9),
        stop_at=st.text(max_size=20),
        missing=st.sampled_from(["skip", "refuse"]),
    )
)
def test_what_a_field_shows_is_what_would_be_typed_for_it(settings: Settings) -> None:
    for name in FIELDS:
        key = name.replace("-", "_")
        changed = Settings().changed(name, as_typed(settings, name))
        assert getattr(changed, key) == getattr(settings, key)


async def test_every_setting_is_shown(until) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.value("seed") == "7")
        assert {name: app.value(name) for name in FIELDS} == {
            "temperature": "0.8",
            "missing": "skip",
            "top-k": "5",
            "top-p": "1",
            "seed": "7",
            "length": "400",
            "stop-at": "\\n",
        }
        assert not app.changes


@pytest.mark.parametrize("end", ["enter", "tab"])
@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("temperature", "inf", math.inf),
        ("temperature", "12.5", 12.5),
        ("temperature", "1e-300", 1e-300),
        ("top-k", "3", 3),
        ("top-p", "0.9", 0.9),
        ("seed", "123456789012", 123456789012),
        ("length", "5000", 5000),
        ("stop-at", "end", "end"),
    ],
)
async def test_what_is_typed_is_taken(name: str, typed: str, kept, end: str, until) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.controls.enter(name)
        await pilot.pause()
        keys = {".": "full_stop", "-": "minus"}
        await pilot.press(*(keys.get(key, key) for key in typed), end)
        await until(pilot, lambda: app.changes == [(name, typed)])
        assert getattr(app.view.settings, name.replace("-", "_")) == kept
        await until(pilot, lambda: app.value(name) == typed)


@pytest.mark.parametrize(
    ("name", "typed"),
    [("temperature", "nan"), ("temperature", ""), ("top-k", "x"), ("top-p", "0"), ("seed", "a")],
)
async def test_what_is_refused_gives_way_to_the_old_value(name: str, typed: str, until) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.controls.enter(name)
        await pilot.pause()
        old = app.value(name)
        await pilot.press("delete", *typed, "enter")
        await until(pilot, lambda: app.changes == [(name, typed)])
        await until(pilot, lambda: app.value(name) == old)
        assert app.view.settings == START
        assert app.controls.field(name).has_class("-refused")
        assert not app._notifications  # the line at the bottom says it


async def test_escape_forgets_what_was_typed_and_leaves(until) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.controls.enter("seed")
        await pilot.press("9", "escape")
        await until(pilot, lambda: app.left == 1)
        app.screen.set_focus(None)
        await pilot.pause()
        assert app.value("seed") == "7"
    assert not app.changes


async def test_a_field_that_is_typed_in_is_left_alone_by_new_settings(until) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.controls.enter("seed")
        await pilot.pause()
        await pilot.press("4", "2")
        app.show(replace(START, seed=8, length=10))
        await until(pilot, lambda: app.value("length") == "10")
        assert app.value("seed") == "42"
        await pilot.press("enter")
        await until(pilot, lambda: app.view.settings.seed == 42)


async def test_a_number_typed_in_other_words_is_shown_in_ours(until) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.controls.enter("temperature")
        await pilot.pause()
        await pilot.press("0", "full_stop", "8", "0", "tab")
        await until(pilot, lambda: app.changes == [("temperature", "0.80")])
        await until(pilot, lambda: app.value("temperature") == "0.8")


async def test_the_slider_says_every_step_and_the_number_follows(until) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.screen.set_focus(app.controls.track)
        await pilot.press("right", "right", "left", "end")
        await until(pilot, lambda: len(app.changes) == 4)
        assert [text for _, text in app.changes] == ["0.85", "0.9", "0.85", "5.0"]
        await until(pilot, lambda: app.value("temperature") == "5")


async def test_the_slider_does_not_go_back_while_answers_are_on_their_way(until) -> None:
    app = Host(answering=False)
    async with app.run_test(size=(80, 24)) as pilot:
        app.screen.set_focus(app.controls.track)
        await pilot.press("right", "right", "right")
        await until(pilot, lambda: len(app.changes) == 3)
        app.show(replace(START, seed=1))
        app.show(replace(START, temperature=0.85))
        await pilot.pause()
        assert app.controls.track.value == 0.95
        app.show(replace(START, temperature=0.95))
        app.show(replace(START, temperature=2.0))
        await until(pilot, lambda: app.controls.track.value == 2.0)
    assert len(app.changes) == 3


async def test_a_temperature_beyond_the_slider_stays_what_it_is(until) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.show(replace(START, temperature=math.inf))
        await until(pilot, lambda: app.value("temperature") == "inf")
        assert app.controls.track.value == 5.0
        await pilot.pause()
        assert not app.changes


async def test_what_lacks_is_refused_or_left_out_at_a_key(until) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.controls.enter("missing")
        await pilot.press("space")
        await until(pilot, lambda: app.value("missing") == "refuse")
        await pilot.press("enter")
        await until(pilot, lambda: app.value("missing") == "skip")
        await pilot.click("#field-missing")
        await until(pilot, lambda: app.value("missing") == "refuse")


async def test_tab_goes_through_all_of_them(until) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.controls.enter("temperature")
        met = []
        for _ in range(8):
            met.append(app.focused.id)
            await pilot.press("tab")
        assert met == ["field-temperature", "track", *(f"field-{n}" for n in list(FIELDS)[1:])]


@pytest.mark.parametrize(("width", "lines"), [(150, 1), (80, 2), (58, 2)])
async def test_all_of_it_fits(width: int, lines: int, until) -> None:
    app = Host()
    async with app.run_test(size=(width, 24)) as pilot:
        await until(pilot, lambda: "\\n" in "".join(app.lines))
        await until(pilot, lambda: app.controls.size.height == lines)
        shown = app.lines[:lines]
        assert all(text in " ".join(shown) for text in ("0.8", "●", "skip", "5", "7", "400", "\\n"))
        assert not "".join(app.lines[lines:]).strip()


async def test_a_value_that_does_not_fit_says_so(until) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.show(replace(START, seed=12345678901234))
        await until(pilot, lambda: "seed 123456789…" in app.lines[1])


async def test_nothing_that_acts_is_shown_in_a_field(until) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.show(replace(START, stop_at="\x1b[2J\u202e"))
        await until(pilot, lambda: "␛[2J" in app.lines[1])
        assert all(line.isprintable() for line in app.lines)


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (20, 3), (300, 1)])
async def test_any_size_is_survived(size: tuple[int, int], until) -> None:
    app = Host()
    async with app.run_test(size=size) as pilot:
        app.controls.enter("top-k")
        await pilot.pause()
        await pilot.press("9", "enter")
        await until(pilot, lambda: app.view.settings.top_k == 9)
