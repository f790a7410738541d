"""``bench`` alone: training beside the limit and beside peers, for people and for programs."""

from __future__ import annotations

import json
import os
import re

import pytest

from rnn_tui.bench import grid, limit, network, peers
from rnn_tui.bench.grid import Shape
from rnn_tui.bench.plain_loop import PlainLoop
from rnn_tui.bench.rule import Make
from rnn_tui.cli import bench_network

from .conftest import Run

ONE = ("--hidden", "4", "--batch", "1", "--window", "3", "--vocabulary", "5")
TINY = ("bench", "--seconds", "0.001")


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two small shapes, a limit that is found at once, and no library of others."""
    monkeypatch.setattr(grid, "GRID", (Shape(4, 1, 3), Shape(5, 2, 3)))
    found = limit.Speeds(product=1e9, tanh=1e9, exp=1e9, copy=1e9)
    monkeypatch.setattr(limit, "measure_speeds", lambda: found)
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)
    monkeypatch.setattr(bench_network, "FRAGILE", frozenset())
    absent = peers.Peer("a_module_that_nobody_has", dict)
    monkeypatch.setitem(peers.PEERS, peers.PYTORCH, absent)
    monkeypatch.setitem(peers.PEERS, peers.JAX, peers.Peer("json", lambda: {"as": PlainLoop}))


def cells(line: str) -> list[str]:
    return re.split(r"\s{2,}", line.strip())


def test_the_table_has_a_line_for_each_shape_and_the_means_last(rnn_tui: Run) -> None:
    said = rnn_tui(*TINY)
    assert said.status == 0
    machine, speeds, setting, gap, headings, first, second, mean = said.out.splitlines()
    assert re.search(r", 1 thread( · kept on core \d+)?$", machine)
    assert speeds.startswith("limit: 1.0 GFLOP/s in products · 1.00 ns a tanh")
    assert setting.startswith("V 65 · float32 · Adam, clipping by the norm")
    assert gap == ""
    assert cells(headings)[3:] == ["characters/s", "of the limit", "over JAX", "over the loop"]
    assert (cells(first)[:3], cells(second)[:3]) == (["4", "1", "3"], ["5", "2", "3"])
    assert cells(second)[-1] == "–"  # the loop reads a single stream
    assert cells(mean)[0] == "geometric mean"
    assert len({len(line) for line in (headings, first, second, mean)}) == 1


def test_one_shape_has_no_means(rnn_tui: Run) -> None:
    said = rnn_tui(*TINY, *ONE, "--no-peers")
    assert (said.status, said.err) == (0, "")
    headings, only = said.out.splitlines()[-2:]
    assert cells(headings) == ["H", "B", "T", "characters/s", "of the limit"]
    assert cells(only)[:3] == ["4", "1", "3"]


def test_what_is_not_there_and_what_fails_is_said_apart(rnn_tui: Run, monkeypatch) -> None:
    def fails(*_: object) -> Make:
        raise RuntimeError("no")

    monkeypatch.setitem(peers.PEERS, peers.JAX, peers.Peer("json", lambda: {"as": fails}))
    said = rnn_tui(*TINY, *ONE)
    assert said.status == 0
    assert said.err.splitlines() == [
        "PyTorch is not installed: not compared",
        "H 4 · B 1 · T 3: JAX failed: RuntimeError: no",
    ]
    assert "JAX" not in said.out


def test_the_json_holds_every_round_and_what_follows_from_them(rnn_tui: Run) -> None:
    said = rnn_tui(*TINY, "--json")
    assert (said.status, said.out.count("\n"), said.err) == (0, 1, "")
    facts = json.loads(said.out)
    assert facts["limit"] == {"product": 1e9, "tanh": 1e9, "exp": 1e9, "copy": 1e9}
    assert facts["notes"] == ["PyTorch is not installed: not compared"]
    assert {"processor", "threads"} <= set(facts["machine"])
    first, second = facts["shapes"]
    assert (first["hidden"], first["batch"], first["window"]) == (4, 1, 3)
    assert first["forms"] == {"JAX": "as", "loop": "one character at a time"}
    assert set(second["over"]) == {"JAX"}
    for one in (first, second):
        ours = one["rounds"]["rnn-tui"]
        assert min(ours) <= one["characters_per_second"] <= max(ours)
        share = one["characters_per_second"] / one["limit"]
        assert one["share_of_limit"] == pytest.approx(share, rel=1e-3)
        assert set(one["over"]) == set(one["rounds"]) - {"rnn-tui"}
    means = facts["geometric_means"]
    product = first["share_of_limit"] * second["share_of_limit"]
    assert means["share_of_limit"] == pytest.approx(product**0.5)
    assert means["over"]["loop"] == pytest.approx(first["over"]["loop"])


def test_the_picture_has_a_bar_for_each_shape(rnn_tui: Run, monkeypatch) -> None:
    monkeypatch.setattr(network.Measured, "share", lambda one, speeds: 2 / one.shape.hidden)
    lines = rnn_tui(*TINY, "--no-peers", "--plot").out.splitlines()[-4:]
    assert lines[0] == "share of the limit"
    assert re.fullmatch(r"H 4 · B 1 · T 3  █{25} 50%", lines[1])
    assert re.fullmatch(r"H 5 · B 2 · T 3  █{20} 40%", lines[2])
    assert re.fullmatch(r" +0% +100%", lines[3])


def test_kernels_of_another_processor_are_told(rnn_tui: Run, monkeypatch) -> None:
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    said = rnn_tui(*TINY, *ONE, "--no-peers")
    assert said.err.startswith("OPENBLAS_CORETYPE=Haswell is set: this is not how fast")


def test_ctrl_c_is_one_line_and_a_status(rnn_tui: Run, monkeypatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(network, "measure_shape", interrupted)
    said = rnn_tui(*TINY)
    assert (said.status, said.out) == (130, "")
    assert said.err == "stopped: nothing was measured to its end\n"


def test_the_process_may_use_all_its_cores_again(rnn_tui: Run) -> None:
    if not hasattr(os, "sched_getaffinity"):
        pytest.skip("no affinity here")
    before = os.sched_getaffinity(0)
    rnn_tui(*TINY, *ONE, "--no-peers")
    assert os.sched_getaffinity(0) == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--vocabulary", "1"), "1 is not in the range 2<=x<=65536"),
        (("--hidden", "0"), "0 is not in the range 1<=x<=8192"),
        (("--seconds", "nan"), "it must be a number of seconds"),
        (("--json", "sample"), "write the options of sample behind sample"),
        (("--screen", "--no-peers"), "--peers has nothing to do with --screen"),
        (("--screen", "--plot"), "--plot has nothing to do with --screen"),
        (("--batch", "4096", "--window", "4096"), "this network needs about"),
    ],
)
def test_what_cannot_be_measured_is_refused(rnn_tui: Run, words, message: str) -> None:
    assert message in rnn_tui("bench", *words).complaint
