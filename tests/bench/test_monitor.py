from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from rnn_tui.bench.monitor import call_costs
from rnn_tui.cli import cli


def test_every_kind_of_call_is_timed(tmp_path: Path) -> None:
    costs = call_costs(tmp_path, 16)
    assert [(cost.name, cost.calls) for cost in costs] == [
        ("log, 1 value", 16),
        ("log, 5 values", 16),
        ("log, 20 values", 16),
        ("show, 128 × 128", 16),
        ("show, 1024 × 1024", 2),
    ]
    assert all(0 < cost.median <= cost.p99 <= cost.slowest for cost in costs)


def test_a_call_costs_less_than_fifty_microseconds(tmp_path: Path) -> None:
    costs = {cost.name: cost.median for cost in call_costs(tmp_path, 1_000)}
    assert max(costs["log, 1 value"], costs["log, 5 values"], costs["log, 20 values"]) < 50e-6


def test_the_command_tells_them_for_people_and_for_programs() -> None:
    told = CliRunner().invoke(cli, ["bench", "monitor", "--calls", "3"]).output
    assert "log, 20 values" in told
    found = CliRunner().invoke(cli, ["bench", "monitor", "--calls", "3", "--json"]).output
    assert {cost["calls"] for cost in json.loads(found)["monitor"]} == {1, 3}
