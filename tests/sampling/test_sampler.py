"""The sampler: texts side by side, branched, gone on with, and settings that act at once."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.core.sampling import draw
from rnn_tui.sampling.engine import Engine
from rnn_tui.sampling.errors import SamplerError
from rnn_tui.sampling.lanes import ALONE, at_temperatures, of_weights
from rnn_tui.sampling.sampler import LONGEST_PROMPT, SPEEDS, Sampler
from rnn_tui.sampling.settings import Settings, random_numbers
from tests.sampling.networks import byte_weights, make_weights, same, symbols_of

WEIGHTS, OTHER = make_weights(), make_weights("abcxyz", seed=5, hidden=4, layers=1)


def sampler(**settings) -> Sampler:
    return Sampler(WEIGHTS, Settings(**{"length": 30, **settings}))


def written(sampler: Sampler, prompt: str = "abc", characters: int = 1000) -> Sampler:
    sampler.write(prompt).run()
    sampler.advance(characters)
    return sampler


def columns(sampler: Sampler) -> list[list]:
    return [list(column.marks[: column.count]) for column in sampler.view().columns]


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
    assert beside.write("abh").run() == ""  # the first knows all of it
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


def test_what_takes_too_much_memory_drops_the_oldest_text_and_says_so() -> None:
    full = Sampler(WEIGHTS, Settings(length=60), memory=100_000)
    for _ in range(3):
        full.again().run()
        full.advance(1000)
    assert full.view().message == "text 1 dropped to make room"
    assert [listed.number for listed in full.view().texts] == [2, 3]
    full.more(1000)
    full.advance(2000)
    assert "takes all" in full.view().message
    assert full.view().column.phase == "ended"


def test_a_text_that_is_alone_in_its_memory_ends() -> None:
    full = Sampler(WEIGHTS, Settings(length=600), memory=100_000)
    written(full, "ab")
    assert "begin another one" in full.view().message
    assert full.view().column.phase == "ended"


def test_a_network_that_has_diverged_is_told_in_a_line() -> None:
    params = {name: value.copy() for name, value in WEIGHTS.params.items()}
    params["b_y"][:] = np.nan
    broken = Sampler(type(WEIGHTS)(params, "tanh", WEIGHTS.vocabulary, 1, "owl"))
    broken.write("").run()
    broken.advance(10)
    assert "diverged" in broken.view().message
    with pytest.raises(SamplerError, match="diverged"):
        broken.write("abc").run()


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
