"""The stepper's page tells the truth: what the program knows, it has written there itself.

``REWRITE=1 python -m pytest tests/test_stepper_docs.py`` writes those sections anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from math import prod
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.keys import format_key

from rnn_tui.core.faults import FAULTS
from rnn_tui.core.flow import DEFINITIONS
from rnn_tui.core.updates import LINES
from rnn_tui.stepping.commands import COMMANDS
from rnn_tui.stepping.explanations import GLOSSARY
from rnn_tui.stepping.plain import text_lines
from rnn_tui.stepping.tiny import tiny_window
from rnn_tui.tui.screens.stepper_keys import KEYS

from .stepping.pencil import by_hand

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "assets" / "stepper.md"
GIVES = re.compile(r"    gives (?P<name>\S+)(?: \((?P<shape>[\d, ]+)\))?(?:  (?P<rest>.+))?$")


def walk() -> Iterable[str]:
    window = tiny_window()
    return ["```", *text_lines(window, window.trace()), "```"]


def faults() -> Iterable[str]:
    rows = (f"| `{name}` | {fault.title} | {fault.sentence} |" for name, fault in FAULTS.items())
    return ["| fault | | what it does |", "|---|---|---|", *rows]


def listed(terms: dict[str, str]) -> Iterable[str]:
    return [f"* **{term}**: {sentence}" for term, sentence in terms.items()]


def keys() -> Iterable[str]:
    rows = (
        f"| {' '.join(format_key(key) for key in binding.key.split(','))} | {binding.tooltip} |"
        for binding in KEYS
        if isinstance(binding, Binding)
    )
    return ["| key | does |", "|---|---|", *rows]


def commands() -> Iterable[str]:
    usages = ((c.usage.replace("|", "\\|"), c.does) for c in COMMANDS.values())
    return ["| command | does |", "|---|---|", *(f"| `{u}` | {does} |" for u, does in usages)]


SECTIONS: dict[str, Callable[[], Iterable[str]]] = {
    "keys": keys,
    "commands": commands,
    "faults": faults,
    "flow": lambda: listed(DEFINITIONS),
    "glossary": lambda: listed(GLOSSARY),
    "walk": walk,
}
"""What stands on the page between <!-- name --> and <!-- /name -->."""


def section(name: str) -> re.Match[str]:
    pattern = rf"(?s)<!-- {name} -->\n(.*?)<!-- /{name} -->\n"
    found = re.search(pattern, PAGE.read_text(encoding="utf-8"))
    assert found, f"the page has no section {name}"
    return found


@pytest.mark.parametrize("name", SECTIONS)
def test_what_the_program_knows_stands_on_the_page(name: str) -> None:
    true = "".join(f"{line}\n" for line in SECTIONS[name]())
    found = section(name)
    if os.environ.get("REWRITE"):
        page = found.string
        PAGE.write_text(page[: found.start(1)] + true + page[found.end(1) :], encoding="utf-8")
    else:
        assert found[1] == true


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
    printed = results(section("walk")[1].splitlines())
    for (name, digits), (expected, numbers) in zip(printed, by_hand(), strict=True):
        assert name == expected
        assert digits == [f"{number + 0.0:.6g}" for number in numbers], name


def test_the_printed_walk_has_every_phase() -> None:
    phases = {match[1] for match in re.finditer(r"(?m)^\d+/\d+  (\w+)", section("walk")[1])}
    assert phases == {"forward", "loss", "backward", "sum", "clip", "update"}


def test_the_source_of_every_optimiser_is_named() -> None:
    page = PAGE.read_text(encoding="utf-8").lower()
    named = {"sgd": "gradient descent", "momentum": "heavy ball"}
    assert all(named.get(name, name) in page for name in LINES)
