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
        ("import rnn_tui.cli", {"msgspec", "asyncio", "sqlite3", "rnn_tui.cli.app"}),
        (
            "import rnn_tui.cli.app, rnn_tui.cli.training",
            {"numpy", "textual", "rich", "plotext", "tomlkit", "asyncio", "sqlite3", "ssl"},
        ),
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


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["train", "--help"]])
def test_help_loads_neither_numpy_nor_other_commands(words: list[str]) -> None:
    code = f"from rnn_tui.cli import status_of; status_of({words})"
    loaded = loaded_after(code)
    assert loaded & {"numpy", "textual", "rich", "asyncio", "sqlite3", "safetensors"} == set()
    assert loaded & {f"rnn_tui.cli.{name}" for name in ("bench", "runs", "sample", "step")} == set()


def test_a_trainer_is_started_before_what_the_app_needs_is_loaded() -> None:
    code = """
import sys, subprocess, tempfile
from rnn_tui.cli import app, status_of
app.require_terminal = lambda *_, **__: None
app.start_server = lambda directory: print(*sys.modules) or sys.exit(0)
with tempfile.TemporaryDirectory() as runs:
    status_of(["open", "--corpus", "brackets", "--runs", runs])
"""
    loaded = loaded_after(code)
    assert "rnn_tui.runs.directory" in loaded
    assert loaded & {"numpy", "textual", "rich", "asyncio", "sqlite3"} == set()


def test_the_first_frame_needs_no_network_and_no_database() -> None:
    loaded = loaded_after("import rnn_tui.tui.app")
    unwanted = {"safetensors", "tomlkit", "tensorboardX", "rnn_tui.stepping.stepper"}
    assert loaded & unwanted == set()
    assert loaded & {"rnn_tui.core.elman", "rnn_tui.sampling.sampler", "rnn_tui.bench"} == set()


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
