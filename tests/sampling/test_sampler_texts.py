"""Branches, texts beside one another, and which of them is looked at."""

from __future__ import annotations

import numpy as np
import pytest

from rnn_tui.sampling.errors import SamplerError
from rnn_tui.sampling.lanes import ALONE, at_temperatures
from tests.sampling.networks import make_weights
from tests.sampling.samplers import columns, sampler, written


def test_a_branch_is_kept_beside_the_text_that_it_leaves() -> None:
    branched = written(sampler())
    (before,) = columns(branched)
    branched.texts.look_at(12)
    other = (before[12].symbol + 1) % 8
    assert branched.branch(other) == "text 2 leaves text 1 behind its first 12 characters"
    branched.advance(1000)
    (after,) = columns(branched)
    assert after[:12] == before[:12]
    assert (after[12].symbol, after[12].origin) == (other, "chosen")
    assert np.array_equal(after[12].logits, before[12].logits)
    assert len(after) == len(before)
    one, two = branched.view().texts
    assert (two.parent, two.fork, one.count) == (1, 12, len(before))
    branched.texts.choose(1)
    assert columns(branched)[0] == before


def test_a_branch_of_the_same_character_is_refused_and_so_is_one_of_nothing() -> None:
    branched = sampler(length=1)
    with pytest.raises(SamplerError, match="no text yet"):
        branched.branch(0)
    branched.write("").run()
    with pytest.raises(SamplerError, match="no character yet"):
        branched.branch(0)
    branched.advance(1)
    with pytest.raises(SamplerError, match="stands there already"):
        branched.branch(columns(branched)[0][0].symbol)
    with pytest.raises(SamplerError, match="symbol 99"):
        branched.branch(99)
    assert len(branched.view().texts) == 1


def test_texts_can_be_compared_and_dropped() -> None:
    several = written(sampler())
    for _ in range(3):
        several.again().run()
        several.advance(1000)
    several.texts.beside(1)
    several.texts.beside(2)
    assert [column.number for column in several.view().columns] == [4, 1, 2]
    with pytest.raises(SamplerError, match="3 texts are the most"):
        several.texts.beside(3)
    several.texts.beside(1)
    several.texts.drop(4)
    assert [column.number for column in several.view().columns] == [2]
    assert several.texts.turn(-1) == ""
    assert several.texts.turn(-1) == "this is the first text"
    for number in (1, 2, 3):
        several.texts.drop(number)
    assert several.view().columns == ()
    with pytest.raises(SamplerError, match="no text 2"):
        several.texts.choose(2)


def test_a_branch_behind_the_length_goes_on_as_far_as_that() -> None:
    longer = written(sampler(length=20))
    longer.more(30)
    longer.advance(1000)
    longer.texts.look_at(45)
    longer.branch((columns(longer)[0][45].symbol + 1) % 8)
    assert longer.view().column.phase == "writing"
    longer.advance(1000)
    assert longer.view().column.count == 46 + 20


def test_a_column_of_before_goes_on_like_any_other_text() -> None:
    beside = sampler()
    beside.lanes = at_temperatures((0.5, 1.5))
    written(beside)
    beside.lanes = ALONE
    beside.change("temperature", "0.2")
    assert (beside.view().settings.temperature, beside.settings.temperature) == (0.2, 0.2)
    assert [column.title for column in beside.view().columns] == ["text 1", "text 2"]


def test_a_branch_is_taken_where_it_was_asked_for() -> None:
    growing = sampler(length=200)
    growing.write("abc").run()
    growing.advance(50)
    text, index = growing.texts.require(), growing.view().column.cursor
    growing.advance(50)
    growing.branch((text.marks[index].symbol + 1) % 8, text, index)
    assert growing.view().column.fork == index
    growing.texts.drop(1)
    with pytest.raises(SamplerError, match="not there any more"):
        growing.branch(0, text, index)


def test_new_weights_write_the_next_text_and_the_old_ones_branch_the_old() -> None:
    followed = written(sampler())
    followed.weights = make_weights(seed=9, step=8)
    written(followed)
    assert [listed.weights.step for listed in followed.view().texts] == [7, 8]
    followed.texts.choose(1)
    followed.texts.look_at(5)
    followed.branch((columns(followed)[0][5].symbol + 1) % 8)
    followed.advance(1000)
    assert {mark.weights_step for mark in columns(followed)[0]} == {7}
