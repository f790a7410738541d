"""Side by side: what differs, differs by temperature or weights, not by chance."""

from __future__ import annotations

import math

import pytest

from rnn_tui.core.sampling import draw
from rnn_tui.sampling.beside import Beside
from rnn_tui.sampling.engine import Engine
from rnn_tui.sampling.prompt import PromptError
from rnn_tui.sampling.settings import SettingError, Settings, random_numbers
from tests.sampling.networks import make_weights, symbols_of

WEIGHTS, OTHER = make_weights(), make_weights("abcxyz", seed=5, hidden=4, layers=1)


def columns(beside: Beside) -> list[list]:
    return [list(column) for column in zip(*beside, strict=True)]


def test_every_column_is_what_it_would_be_alone() -> None:
    beside = Beside.at_temperatures(WEIGHTS, Settings(length=20, seed=3), [0.5, 1.0, math.inf])
    list(beside.prompt("abc"))
    for temperature, column in zip([0.5, 1.0, math.inf], columns(beside), strict=True):
        alone = Engine(WEIGHTS, Settings(length=20, seed=3, temperature=temperature))
        list(alone.prompt("abc"))
        assert symbols_of(column) == symbols_of(alone)


def test_equal_columns_write_the_same_text() -> None:
    first, second = columns(Beside.of_weights([WEIGHTS, WEIGHTS], Settings(length=30)))
    assert symbols_of(first) == symbols_of(second)


def test_networks_of_other_symbols_use_the_same_uniform_numbers() -> None:
    settings = Settings(length=25, seed=8)
    beside = Beside.of_weights([WEIGHTS, OTHER], settings)
    prompt = list(beside.prompt("abh"))  # OTHER does not know h
    assert [mark is None for mark in prompt[-1]] == [False, True]
    uniforms = random_numbers(8).random(25)
    for column in columns(beside):
        assert symbols_of(column) == [
            draw(mark.distribution, u) for mark, u in zip(column, uniforms, strict=True)
        ]


def test_a_column_that_ends_waits_for_the_others() -> None:
    short = Engine(WEIGHTS, Settings(length=2))
    beside = Beside([short, Engine(WEIGHTS, Settings(length=4))])
    assert [[mark is None for mark in row] for row in beside] == [
        [False, False],
        [False, False],
        [True, False],
        [True, False],
    ]
    assert beside.finished


def test_columns_with_other_seeds_or_settings_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="need the same seed"):
        Beside([Engine(WEIGHTS, Settings(seed=seed)) for seed in (1, 2)])
    with pytest.raises(SettingError, match="temperature must be 0 or positive"):
        Beside.at_temperatures(WEIGHTS, Settings(), [0.5, -1.0])


def test_a_prompt_that_one_network_is_to_refuse_is_refused() -> None:
    beside = Beside.of_weights([WEIGHTS, OTHER], Settings(missing="refuse"))
    with pytest.raises(PromptError, match="never seen h"):
        beside.prompt("abh")
