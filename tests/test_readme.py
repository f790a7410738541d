"""The README tells the truth: its tree, its keys and its commands are those that are there.

``REWRITE=1 python -m pytest tests/test_readme.py`` writes the tree anew.
"""

from __future__ import annotations

import ast
import os
import re
from pathlib import Path

from rnn_tui import __version__
from rnn_tui.cli.commands import PLACES

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
WIDTH = 24
START, END = "rnn_tui/\n", "tests/  "


def first_line(module: Path) -> str:
    if module.suffix == ".tcss":
        return module.read_text().split("\n")[0].strip("/* .")
    docstring = ast.get_docstring(ast.parse(module.read_text())) or ""
    return docstring.split("\n")[0].replace("``", "").rstrip(".")


def tree(folder: Path, depth: int = 1) -> list[str]:
    lines = []
    modules = (p for p in folder.glob("*.py") if p.name != "__init__.py")
    files = sorted([*modules, *folder.glob("*.tcss")])
    for module in files:
        lines.append(f"{'  ' * depth + module.name:{WIDTH}}  {first_line(module)}")
    for inner in sorted(p for p in folder.iterdir() if (p / "__init__.py").exists()):
        lines.append(
            f"{'  ' * depth + inner.name + '/':{WIDTH}}  {first_line(inner / '__init__.py')}"
        )
        lines += tree(inner, depth + 1)
    return lines


def test_the_tree_names_every_file_with_its_first_line() -> None:
    readme = README.read_text()
    start = readme.index(START) + len(START)
    stop = readme.index(END, start)
    true = "\n".join(tree(ROOT / "rnn_tui")) + "\n"
    if os.environ.get("REWRITE"):
        README.write_text(readme[:start] + true + readme[stop:])
    else:
        assert readme[start:stop] == true


def test_every_command_is_named() -> None:
    readme = README.read_text()
    for name, place in PLACES.items():
        assert not place.does or f"rnn-tui {name}" in readme, name


def test_the_changelog_speaks_of_this_version() -> None:
    assert re.search(rf"^### {re.escape(__version__)}\b", README.read_text(), re.MULTILINE)


def test_what_it_shows_is_there() -> None:
    for path in re.findall(r"\]\((assets/[^)]+)\)", README.read_text()):
        assert (ROOT / path).stat().st_size > 0, path


def test_the_two_commands_need_nothing_but_python() -> None:
    commands = re.findall(r"^python3 -m venv .*$", README.read_text(), re.MULTILINE)
    assert len(commands) == 2
    assert commands[0].endswith("rnn-tui")
    assert commands[1].endswith("pytest")
