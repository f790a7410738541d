"""What is typed and pasted is what is handed on, whatever it is, and what lacks is said."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
from textual import events
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Label

from rnn_tui.sampling.sampler import Sampler
from rnn_tui.sampling.settings import Settings
from rnn_tui.text.vocabulary import Vocabulary
from rnn_tui.tui.terminal_app import TerminalApp
from rnn_tui.tui.widgets.sampler.prompt_area import HINTS, PromptArea
from rnn_tui.tui.widgets.sampler.prompt_editor import LONGEST
from tests.sampling.networks import make_weights

LETTERS = Vocabulary.of("abcdefghijklmnopqrstuvwxyz \n", "character")


class Host(TerminalApp):
    """A prompt with something below it."""

    def __init__(self, vocabulary: Vocabulary | None = LETTERS) -> None:
        super().__init__(Path(os.devnull))
        self.prompt = PromptArea()
        self.vocabulary = vocabulary
        self.said: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.prompt
        yield Label("below")

    def on_mount(self) -> None:
        self.prompt.vocabulary = self.vocabulary
        self.prompt.enter()

    def on_prompt_area_submitted(self, message: PromptArea.Submitted) -> None:
        self.said.append(message)

    def on_prompt_area_behind(self, message: PromptArea.Behind) -> None:
        self.said.append(message)

    def on_prompt_area_scored(self, message: PromptArea.Scored) -> None:
        self.said.append(message)

    def on_prompt_area_left(self, message: PromptArea.Left) -> None:
        self.said.append(message)

    @property
    def lines(self) -> list[str]:
        """What is on the screen."""
        strips = self.screen._compositor.render_strips(self.size)
        return ["".join(segment.text for segment in strip) for strip in strips]

    def key(self, *keys: str) -> None:
        """A burst of keys."""
        for key in keys:
            character = key if len(key) == 1 else None
            self.post_message(events.Key(key, character))


def _paste(app: Host, text: str) -> None:
    app.post_message(events.Paste(text))


@pytest.mark.parametrize(
    ("key", "kind"),
    [("enter", PromptArea.Submitted), ("ctrl+g", PromptArea.Behind), ("f2", PromptArea.Scored)],
)
async def test_a_key_hands_the_prompt_on(key: str, kind: type[Message], until) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"on and", key)
        await until(pilot, lambda: app.said)
        assert [(type(m), m.text) for m in app.said] == [(kind, "on and")]
        assert app.prompt.text == "on and"


async def test_keys_in_one_burst_act_in_their_order(until) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.key("a", "b", "backspace", "c", "enter", "d", "ctrl+j", "e", "enter")
        await until(pilot, lambda: len(app.said) == 2)
    assert [message.text for message in app.said] == ["ac", "acd\ne"]


@pytest.mark.parametrize("key", ["ctrl+j", "shift+enter", "alt+enter"])
async def test_a_prompt_has_several_lines(key: str, until) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("a", key, "b", "enter")
        await until(pilot, lambda: app.said)
        assert app.said[0].text == "a\nb"
        assert [line[2] for line in app.lines[1:3]] == ["a", "b"]
        assert app.lines[4].startswith("below")


async def test_escape_leaves(until) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("q", "escape")
        await until(pilot, lambda: app.said)
    assert isinstance(app.said[0], PromptArea.Left)


@pytest.mark.parametrize(
    ("pasted", "text"),
    [
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("a\x1b[2Jb\x07\x9b31m\u202e", "a\x1b[2Jb\x07\x9b31m\u202e"),
        ("\x0c\x0b\x85\u2028\t", "\x0c\x0b\x85\u2028\t"),
        ("x\ud800y", "x\ufffdy"),
        ("e" + "\u0301" * 50 + "漢字", "e" + "\u0301" * 50 + "漢字"),
        ("[@click=app.bell]a[/]", "[@click=app.bell]a[/]"),
    ],
)
async def test_anything_can_be_pasted_and_nothing_of_it_acts(pasted, text, until) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        _paste(app, pasted)
        await until(pilot, lambda: app.prompt.text)
        await pilot.press("enter")
        await until(pilot, lambda: app.said)
        assert app.said[0].text == text
        assert all(line.isprintable() for line in app.lines)
        assert all(len(line) <= 80 for line in app.lines if line.isascii())


async def test_it_is_as_high_as_its_text_and_its_room(until) -> None:
    app = Host()
    async with app.run_test(size=(40, 24)) as pilot:
        for text, rows in (("", 1), ("a\n", 2), ("word " * 20, 3), ("a\n" * 30, 4)):
            app.prompt.text = text
            await until(pilot, lambda rows=rows: app.prompt.editor.size.height == rows)
        await pilot.resize_terminal(40, 50)
        await until(pilot, lambda: app.prompt.editor.size.height == 5)


async def test_what_the_network_never_saw_is_said_while_it_is_typed(until) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        _paste(app, "ał€ł")
        await until(pilot, lambda: "never seen: ł € — left out" in app.lines[2])
        app.prompt.missing = "refuse"
        await until(pilot, lambda: "never seen: ł € — refused" in app.lines[2])
        await pilot.press("backspace", "backspace", "backspace")
        await until(pilot, lambda: HINTS[1] in app.lines[2])
        app.prompt.vocabulary = Vocabulary.of("xyz", "character")
        await until(pilot, lambda: "never seen: a — refused" in app.lines[2])


async def test_of_many_characters_some_are_named_and_the_rest_counted(until) -> None:
    app = Host()
    async with app.run_test(size=(60, 24)) as pilot:
        _paste(app, "".join(map(chr, range(0x4E00, 0x4E00 + 5000))))
        said = "never seen: 一 丁 丂 七 丄 and 4,995 more — left out"
        await until(pilot, lambda: said in " ".join(app.lines))
        await pilot.resize_terminal(34, 24)
        await until(pilot, lambda: " 5,000 never seen — left out " in " ".join(app.lines))


async def test_a_view_says_what_is_lacking_and_what_becomes_of_it(until) -> None:
    app, settings = Host(None), Settings(missing="refuse")
    async with app.run_test(size=(80, 24)) as pilot:
        app.prompt.text = "abz"
        app.prompt.view = Sampler(make_weights("ab"), settings).view()
        await until(pilot, lambda: "never seen: z — refused" in app.lines[2])


async def test_bytes_are_never_lacking_where_all_are_there(until) -> None:
    app = Host(Vocabulary("byte", tuple(map(chr, range(256)))))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ł")
        await until(pilot, lambda: app.prompt.text == "ł" and HINTS[1] in app.lines[2])


async def test_earlier_prompts_come_back_and_so_does_what_was_being_written(until) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.prompt.text = "one\ntwo"
        await pilot.press("enter")
        app.prompt.text = "three"
        await pilot.press("enter")
        app.prompt.text = "draft"
        seen = []
        for key in ("up", "up", "up", "down", "down", "down"):
            await pilot.press(key)
            seen.append(app.prompt.text)
        assert seen == ["three", "one\ntwo", "one\ntwo", "one\ntwo", "three", "draft"]


async def test_up_right_after_a_prompt_shows_the_one_before_it(until) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        for text in ("one", "two"):
            app.prompt.text = text
            await pilot.press("enter")
        await pilot.press("up")
        await until(pilot, lambda: app.prompt.text == "one")


async def test_a_paste_that_is_too_long_is_cut_and_that_is_said(until) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        _paste(app, "words " * 20_000)
        await until(pilot, lambda: "only the first 100,000 characters" in " ".join(app.lines))
        assert app.prompt.text == ("words " * 20_000)[:LONGEST]
        assert any("prompt · 100,000 characters" in line for line in app.lines)
        await pilot.press("x", "backspace")
        await until(pilot, lambda: len(app.prompt.text) == LONGEST - 1)
        await until(pilot, lambda: "only the first" not in " ".join(app.lines))


@pytest.mark.parametrize("text", ["words and " * 9999, "漢字かな" * 24_990, "a line\n" * 14_000])
async def test_a_key_is_cheap_in_a_long_prompt(text: str, until) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.prompt.text = text
        await pilot.pause()
        costs = []
        for key in "abcdefg":
            start = time.process_time()
            await pilot.press(key)
            costs.append(time.process_time() - start)
        assert app.prompt.text.endswith("abcdefg")
    assert min(costs) < 0.03


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (8, 3), (300, 2)])
async def test_any_size_is_survived(size: tuple[int, int]) -> None:
    app = Host()
    async with app.run_test(size=size) as pilot:
        _paste(app, "漢 a\tb\n\u0301 ł")
        await pilot.press("a", "up", "down", "enter")
    assert app.said


@pytest.mark.parametrize(
    ("width", "heading"),
    [
        (80, "prompt · side by side: temperature 0.5 | temperature 1 | ␛[31mfox"),
        (71, "prompt · side by side: temperature 0.5 | temperature 1 | ␛[31mfox"),
        (60, "prompt · 3 side by side"),
        (24, "prompt"),
    ],
)
async def test_the_frame_names_what_is_written_side_by_side(width: int, heading: str) -> None:
    app = Host()
    view = Sampler(make_weights()).view()
    async with app.run_test(size=(width, 24)) as pilot:
        lanes = "temperature 0.5", "temperature 1", "\x1b[31mfox"
        app.prompt.view = replace(view, lanes=lanes)
        await pilot.pause()
        assert str(app.prompt.border_title) == heading
        app.prompt.view = view
        await pilot.pause()
        assert str(app.prompt.border_title) == "prompt"
