"""How fast it is now, and how fast it was: the tables of the README, measured anew.

    python .ci/benchmark.py [--before REVISION] [--network SECONDS] [--screen SECONDS]

Both take turns on the machine that this runs on, which should do nothing else meanwhile: first
``rnn-tui bench --json`` of each, then ``rnn-tui bench --screen --json``. PyTorch and JAX take part
where the Python that runs this has them. Without ``--before`` the tables have one column less.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

HERE = Path(__file__).resolve().parents[1]


def main() -> int:
    """Measure, and print the tables."""
    asked = arguments()
    with TemporaryDirectory() as folder:
        trees = {"now": HERE}
        if asked.before:
            trees = {"before": extracted(asked.before, Path(folder)), **trees}
        network = {
            name: measured(tree, "bench", "--seconds", str(asked.network))
            for name, tree in trees.items()
        }
        screen = {
            name: measured(tree, "bench", "--screen", "--seconds", str(asked.screen))
            for name, tree in trees.items()
        }
    print(datetime.now(UTC).strftime("%Y-%m-%d"), machine_line(network["now"]), sep=" · ")
    print("", *network_table(network), "", *screen_table(screen), sep="\n")
    return 0 if network["now"] and screen["now"] else 1


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--before", metavar="REVISION", help="compare with a commit")
    parser.add_argument("--network", type=float, default=8.0, help="seconds for each shape")
    parser.add_argument("--screen", type=float, default=60.0, help="seconds for the screen")
    return parser.parse_args()


def extracted(revision: str, folder: Path) -> Path:
    """The package as it was."""
    archive = ["git", "-C", str(HERE), "archive", revision, "rnn_tui"]
    done = subprocess.run(archive, capture_output=True, check=True)
    with tarfile.open(fileobj=BytesIO(done.stdout)) as packed:
        packed.extractall(folder, filter="data")
    return folder


def measured(tree: Path, *words: str) -> dict[str, Any]:
    """What the command of this tree finds; nothing where it does not know how."""
    print("measuring", tree.name, *words, file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "rnn_tui", *words, "--json"]
    environ = {**os.environ, "PYTHONPATH": str(tree)}
    done = subprocess.run(command, capture_output=True, text=True, env=environ, cwd=tree)
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        print("  left out:", done.stderr.strip().splitlines()[-1:], file=sys.stderr)
        return {}
    return found


def machine_line(found: Mapping[str, Any]) -> str:
    """What it was measured on."""
    if not found:
        return "nothing could be measured"
    machine, limit = found["machine"], found["limit"]
    versions = [f"{name} {version}" for name, version in found["versions"].items()]
    speeds = " · ".join(f"{name} {value:.3g}" for name, value in limit.items())
    parts = [machine["processor"], f"Python {machine['python']}", f"NumPy {machine['numpy']}"]
    return " · ".join([*parts, machine["blas"], *versions, *found["notes"], speeds])


def network_table(found: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """A line for each shape; of before: characters a second alone."""
    before = {key(shape): shape for shape in found.get("before", {}).get("shapes", [])}
    peers = list(found["now"].get("geometric_means", {}).get("over", {}))
    heads = ["H, B, T", "characters/s", "share of limit", *(f"over {peer}" for peer in peers)]
    lines = []
    for shape in found["now"].get("shapes", []):
        over = [ratio(shape["over"].get(peer)) for peer in peers]
        rate, share = shape["characters_per_second"], shape["share_of_limit"]
        cells = [key(shape), f"{rate:,}", f"{share:.0%}", *over]
        if "before" in found:
            then = before.get(key(shape))
            cells.append(ratio(rate / then["characters_per_second"] if then else None))
        lines.append(cells)
    return table([*heads, *(["over before"] if "before" in found else [])], lines)


def key(shape: Mapping[str, Any]) -> str:
    """Its sizes."""
    return f"{shape['hidden']}, {shape['batch']}, {shape['window']}"


def ratio(value: float | None) -> str:
    """With two digits; a dash where it was not measured."""
    return "–" if value is None else f"{value:.2f}"


def screen_table(found: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """A line for each figure, and what it should be."""
    rows = {name: facts.get("screen", {}).get("rows", []) for name, facts in found.items()}
    lines = []
    for what, measured, aim in rows["now"]:
        then = [m for w, m, _ in rows.get("before", []) if w == what] or ["–"]
        lines.append([what, *(then if "before" in rows else []), measured, aim])
    return table(["screen", *rows, "aim"], lines)


def table(heads: list[str], lines: list[list[str]]) -> list[str]:
    """As Markdown."""
    rule = ["---", *["--:"] * (len(heads) - 1)]
    return ["| " + " | ".join(cells) + " |" for cells in (heads, rule, *lines)]


if __name__ == "__main__":
    sys.exit(main())
