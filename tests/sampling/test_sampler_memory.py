"""What the sampler keeps, and what it lets go when memory is short."""

from __future__ import annotations

import pytest

from rnn_tui.sampling.errors import SamplerError
from rnn_tui.sampling.lanes import at_temperatures
from rnn_tui.sampling.sampler import Sampler
from rnn_tui.sampling.settings import Settings
from tests.sampling.networks import make_weights, symbols_of
from tests.sampling.samplers import WEIGHTS, columns, sampler, written


def test_what_takes_too_much_memory_drops_the_oldest_text_and_says_so() -> None:
    full = Sampler(WEIGHTS, Settings(length=60), memory=100_000)
    written(full, "ab")
    for _ in range(2):
        full.again().run()
        full.advance(1000)
    assert full.view().message == "text 1 dropped to make room"
    assert [listed.number for listed in full.view().texts] == [2, 3]
    full.more(1000)
    full.advance(2000)
    assert "are taken" in full.view().message
    assert [listed.number for listed in full.view().texts] == [3]
    assert full.view().column.phase == "ended"


def test_what_begins_makes_room_for_all_of_itself_and_says_so() -> None:
    full = Sampler(WEIGHTS, Settings(length=60), memory=100_000)
    written(full, "ab" * 20)
    full.lanes = at_temperatures((0.5, 1.0, 1.5))
    assert full.write("ab" * 14).run() == "text 1 dropped to make room"
    assert [column.number for column in full.view().columns] == [2, 3, 4]
    with pytest.raises(SamplerError, match="are taken"):
        full.write("ab" * 35).run()
    assert [column.number for column in full.view().columns] == [2, 3, 4]


def test_the_networks_count_too() -> None:
    weights = [make_weights(seed=seed, step=seed) for seed in range(20)]
    followed = Sampler(weights[0], Settings(length=3), memory=12 * weights[0].nbytes)
    for newer in weights:
        followed.weights = newer
        followed.write("").run()
        followed.advance(10)
    kept = {id(listed.weights) for listed in followed.view().texts}
    assert 3 < len(kept) < 12
    assert "dropped to make room" in followed.view().message or len(kept) < 20


def test_a_prompt_read_behind_a_text_that_finds_no_room_is_told_in_a_line() -> None:
    full = Sampler(WEIGHTS, Settings(length=50), memory=100_000)
    written(full, "ab")
    assert "are taken" in full.behind("ab" * 45).run()
    assert full.view().column.phase == "ended"
    with pytest.raises(SamplerError, match="there is memory for"):
        full.write("ab" * 1000)


def test_what_is_not_shown_keeps_no_engine() -> None:
    several = sampler(length=100)
    several.write("ab").run()
    several.advance(10)
    first = several.texts.require()
    several.again().run()
    assert first._engine is None
    assert first.phase == "paused"
    several.texts.choose(1)
    several.change("seed", "0")
    several.pause()
    several.advance(1000)
    assert symbols_of(columns(several)[0]) == symbols_of(
        columns(written(sampler(length=100), "ab"))[0]
    )


def test_a_text_that_is_alone_in_its_memory_ends() -> None:
    full = Sampler(WEIGHTS, Settings(length=600), memory=100_000)
    written(full, "ab")
    assert "begin another one" in full.view().message
    assert full.view().column.phase == "ended"
