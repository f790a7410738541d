"""Side by side: temperatures, checkpoints, runs; the same prompt and random numbers."""

from __future__ import annotations

import pytest

from rnn_tui.tui.screens.comparing import BesideScreen
from tests.tui.sampling import Sampling, sampling


async def asked(s: Sampling, *keys: str) -> None:
    """Open the question, and answer it with keys."""
    await s.leave()
    await s.press("s")
    await s.until("one text alone")
    await s.press(*keys)


async def written(s: Sampling, prompt: str = "ab") -> list[str]:
    """The texts that are then written, from the left."""
    await s.until(lambda: s.alone and s.screen.query_one("PromptArea").typing)
    await s.write(prompt)
    return [text.written for text in s.sampler.texts.shown]


async def test_three_temperatures_share_prompt_and_random_numbers() -> None:
    async with sampling() as s:
        await asked(s, *"0 0.8 0.80001", "enter")
        cold, warm, alike = await written(s)
        assert cold != warm == alike
        assert all(text.startswith("ab") for text in (cold, warm, alike))
        assert [column.settings.temperature for column in s.view.columns] == [0, 0.8, 0.80001]
        assert all(mark.rank == 1 for mark in s.view.columns[0].marks[2:])
        await s.do("temperature 0.8", "beside off", "write ab")
        assert s.written == warm


async def test_a_temperature_of_its_own_is_changed_for_one_column() -> None:
    async with sampling() as s:
        await s.do("beside 0.5 1.5", "write ab")
        await s.leave()
        await s.press("L", "greater_than_sign")
        await s.until(lambda: s.view.columns[1].settings.temperature == pytest.approx(1.55))
        assert s.view.columns[0].settings.temperature == 0.5
        assert s.view.lanes == ("temperature 0.5", "temperature 1.55")


async def test_two_checkpoints() -> None:
    async with sampling() as s:
        await asked(s, "tab", "space", "down", "space", "enter")
        await written(s)
        assert [column.weights.step for column in s.view.columns] == [0, 7]
        assert s.view.lanes == ("owl · step 0", "owl · step 7")


async def test_one_checkpoint_stands_beside_what_there_is_now() -> None:
    async with sampling() as s:
        await asked(s, "tab", "enter")
        await written(s)
        assert [column.weights.step for column in s.view.columns] == [7, 0]
        assert s.view.columns[0].weights is s.sampler.weights


async def test_another_run_with_a_vocabulary_of_its_own() -> None:
    async with sampling() as s:
        await asked(s, "tab", "tab", "enter")
        ours, theirs = await written(s, "abcd")
        assert ours.startswith("abcd")
        assert theirs.startswith("abc")
        assert not theirs.startswith("abcd")


async def test_one_text_alone_again() -> None:
    async with sampling() as s:
        await s.do("beside 0.5 1.5")
        await asked(s, "tab", "tab", "tab", "enter")
        assert len(await written(s)) == 1
        assert s.view.lanes == ("",)


async def test_escape_changes_nothing() -> None:
    async with sampling() as s:
        await asked(s, *"0.5 1", "escape")
        await s.until(lambda: s.alone)
        assert s.view.lanes == ("",)


async def test_temperatures_that_are_none_are_refused_where_they_are_typed() -> None:
    async with sampling() as s:
        await asked(s)
        for line in ("1", "1 1", "1 2 3 4", "1 x", "-1 1", "nan 1"):
            s.app.screen.query_one("Input").value = line
            await s.press("enter")
            assert isinstance(s.app.screen, BesideScreen), line
            assert not s.screen.do("beside " + line) or line == "1 1"


async def test_weights_that_cannot_be_read_are_told() -> None:
    async with sampling() as s:
        from rnn_tui.sampling.errors import SamplerError

        def gone(step: int) -> None:
            raise SamplerError("the checkpoint is damaged: choose another one")

        s.source.at = gone
        await asked(s, "tab", "enter")
        await s.until("the checkpoint is damaged: choose another one")
        assert s.view.lanes == ("",)


@pytest.mark.parametrize("size", [(80, 24), (200, 50), (40, 12)])
async def test_three_columns_fit_any_screen(size) -> None:
    async with sampling(size=size) as s:
        await s.do("beside 0.5 1 1.5", "write ab")
        await s.leave()
        assert max(map(len, s.lines)) <= size[0]
        heads = [line for line in s.lines if line.count("temperature") == 3]
        assert any(line.count("│") >= 4 for line in heads) or size == (40, 12)
        await s.press("H", "g")
        await s.rest()
        assert s.view.active == 2


async def test_a_click_goes_to_the_column_and_the_character() -> None:
    async with sampling() as s:
        await s.do("beside 0.5 1.5", "write ab")
        await s.leave()
        await s.pilot.click("TextPane", offset=(35, 2))
        await s.until(lambda: s.view.active == 1)
        assert s.column.cursor < 20
