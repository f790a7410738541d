"""Who may load what: each in a fresh interpreter, so that no other test has loaded it before."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "rnn_tui").rglob("*.py"))


def loaded_after(code: str) -> set[str]:
    """Every module that is loaded after ``code``."""
    script = f"{code}\nimport sys; print(*sys.modules)"
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("code", "unwanted"),
    [
        ("import rnn_tui", {"numpy", "click", "msgspec"}),
        ("import rnn_tui.cli", {"numpy", "textual", "rich", "plotext", "tomlkit", "safetensors"}),
        (
            "import rnn_tui.tui.app",
            {
                "rnn_tui.training.trainer",
                "rnn_tui.training.session",
                "rnn_tui.training.server",
                "rnn_tui.core.model",
            },
        ),
        (
            "from rnn_tui import Monitor",
            {"numpy", "textual", "rich", "click", "plotext", "tensorboardX"},
        ),
        ("import rnn_tui.runs.tensorboard", {"numpy", "tensorboardX", "google.protobuf"}),
        ("import rnn_tui.training.server", {"textual", "rich", "click", "plotext"}),
        ("import rnn_tui.training.client", {"numpy", "textual", "rich"}),
        ("import rnn_tui.core, rnn_tui.core.elman", {"msgspec", "sqlite3", "textual", "click"}),
    ],
)
def test_a_part_loads_nothing_that_it_must_not(code: str, unwanted: set[str]) -> None:
    assert loaded_after(code) & unwanted == set()


def test_numpy_is_not_loaded_before_the_number_of_threads_is_set() -> None:
    code = """
from rnn_tui.cli.options import load_text
from rnn_tui.runs.configuration import merge
load_text(merge({"text": ["assets/tiny.txt"], "batch": 2, "window": 8}))
load_text(merge({"corpus": "brackets", "batch": 2, "window": 8}))
"""
    assert "numpy" not in loaded_after(code)


def imported(path: Path) -> set[str]:
    """The top-level packages that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def test_nothing_imports_what_could_execute_data() -> None:
    forbidden = {"pickle", "multiprocessing", "marshal", "shelve", "dill", "joblib"}
    assert {path.name: bad for path in MODULES if (bad := imported(path) & forbidden)} == {}


def test_nothing_evaluates_text() -> None:
    for path in MODULES:
        names = {
            node.id
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Name)
        }
        assert not names & {"eval", "exec", "__import__"}, path


def test_one_file_draws_charts() -> None:
    assert [path.name for path in MODULES if "plotext" in imported(path)] == ["line_chart.py"]
