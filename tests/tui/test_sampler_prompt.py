"""The prompt of the sampler: typed, pasted, recalled, refused, read behind, only scored."""

from __future__ import annotations

import pytest
from textual import events

from rnn_tui.tui.screens.sampler_help import SamplerHelp
from tests.sampling.networks import byte_weights
from tests.tui.sampling import Sampling, sampling


def prompt(s: Sampling):
    return s.screen.query_one("PromptArea")


async def paste(s: Sampling, text: str) -> None:
    s.app.post_message(events.Paste(text))
    await s.until(lambda: prompt(s).text)


async def begun(s: Sampling, count: int = 1) -> None:
    await s.until(lambda: len(s.view.texts) == count)
    await s.rest()


async def test_the_sampler_begins_in_the_prompt_and_enter_writes_from_it() -> None:
    async with sampling() as s:
        await s.press("a", "b", "space", "enter")
        await begun(s)
        assert s.written.startswith("ab ")
        assert s.column.count == 63
        assert not prompt(s).typing


@pytest.mark.parametrize("key", ["ctrl+j", "shift+enter", "alt+enter"])
async def test_a_prompt_has_several_lines(key) -> None:
    async with sampling() as s:
        await s.press("a", key, "b", "enter")
        await begun(s)
        assert s.written.startswith("a\nb")


async def test_letters_are_text_in_the_prompt_and_keys_outside() -> None:
    async with sampling() as s:
        await s.press(*"qxgb?1")
        assert prompt(s).text == "qxgb?1"
        await s.press("f1")
        await s.until(lambda: isinstance(s.app.screen, SamplerHelp))


async def test_escape_leaves_the_prompt_and_keeps_it() -> None:
    async with sampling() as s:
        await s.press("a", "b")
        await s.leave()
        assert prompt(s).text == "ab"
        await s.press("t", "c", "enter")
        await begun(s)
        assert s.written.startswith("abc")


async def test_up_and_down_recall_prompts() -> None:
    async with sampling(length=5) as s:
        for number, text in enumerate(("ab", "cd"), 1):
            prompt(s).text = text
            await s.press("enter")
            await begun(s, number)
            await s.press("t")
        prompt(s).text = ""
        await s.press("up", "up")
        assert prompt(s).text == "ab"
        await s.press("down")
        assert prompt(s).text == "cd"
        await s.press("down")
        assert prompt(s).text == ""


async def test_what_is_pasted_is_text_whatever_it_has() -> None:
    async with sampling() as s:
        await paste(s, "ab\r\ncd\x1b[31m\udc80 ")
        await s.press("enter")
        await begun(s)
        assert s.written.startswith("ab\ncd ")
        assert "\x1b" not in s.text


async def test_what_was_never_seen_is_named_and_left_out() -> None:
    async with sampling() as s:
        await paste(s, "abł€c")
        await s.until("never seen: ł € — left out")
        await s.press("enter")
        await begun(s)
        assert s.written.startswith("abc")
        assert "left out, never seen: ł €" in s.said


async def test_what_was_never_seen_is_refused_if_that_was_chosen() -> None:
    async with sampling() as s:
        await s.do("missing refuse")
        await paste(s, "abłc")
        await s.until("never seen: ł — refused")
        await s.press("enter")
        await s.until(lambda: "ł" in s.said)
        assert not s.view.texts
        assert prompt(s).text == "abłc"


async def test_bytes_lack_nothing() -> None:
    async with sampling(weights=byte_weights(layers=1), length=5) as s:
        await paste(s, "ł漢\x1b\udc80")
        await s.press("enter")
        await begun(s)
        assert s.written.startswith("ł漢\x1b")
        assert "\x1b" not in s.text


async def test_ctrl_g_reads_it_behind_the_text_that_is_there() -> None:
    async with sampling() as s:
        await s.write("ab")
        before = s.written
        await s.press("t")
        prompt(s).text = "gh"
        await s.press("ctrl+g")
        await s.until(lambda: s.column.count > 62)
        await s.rest()
        assert s.written.startswith(before + "gh")
        assert len(s.view.texts) == 1
        assert s.column.count == 62 + 2 + 60


async def test_f2_scores_a_text_and_draws_nothing() -> None:
    async with sampling() as s:
        await paste(s, "abc abc\n")
        await s.press("f2")
        await begun(s)
        assert s.written == "abc abc\n"
        assert s.column.phase == "ended"
        assert s.column.total.characters == 8
        assert f"8 characters: {s.column.total.bits:,.1f} bits" in s.said


async def test_an_empty_prompt_writes_from_nothing_and_can_be_scored() -> None:
    async with sampling() as s:
        await s.press("enter")
        await begun(s)
        assert s.column.count == 60
        await s.press("t", "f2")
        await begun(s, 2)
        assert s.column.count == 0
        assert s.alone


async def test_of_more_than_100000_characters_the_beginning_is_taken() -> None:
    async with sampling() as s:
        await paste(s, "abc " * 30_000)
        await s.until("only the first 100,000 characters were taken")
        assert len(prompt(s).text) == 100_000


async def test_reading_a_long_prompt_can_be_given_up_and_keys_act_meanwhile() -> None:
    async with sampling() as s:
        await paste(s, "abc " * 25_000)
        await s.press("enter")
        await s.until(lambda: s.screen.errands.busy)
        await s.press("2")
        await s.until(lambda: s.board.current == 2)
        assert s.screen.errands.busy
        await s.press("escape")
        await s.until("reading the prompt: given up")
        assert s.alone
        assert not s.view.texts


async def test_a_command_may_be_a_prompt() -> None:
    async with sampling(length=5) as s:
        await s.do("write ab", "behind cd", "score ef")
        assert [text.count for text in s.view.texts] == [14, 2]
        assert s.sampler.texts.all[0].written[7:9] == "cd"


EDITS = ["ctrl+k", "ctrl+u", "ctrl+w", "ctrl+x", "ctrl+shift+k", "delete", "backspace", "ctrl+d"]


@pytest.mark.parametrize("typed", ["", "a", "a\n", "\n\n"])
async def test_every_key_that_takes_away_stands_the_ends_of_a_prompt(typed) -> None:
    async with sampling() as s:
        for place in ("home", "end", "ctrl+home", "ctrl+end"):
            for key in EDITS:
                prompt(s).text = typed
                await s.pilot.press(place, key, key)
                assert len(prompt(s).text) <= len(typed)
