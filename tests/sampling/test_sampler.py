"""The sampler: texts side by side, branched, gone on with, and settings that act at once."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.core.sampling import draw
from rnn_tui.sampling.begun import LONGEST_PROMPT
from rnn_tui.sampling.engine import Engine
from rnn_tui.sampling.errors import SamplerError
from rnn_tui.sampling.lanes import ALONE, at_temperatures, of_weights
from rnn_tui.sampling.sampler import SPEEDS, Sampler
from rnn_tui.sampling.settings import Settings, random_numbers
from tests.sampling.networks import byte_weights, same, symbols_of
from tests.sampling.samplers import OTHER, WEIGHTS, columns, sampler, written


def test_the_text_is_that_of_an_engine() -> None:
    engine = Engine(WEIGHTS, Settings(length=30, seed=4))
    alone = [*engine.prompt("abc"), *engine]
    (marks,) = columns(written(sampler(seed=4)))
    assert all(same(a, b) for a, b in zip(marks, alone, strict=True))


@given(st.text(max_size=40), st.sampled_from([WEIGHTS, OTHER, byte_weights(hidden=4)]))
def test_any_prompt_is_read_and_what_the_network_lacks_is_named(prompt, weights) -> None:
    sampler = Sampler(weights, Settings(length=5))
    said = sampler.write(prompt).run()
    assert sampler.advance(10).done
    column = sampler.view().column
    known = [c for c in prompt if not weights.vocabulary.encode_prompt(c).missing]
    assert column.count - 5 == len(weights.vocabulary.encode("".join(known)))
    assert bool(said) == (len(known) < len(prompt))
    assert column.phase == "ended"


@given(st.text("abcdefgh", max_size=30))
def test_the_totals_are_those_of_the_marks(prompt) -> None:
    column = written(sampler(length=8), prompt).view().column
    marks = column.marks[: column.count]
    assert column.total.bits == pytest.approx(sum(m.surprise for m in marks), rel=1e-12)
    assert column.drawn.bits == pytest.approx(sum(m.surprise for m in marks if m.drawn), rel=1e-12)
    assert (column.total.characters, column.drawn.characters) == (len(prompt) + 8, 8)


def test_columns_differ_by_temperature_alone() -> None:
    beside = sampler(seed=3)
    beside.lanes = at_temperatures((0.5, 1.0, math.inf))
    written(beside)
    for temperature, marks in zip((0.5, 1.0, math.inf), columns(beside), strict=True):
        alone = written(Sampler(WEIGHTS, Settings(length=30, seed=3, temperature=temperature)))
        assert symbols_of(marks) == symbols_of(columns(alone)[0])


def test_networks_of_other_symbols_use_the_same_random_numbers() -> None:
    beside = sampler(seed=8, length=25)
    beside.lanes = of_weights((WEIGHTS, OTHER))
    assert beside.write("abh").run() == "left out in owl · step 7, never seen: h"
    beside.advance(100)
    uniforms = random_numbers(8).random(25)
    for marks in columns(beside):
        drawn = [mark for mark in marks if mark.drawn]
        assert symbols_of(drawn) == [
            draw(mark.distribution, u) for mark, u in zip(drawn, uniforms, strict=True)
        ]
    assert [len(marks) for marks in columns(beside)] == [28, 27]


def test_a_prompt_that_one_network_is_to_refuse_changes_nothing() -> None:
    beside = written(sampler())
    beside.lanes = of_weights((WEIGHTS, OTHER))
    beside.change("missing", "refuse")
    with pytest.raises(SamplerError, match="never seen h"):
        beside.write("abh")
    assert len(beside.view().texts) == 1


def test_the_temperature_of_a_lane_is_changed_alone() -> None:
    beside = sampler()
    beside.lanes = at_temperatures((0.5, 1.0))
    beside.write("ab").run()
    beside.texts.next_column(1)
    beside.change("temperature", "2.5")
    view = beside.view()
    assert [column.settings.temperature for column in view.columns] == [0.5, 2.5]
    assert [column.title for column in view.columns] == ["temperature 0.5", "temperature 2.5"]
    assert (view.settings.temperature, beside.settings.temperature) == (2.5, 0.8)
    beside.write("ab").run()
    assert [c.settings.temperature for c in beside.view().columns] == [0.5, 2.5]


def test_a_setting_acts_on_what_is_being_written() -> None:
    running = sampler(temperature=5.0, length=200)
    running.write("a").run()
    running.advance(10)
    running.change("temperature", "0")
    running.advance(100)
    marks = columns(running)[0]
    assert {mark.temperature for mark in marks[1:11]} == {5.0}
    assert all(mark.temperature == 0.0 and mark.rank == 1 for mark in marks[11:])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", "-1"),
        ("temperature", "nan"),
        ("temperature", ""),
        ("top-k", "1.5"),
        ("top-p", "2"),
        ("seed", "-3"),
        ("length", "many"),
        ("nonsense", "1"),
    ],
)
def test_a_value_that_is_none_is_refused_and_the_old_one_kept(name, value) -> None:
    refusing = sampler()
    before = refusing.settings
    with pytest.raises(SamplerError):
        refusing.change(name, value)
    assert refusing.settings is before


def test_again_takes_the_next_seed() -> None:
    several = written(sampler(seed=5))
    first = symbols_of(columns(several)[0])
    several.again().run()
    several.advance(1000)
    assert several.settings.seed == 6
    assert symbols_of(columns(several)[0])[:3] == first[:3]
    assert symbols_of(columns(several)[0]) != first


def test_a_stopped_text_goes_on_where_it_was() -> None:
    stopping = sampler()
    stopping.write("abc").run()
    stopping.advance(7)
    assert "space goes on" in stopping.pause()
    assert stopping.advance(10).characters == 0
    stopping.one()
    assert stopping.view().column.count == 3 + 8
    stopping.pause()
    stopping.advance(1000)
    assert symbols_of(columns(stopping)[0]) == symbols_of(columns(written(sampler()))[0])
    assert stopping.pause() == "the text has ended: g goes on behind it"


def test_more_and_one_go_on_behind_the_end() -> None:
    longer = written(sampler(length=10))
    longer.one()
    assert longer.view().column.count == 14
    longer.more(5)
    longer.advance(1000)
    assert symbols_of(columns(longer)[0]) == symbols_of(columns(written(sampler(length=16)))[0])


def test_a_prompt_can_be_read_behind_a_text() -> None:
    talking = written(sampler(length=10))
    talking.behind("hé").run()
    talking.advance(1000)
    marks = columns(talking)[0]
    assert [mark.origin for mark in marks] == ["prompt"] * 3 + ["drawn"] * 10 + ["prompt"] + [
        "drawn"
    ] * 10
    assert all(after.parent is before for before, after in pairwise(marks))


def test_what_was_read_is_not_put_behind_a_text_that_has_grown_meanwhile() -> None:
    talking = written(sampler(length=10))
    task = talking.behind("ab")
    talking.one()
    assert "changed meanwhile" in task.run()
    assert talking.view().column.count == 14


def test_scoring_draws_nothing() -> None:
    scored = sampler()
    said = scored.write("abcabc", draw=False).run()
    column = scored.view().column
    assert (column.count, column.phase, column.drawn.characters) == (6, "ended", 0)
    assert said.startswith(f"6 characters: {column.total.bits:.1f} bits")
    assert written(sampler(length=0)).view().column.phase == "ended"


def test_a_prompt_that_is_too_long_is_refused() -> None:
    with pytest.raises(SamplerError, match="sample --score"):
        sampler().write("a" * (LONGEST_PROMPT + 1))


def test_the_settings_that_are_shown_are_those_that_draw() -> None:
    several = written(sampler(temperature=0.5))
    written(several)
    several.change("temperature", "2")
    several.texts.choose(1)
    assert several.view().settings.temperature == 2.0
    several.more(5)
    several.advance(10)
    assert {mark.temperature for mark in columns(several)[0][-5:]} == {2.0}


def test_again_writes_the_prompt_of_the_text_that_is_looked_at() -> None:
    several = written(written(sampler(), "abc"), "hgf")
    several.texts.choose(1)
    several.again().run()
    assert symbols_of(columns(several)[0])[:3] == [0, 1, 2]


def test_behind_the_last_seed_comes_the_first() -> None:
    last = written(sampler(seed=2**63 - 1))
    last.again().run()
    assert last.settings.seed == 0


def test_a_text_of_bytes_is_kept_byte_for_byte() -> None:
    network = byte_weights(hidden=4)
    bytes_ = Sampler(network, Settings(length=300, temperature=5.0))
    bytes_.write("é").run()
    bytes_.advance(1000)
    marks = columns(bytes_)[0]
    assert bytes_.texts.require().data == bytes(symbols_of(marks))


def test_a_network_that_has_diverged_is_told_in_a_line() -> None:
    params = {name: value.copy() for name, value in WEIGHTS.params.items()}
    params["b_y"][:] = np.nan
    broken = Sampler(type(WEIGHTS)(params, "tanh", WEIGHTS.vocabulary, 1, "owl"))
    broken.write("").run()
    broken.advance(10)
    assert "diverged" in broken.view().message
    with pytest.raises(SamplerError, match="diverged"):
        broken.write("abc").run()


def test_the_cursor_stays_with_the_end_until_it_is_moved() -> None:
    moved = sampler()
    moved.write("ab").run()
    moved.advance(5)
    assert moved.view().column.cursor == 6
    moved.texts.look_at(3)
    moved.advance(5)
    assert (moved.view().column.cursor, moved.view().column.following) == (3, False)
    moved.texts.look_at(-7)
    assert moved.view().mark.depth == 1
    moved.texts.look_at(10**9)
    moved.advance(5)
    assert moved.view().column.cursor == 16


def test_the_speed_has_its_steps() -> None:
    paced = sampler()
    seen = []
    for _ in SPEEDS:
        seen.append(paced.speed)
        paced.faster(1)
    assert seen == [100, 400, 1600, 0, 0, 0]
    for _ in SPEEDS:
        paced.faster(-1)
    assert (paced.speed, paced.pace) == (10, "10 characters a second")


def test_lanes_without_anything_of_their_own_are_the_samplers() -> None:
    (lane,) = ALONE
    assert lane.settings(Settings(seed=4)) == Settings(seed=4)
