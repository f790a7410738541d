"""What a dropped text took is free again: no pane holds on to any of its characters."""

from __future__ import annotations

import gc

import pytest

from rnn_tui.sampling.tree import Mark
from tests.tui.sampling import Sampling, sampling


def kept(s: Sampling) -> int:
    """Characters in memory that belong to no text of the sampler."""
    s.app.screen._compositor.render_strips(s.app.size)
    gc.collect()
    gc.collect()
    known = {id(mark) for text in s.sampler.texts.all for mark in (*text.marks, text.start)}
    known.add(id(s.sampler.texts.root))
    marks = [one for one in gc.get_objects() if isinstance(one, Mark)]
    return sum(id(mark) not in known for mark in marks)


@pytest.mark.parametrize("size", [(120, 35), (80, 24)])
@pytest.mark.parametrize("next_text", ["write ab", ""])
async def test_nothing_is_kept_of_a_text_that_was_dropped(size, next_text) -> None:
    gc.collect()
    async with sampling(size=size) as s:
        before = kept(s)
        await s.do("write ab")
        await s.leave()
        for pane in "123451":  # every one has seen it
            await s.press(pane)
            await s.rest()
        await s.press("home", "right")
        if next_text:
            await s.do(next_text)
            await s.press("left_square_bracket")
        await s.press("x")
        await s.until(lambda: 1 not in {text.number for text in s.view.texts})
        await s.rest()
        assert kept(s) == before


async def test_what_comes_while_the_app_takes_the_screen_apart_is_left_out() -> None:
    async with sampling() as s:
        await s.screen.query_one("SamplerHeader").remove()
        s.screen.report("ranking units")
        s.screen.show()
        await s.screen._look_how_far()
        assert s.alone
