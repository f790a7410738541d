"""The stepper's page tells the truth: what the program knows, it has written there itself.

``REWRITE=1 python -m pytest tests/test_stepper_docs.py`` writes those sections anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from math import prod

import pytest

from rnn_tui.core.faults import FAULTS
from rnn_tui.core.flow import DEFINITIONS
from rnn_tui.core.updates import LINES
from rnn_tui.stepping.commands import COMMANDS
from rnn_tui.stepping.explanations import GLOSSARY
from rnn_tui.stepping.plain import text_lines
from rnn_tui.stepping.tiny import tiny_window
from rnn_tui.tui.screens.stepper_keys import KEYS

from .pages import ASSETS, commands, keys, listed, section, stands_on
from .stepping.pencil import by_hand

PAGE = ASSETS / "stepper.md"
GIVES = re.compile(r"    gives (?P<name>\S+)(?: \((?P<shape>[\d, ]+)\))?(?:  (?P<rest>.+))?$")


def walk() -> Iterable[str]:
    window = tiny_window()
    return ["```", *text_lines(window, window.trace()), "```"]


def faults() -> Iterable[str]:
    rows = (f"| `{name}` | {fault.title} | {fault.sentence} |" for name, fault in FAULTS.items())
    return ["| fault | | what it does |", "|---|---|---|", *rows]


SECTIONS: dict[str, Callable[[], Iterable[str]]] = {
    "keys": lambda: keys(KEYS),
    "commands": lambda: commands(COMMANDS),
    "faults": faults,
    "flow": lambda: listed(DEFINITIONS),
    "glossary": lambda: listed(GLOSSARY),
    "walk": walk,
}
"""What stands on the page between <!-- name --> and <!-- /name -->."""


@pytest.mark.parametrize("name", SECTIONS)
def test_what_the_program_knows_stands_on_the_page(name: str) -> None:
    stands_on(PAGE, name, SECTIONS[name]())


def results(lines: list[str]) -> list[tuple[str, list[str]]]:
    """The name and the digits of every result that the printed walk shows."""
    found = []
    for number, line in enumerate(lines):
        gives = GIVES.match(line)
        if gives:
            size = prod(int(n) for n in (gives["shape"] or "1").split(","))
            words = (gives["rest"] or "").split()
            digits = words[1:] * size if words[:1] == ["all"] else words
            for below in lines[number + 1 :]:
                if not below.startswith("     "):
                    break
                digits += below.split()
            assert len(digits) == size, line
            found.append((gives["name"], digits))
    return found


def test_the_printed_walk_is_what_pencil_and_paper_give() -> None:
    printed = results(section(PAGE, "walk")[1].splitlines())
    for (name, digits), (expected, numbers) in zip(printed, by_hand(), strict=True):
        assert name == expected
        assert digits == [f"{number + 0.0:.6g}" for number in numbers], name


def test_the_printed_walk_has_every_phase() -> None:
    phases = {match[1] for match in re.finditer(r"(?m)^\d+/\d+  (\w+)", section(PAGE, "walk")[1])}
    assert phases == {"forward", "loss", "backward", "sum", "clip", "update"}


def test_the_source_of_every_optimiser_is_named() -> None:
    page = PAGE.read_text(encoding="utf-8").lower()
    named = {"sgd": "gradient descent", "momentum": "heavy ball"}
    assert all(named.get(name, name) in page for name in LINES)
