"""Pages in assets/: what the program knows, it has written there itself, between two marks."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from textual.binding import Binding
from textual.keys import format_key

ASSETS = Path(__file__).parent.parent / "assets"


def listed(terms: Mapping[str, str]) -> Iterable[str]:
    """A list of terms."""
    return [f"* **{term}**: {sentence}" for term, sentence in terms.items()]


def keys(bindings: Iterable[Any]) -> Iterable[str]:
    """A table of keys."""
    rows = (
        f"| {' '.join(format_key(key) for key in binding.key.split(','))} |"
        f" {binding.tooltip or binding.description} |"
        for binding in bindings
        if isinstance(binding, Binding)
    )
    return ["| key | does |", "|---|---|", *rows]


def commands(table: Mapping[str, Any]) -> Iterable[str]:
    """A table of commands."""
    usages = ((c.usage.replace("|", "\\|"), c.does) for c in table.values())
    return ["| command | does |", "|---|---|", *(f"| `{u}` | {does} |" for u, does in usages)]


def section(page: Path, name: str) -> re.Match[str]:
    """What stands on the page between <!-- name --> and <!-- /name -->."""
    pattern = rf"(?s)<!-- {name} -->\n(.*?)<!-- /{name} -->\n"
    found = re.search(pattern, page.read_text(encoding="utf-8"))
    assert found, f"the page has no section {name}"
    return found


def stands_on(page: Path, name: str, lines: Iterable[str]) -> None:
    """Compare a section with what it should be, or write it anew with REWRITE=1."""
    true = "".join(f"{line}\n" for line in lines)
    found = section(page, name)
    if os.environ.get("REWRITE"):
        text = found.string
        page.write_text(text[: found.start(1)] + true + text[found.end(1) :], encoding="utf-8")
    else:
        assert found[1] == true
