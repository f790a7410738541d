"""What is shown of a run in every state, good and bad."""

from __future__ import annotations

import asyncio
import itertools
import math

import msgspec
import numpy as np
import pytest

from rnn_tui.training.client import RefusedError
from rnn_tui.training.wire import pack, unpack
from tests.tui.local_client import Opened, local_run, watching
from tests.tui.opened import until


async def test_before_the_trainer_answers_the_frame_is_there(tmp_path) -> None:
    with local_run(tmp_path) as run:
        opened = Opened(run)
        never = asyncio.Event()
        opened.app.feed._connect = never.wait
        async with opened.app.run_test(size=(120, 35)) as pilot:
            await until(pilot, lambda: "◌ starting" in opened.lines[0])
            assert "waiting for the first step" in opened.text
            await pilot.press("space", "n", "plus", "2", "right_square_bracket", "ctrl+s", "f")
            await pilot.press("down", "p", "shift+down", "y", "w")
            await until(pilot, lambda: "1 loss" in opened.text or "2 state" in opened.text)


async def test_a_lost_trainer_is_told_of_and_what_was_drawn_stays(tmp_path) -> None:
    async with watching(tmp_path, trained=30) as (opened, pilot):
        await until(pilot, lambda: "ln V" in opened.text)
        opened.reachable, opened.client.gone = False, True
        await until(pilot, lambda: "✗ lost" in opened.lines[0])
        await until(pilot, lambda: "nobody is training quiet-otter" in opened.text)
        assert "train " in opened.text
        assert "ln V" in opened.text


async def test_a_trainer_that_comes_back_is_found(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        opened.reachable, opened.client.gone = False, True
        await until(pilot, lambda: "✗ lost" in opened.lines[0])
        opened.reachable = True
        await until(pilot, lambda: "● training" in opened.lines[0])
        frame = opened.dashboard.frame
        await until(pilot, lambda: opened.dashboard.frame is not frame)
        assert opened.connections >= 2
        steps = opened.dashboard.frame.history.rows_seen
        assert steps == opened.dashboard.frame.history.loss.last_step


async def test_a_command_to_a_lost_trainer_is_told_of(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):
        opened.reachable, opened.client.gone = False, True
        await until(pilot, lambda: "✗ lost" in opened.lines[0])
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "there is no trainer to tell" in opened.text)


async def test_what_a_trainer_refuses_is_shown_as_it_is(tmp_path) -> None:
    async with watching(tmp_path) as (opened, pilot):

        async def refuse(_command) -> str:
            raise RefusedError("no: [/] [@click=app.quit]x[/]")

        opened.client.send = refuse
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "no: [/] [@click=app.quit]x[/]" in opened.text)


async def test_a_finished_run_says_so_and_writes_texts(tmp_path) -> None:
    async with watching(tmp_path, steps=10) as (opened, pilot):
        await until(pilot, lambda: "✓ finished" in opened.lines[0])
        await pilot.press("space")
        await until(pilot, lambda: "all 10 steps are done" in opened.text)
        await pilot.press("t", "a", "enter")
        await until(pilot, lambda: opened.dashboard.query_one("#sample").writing)


async def test_the_end_of_a_finished_run_is_not_called_lost(tmp_path) -> None:
    async with watching(tmp_path, steps=10) as (opened, pilot):
        await until(pilot, lambda: "✓ finished" in opened.lines[0])
        opened.reachable, opened.client.gone = False, True
        await until(pilot, lambda: opened.client.closed and opened.refused > 2)
        assert "✓ finished" in opened.lines[0]


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_numbers_that_are_none_are_marked(tmp_path, size) -> None:
    values_in_turn = itertools.cycle([math.nan, math.inf, -math.inf, 1e308, -1e308, 5e-324])

    def spoil(update):
        value = next(values_in_turn)

        def spoiled(data, every):
            values = unpack(data).copy()
            values[..., ::every] = value
            return pack(values)

        rows = msgspec.structs.replace(
            update.rows,
            loss=spoiled(update.rows.loss, 3),
            gradient_norm=spoiled(update.rows.loss, 2),
        )
        views = tuple(
            msgspec.structs.replace(view, values=spoiled(view.values, 2)) for view in update.views
        )
        status = msgspec.structs.replace(
            update.status, loss=value, smoothed_loss=value, gradient_norm=value, not_finite=3
        )
        return msgspec.structs.replace(update, rows=rows, views=views, status=status)

    async with watching(tmp_path, size=size) as (opened, pilot):
        opened.client.change = spoil
        for number in "123456":
            polls = len(opened.client.polls)
            await pilot.press("escape", number)
            await until(pilot, lambda polls=polls: len(opened.client.polls) > polls + 1)
        await pilot.press("escape", "y")
        await until(pilot, lambda: "steps not finite" in opened.text)


async def test_steps_that_are_not_finite_are_marked_on_the_chart(tmp_path) -> None:
    def spoil(update):
        values = unpack(update.rows.loss).copy()
        values[:1] = np.nan
        rows = msgspec.structs.replace(update.rows, loss=pack(values))
        return msgspec.structs.replace(update, rows=rows)

    async with watching(tmp_path) as (opened, pilot):
        before = next(line for line in opened.lines if "events" in line or "╰" in line)
        opened.client.change = spoil
        await until(pilot, lambda: "✗" in opened.text)
        assert "✗" not in before


async def test_without_a_held_out_text_there_is_a_dash(tmp_path) -> None:
    async with watching(tmp_path, held_out=0.0, trained=40) as (opened, pilot):
        await until(pilot, lambda: "held out      –" in opened.text)
        assert "nan" not in opened.text


async def test_a_byte_vocabulary_is_shown_and_sampled(tmp_path) -> None:
    text = bytes(range(256)) * 20
    async with watching(tmp_path, text=text, symbols="byte", size=(200, 50)) as (opened, pilot):
        for _ in range(5):
            await pilot.press("3", "right_square_bracket")
            await opened.frames(pilot, 1)
        await pilot.press("t", "a", "enter")
        await until(pilot, lambda: opened.dashboard.query_one("#sample").writing)
        log = opened.dashboard.query_one("#sample").log_of_texts
        await until(pilot, lambda: len(log.latest.text) > 40)


async def test_without_unicode_every_character_is_ascii(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("RNN_TUI_ASCII", "1")
    async with watching(tmp_path, paused=True) as (opened, pilot):
        await until(pilot, lambda: "held out" in opened.text)
        strips = opened.app.screen._compositor.render_strips()
        assert all(strip.text.isascii() for strip in strips)
