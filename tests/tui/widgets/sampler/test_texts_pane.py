"""The texts that are kept, as they are listed, and what the keys say of them."""

from __future__ import annotations

from typing import Any

import pytest
from textual import events
from textual.app import App, ComposeResult

from rnn_tui.sampling.lanes import of_weights
from rnn_tui.sampling.sampler import Sampler
from rnn_tui.sampling.settings import Settings
from rnn_tui.sampling.view import View
from rnn_tui.sampling.weights import Weights
from rnn_tui.tui.widgets.sampler.texts_pane import TextsPane, rows_of
from tests.sampling.networks import byte_weights, make_weights


class Host(App[None]):
    """The pane alone, and what it asked for."""

    AUTO_FOCUS = None

    def __init__(self) -> None:
        super().__init__()
        self.pane = TextsPane()
        self.said: list[tuple[str, int]] = []

    def compose(self) -> ComposeResult:
        yield self.pane

    @property
    def body(self) -> list[str]:
        """What is within the frame."""
        width, height = self.pane.outer_size
        strips = self.screen._compositor.render_strips(self.size)
        return [strip.text[2 : width - 2].rstrip() for strip in strips[1 : height - 1]]

    def on_texts_pane_chosen(self, message: TextsPane.Chosen) -> None:
        self.said.append(("chosen", message.number))

    def on_texts_pane_beside(self, message: TextsPane.Beside) -> None:
        self.said.append(("beside", message.number))

    def on_texts_pane_dropped(self, message: TextsPane.Dropped) -> None:
        self.said.append(("dropped", message.number))


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key has been dealt with long before Textual looks for the next one."""
    monkeypatch.setattr("textual._wait.SLEEP_GRANULARITY", 0.001)


def wrote(
    weights: Weights | None = None, *prompts: str, drawn: int = 20, **settings: Any
) -> Sampler:
    """A sampler that has written one text behind each of the prompts."""
    sampler = Sampler(weights or make_weights(), Settings(**{"seed": 1, **settings}))
    for prompt in prompts or ("abc",):
        sampler.message = sampler.write(prompt).run()
        sampler.advance(drawn)
    return sampler


def branched(sampler: Sampler, at: int, drawn: int = 5) -> int:
    """Take another character at a place of the text that is looked at: the number of the branch."""
    sampler.texts.look_at(at)
    here = sampler.texts.require().marks[at].symbol
    sampler.branch((here + 1) % len(sampler.weights.vocabulary))
    sampler.advance(drawn)
    return sampler.texts.require().number


async def listed(view: View, size: tuple[int, int] = (80, 12)) -> list[str]:
    app = Host()
    async with app.run_test(size=size) as pilot:
        app.pane.view = view
        await pilot.pause()
        return app.body


def test_every_text_stands_below_the_one_that_it_left() -> None:
    sampler = wrote()
    branched(sampler, 5)
    branched(sampler, 7)
    sampler.texts.choose(1)
    branched(sampler, 4)
    sampler.write("b").run()
    rows = rows_of(sampler.view().texts)
    assert [(row.text.number, row.depth) for row in rows] == [
        (1, 0),
        (2, 1),
        (3, 2),
        (4, 1),
        (5, 0),
    ]


def test_a_branch_whose_text_is_gone_is_a_text_of_its_own() -> None:
    sampler = wrote()
    branched(sampler, 5)
    sampler.texts.drop(1)
    assert [(row.text.number, row.depth) for row in rows_of(sampler.view().texts)] == [(2, 0)]


async def test_before_the_first_text_it_says_how_to_write_one() -> None:
    first, second, *_ = await listed(Sampler(make_weights()).view())
    assert first.startswith("no text yet: enter in the prompt")
    assert second.startswith("b takes another character")


async def test_a_line_says_what_sets_the_text_apart() -> None:
    sampler = wrote(temperature=0.5)
    branched(sampler, 8)
    heading, first, second, *_ = await listed(sampler.view())
    one, two = (text.written for text in sampler.texts.all)
    assert heading.split() == ["step", "temp.", "bits/char"]
    assert first.split()[:2] == ["1", one]
    assert first.split()[2:] == [
        "7",
        "0.5",
        f"{sampler.texts.all[0].total.bits_per_character:.2f}",
        "paused",
    ]
    assert second.startswith("►")
    assert second.split()[1:4] == ["2", "└", two]


async def test_the_temperature_is_that_of_the_last_character_that_was_drawn() -> None:
    sampler = wrote(None, "a", "b", temperature=0.5)
    sampler.change("temperature", "1.5")
    lines = await listed(sampler.view())
    assert [line.split()[-3] for line in lines[1:3]] == ["0.5", "0.5"]
    sampler.advance(1)
    lines = await listed(sampler.view())
    assert [line.split()[-3] for line in lines[1:3]] == ["0.5", "1.5"]


@pytest.mark.parametrize(
    ("weights", "heading"),
    [([byte_weights()], "bits/byte"), ([byte_weights(), make_weights()], "bits")],
)
async def test_bits_are_of_bytes_where_the_network_is(weights, heading) -> None:
    sampler = Sampler(weights[0])
    sampler.lanes = of_weights(tuple(weights))
    sampler.write("a").run()
    assert (await listed(sampler.view()))[0].split()[-1] == heading


async def test_of_a_long_prompt_only_the_end_is_shown() -> None:
    sampler = wrote(None, "a" * 300 + "bc", drawn=9)
    line = (await listed(sampler.view()))[1]
    assert "aaabc" + sampler.texts.require().written[302:] in line
    assert line[4] == "…"
    assert line.count("a") < 40


async def test_a_text_that_was_only_scored_is_shown_from_its_beginning() -> None:
    sampler = Sampler(make_weights())
    sampler.write("abcdefgh" * 20, draw=False).run()
    assert "1 abcdefghabcdefgh" in (await listed(sampler.view()))[1]


async def test_what_is_shown_is_marked_and_so_is_the_one_with_the_cursor() -> None:
    sampler = wrote(None, "a", "b", "c")
    sampler.texts.beside(1)
    _, *lines = await listed(sampler.view())
    assert [line[:3] for line in lines[:3]] == ["● 1", "  2", "► 3"]


async def test_texts_of_several_runs_name_their_run() -> None:
    other = make_weights(step=1200)
    other = Weights(other.params, other.cell, other.vocabulary, 1200, "fox\x1b[31m")
    sampler = Sampler(make_weights())
    sampler.lanes = of_weights((sampler.weights, other))
    sampler.write("a").run()
    heading, first, second, *_ = await listed(sampler.view())
    assert "weights" in heading
    assert "owl 7 " in first
    assert "fox␛[31m 1,200 " in second


async def test_nothing_that_acts_reaches_the_terminal() -> None:
    letters = "a\x1b[31m\u202e漢\u0301\n"
    sampler = wrote(make_weights(letters), letters, drawn=0)
    assert "1 a␛[31m�漢́↵" in (await listed(sampler.view()))[1]


async def test_bytes_are_shown_as_the_characters_that_they_make() -> None:
    sampler = Sampler(byte_weights())
    sampler.write("漢字" * 30, draw=False).run()
    assert "1 漢字漢字漢字" in (await listed(sampler.view()))[1]


@pytest.mark.parametrize("size", [(4, 2), (5, 3), (12, 4), (24, 5), (40, 6), (62, 12), (102, 20)])
async def test_no_size_is_too_small(size: tuple[int, int]) -> None:
    letters = "ab漢\u0301"
    sampler = wrote(make_weights(letters), "漢" * 80, "ab")
    for at in range(20, 14, -1):
        branched(sampler, at)
    width, height = size
    lines = await listed(sampler.view(), size)
    assert len(lines) == max(height - 2, 0)
    if width >= 24:
        assert any("►" in line for line in lines)


async def test_the_keys_go_through_the_lines_and_say_what_is_wanted() -> None:
    sampler = wrote(None, "a", "b", "c")
    app = Host()
    async with app.run_test(size=(60, 10)) as pilot:
        app.pane.view = sampler.view()
        app.pane.focus()
        await pilot.press(
            "enter", "up", "space", "home", "x", "down", "j", "down", "delete", "k", "enter"
        )
        await pilot.pause()
    assert app.said == [("chosen", 3), ("beside", 2), ("dropped", 1), ("dropped", 3), ("chosen", 2)]


async def test_a_click_reads_the_text_that_it_is_on() -> None:
    sampler = wrote(None, "a", "b", "c")
    app = Host()
    async with app.run_test(size=(60, 10)) as pilot:
        app.pane.view = sampler.view()
        await pilot.pause()
        await pilot.click(TextsPane, offset=(5, 3))
        await pilot.click(TextsPane, offset=(5, 1))  # the heading
        await pilot.click(TextsPane, offset=(5, 8))  # below the last
        await pilot.pause()
    assert app.said == [("chosen", 2)]


async def test_when_the_chosen_text_is_dropped_the_next_one_is_chosen() -> None:
    sampler = wrote(None, "a", "b", "c", "d")
    app = Host()
    async with app.run_test(size=(60, 10)) as pilot:
        app.pane.view = sampler.view()
        app.pane.focus()
        await pilot.press("up", "up")
        sampler.texts.drop(2)
        app.pane.view = sampler.view()
        await pilot.press("enter")
        await pilot.pause()
    assert app.said == [("chosen", 3)]


async def test_a_new_text_is_chosen_unless_somebody_is_choosing() -> None:
    sampler = wrote(None, "a", "b")
    app = Host()
    async with app.run_test(size=(60, 10)) as pilot:
        app.pane.view = sampler.view()
        app.pane.focus()
        await pilot.press("home")
        sampler.write("c").run()
        app.pane.view = sampler.view()
        await pilot.press("enter")
        app.set_focus(None)
        await pilot.pause()
        sampler.write("d").run()
        app.pane.view = sampler.view()
        app.pane.focus()
        await pilot.press("enter")
        await pilot.pause()
    assert app.said == [("chosen", 1), ("chosen", 4)]


async def test_a_long_list_scrolls_with_the_keys_and_the_wheel() -> None:
    sampler = wrote(None, *"abcdefgh" * 3, drawn=1)
    app = Host()
    async with app.run_test(size=(60, 10)) as pilot:
        app.pane.view = sampler.view()
        await pilot.pause()
        assert app.body[-1].startswith("► 24")
        app.pane.focus()
        await pilot.press("home")
        await pilot.pause()
        assert app.body[1].split()[0] == "1"
        await pilot.press("pagedown", "pagedown", "pageup", "enter")
        await pilot._post_mouse_events([events.MouseScrollDown], TextsPane, offset=(5, 5))
        await pilot.pause()
        assert app.body[1].split()[0] == "10"
    assert app.said == [("chosen", 7)]


async def test_while_one_text_grows_only_its_line_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    sampler = wrote(None, "a", "b", "c", drawn=90)
    app = Host()
    async with app.run_test(size=(60, 10)) as pilot:
        app.pane.view = sampler.view()
        await pilot.pause()
        drawn: list[Any] = []
        monkeypatch.setattr(app.pane, "refresh", lambda *regions, **_: drawn.append(regions))
        sampler.advance(5)
        app.pane.view = sampler.view()
    assert [[region.y for region in regions] for regions in drawn] == [[3]]
