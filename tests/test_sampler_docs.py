"""The sampler's page tells the truth: what the program knows, it has written there itself.

``REWRITE=1 python -m pytest tests/test_sampler_docs.py`` writes those sections anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import pytest

from rnn_tui.sampling.commands import COMMANDS
from rnn_tui.sampling.glossary import GLOSSARY
from rnn_tui.sampling.properties import PROPERTIES
from rnn_tui.tui.screens.sampler_help import PARTS

from .pages import ASSETS, commands, keys, listed, stands_on


def properties() -> Iterable[str]:
    rows = (f"| {name} | {known.description} |" for name, known in PROPERTIES.items())
    return ["| property | of the moment after a character was read |", "|---|---|", *rows]


SECTIONS: dict[str, Callable[[], Iterable[str]]] = {
    **{name: partial(keys, part.bindings) for name, part in PARTS.items()},
    "commands": lambda: commands(COMMANDS),
    "properties": properties,
    "glossary": lambda: listed(GLOSSARY),
}


@pytest.mark.parametrize("name", SECTIONS)
def test_what_the_program_knows_stands_on_the_page(name: str) -> None:
    stands_on(ASSETS / "sampler.md", name, SECTIONS[name]())
