"""Samplers for tests: small networks, short texts."""

from __future__ import annotations

from rnn_tui.sampling.sampler import Sampler
from rnn_tui.sampling.settings import Settings
from tests.sampling.networks import make_weights

WEIGHTS, OTHER = make_weights(), make_weights("abcxyz", seed=5, hidden=4, layers=1)


def sampler(**settings) -> Sampler:
    return Sampler(WEIGHTS, Settings(**{"length": 30, **settings}))


def written(sampler: Sampler, prompt: str = "abc", characters: int = 1000) -> Sampler:
    sampler.write(prompt).run()
    sampler.advance(characters)
    return sampler


def columns(sampler: Sampler) -> list[list]:
    return [list(column.marks[: column.count]) for column in sampler.view().columns]
