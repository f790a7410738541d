"""The stream of the pipe: the engine's text, its end, and nothing kept."""

from __future__ import annotations

import tracemalloc
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.sampling.engine import Engine
from rnn_tui.sampling.prompt import PromptError
from rnn_tui.sampling.settings import Settings
from rnn_tui.sampling.stream import stream
from tests.sampling.networks import byte_weights, make_weights

WEIGHTS = make_weights(dtype=np.float32)
BYTES = byte_weights(layers=1, dtype=np.float32)


@pytest.mark.parametrize("weights", [WEIGHTS, BYTES], ids=["characters", "bytes"])
@given(
    st.integers(0, 2**63 - 1),
    st.sampled_from([0.0, 0.8, 1e300]),
    st.sampled_from(["", "a", "ab", "gh", "\ufffd", "\ufffda"]),
    st.text(max_size=4),
)
def test_it_writes_what_the_engine_writes_and_ends_where_it_ends(
    weights, seed, temperature, stop_at, prompt
) -> None:
    settings = Settings(temperature=temperature, seed=seed, length=40, stop_at=stop_at)
    pieces = list(stream(weights, settings, prompt))
    engine = Engine(weights, settings)
    list(engine.prompt(prompt))
    assert [piece.drawn.symbol for piece in pieces] == [mark.symbol for mark in engine]


def test_its_text_is_that_of_the_symbols() -> None:
    pieces = list(stream(BYTES, Settings(length=300)))
    symbols = [piece.drawn.symbol for piece in pieces]
    text = "".join(piece.text for piece in pieces)
    assert BYTES.vocabulary.decode(symbols).startswith(text)
    assert len(text) > 100


def test_it_scores_the_last_draw_as_the_engine_does() -> None:
    settings = Settings(temperature=2.0, top_k=5)
    plain = stream(WEIGHTS, settings, "abc")
    engine = Engine(WEIGHTS, settings)
    list(engine.prompt("abc"))
    for piece, mark in zip(islice(plain, 20), engine, strict=False):
        surprise, _, rank = plain.scores(piece.drawn)
        assert (surprise[0], rank[0]) == (mark.surprise, mark.rank)


def test_every_text_of_a_seed_is_another_one_and_the_same_again() -> None:
    texts = [
        "".join(piece.text for piece in stream(WEIGHTS, Settings(length=30), "ab", number))
        for number in (0, 1, 0)
    ]
    assert texts[0] == texts[2] != texts[1]


def test_nothing_is_written_where_nothing_was_asked_for() -> None:
    assert list(stream(WEIGHTS, Settings(length=0), "abc")) == []


def test_a_prompt_is_told_from_what_it_lacks() -> None:
    plain = stream(WEIGHTS, Settings(), "a1b")
    assert (plain.read.text, plain.read.missing) == ("ab", ("1",))
    with pytest.raises(PromptError):
        stream(WEIGHTS, Settings(missing="refuse"), "a1b")


def test_memory_does_not_grow_with_the_text() -> None:
    plain = stream(WEIGHTS, Settings(length=10**6, stop_at="never"))
    list(islice(plain, 100))
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in islice(plain, 5000):
        pass
    grown = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    assert grown < 20_000
