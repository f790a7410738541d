"""A folder of runs that is looked at again and again."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

import pytest

from rnn_tui.runs import glances as module
from rnn_tui.runs.configuration import merge
from rnn_tui.runs.directory import create, create_monitored
from rnn_tui.runs.glances import Best, Glances, held_out_of, loss_of
from rnn_tui.runs.managing import set_tags
from rnn_tui.runs.metrics import MetricsLog, Row


def row(step: int, loss: float = 2.0) -> Row:
    return Row(step, loss, 1.0, 1.0, 1e-3, 100 * step, 0.5 * step, 0.1)


def test_a_run_is_seen_with_all_that_is_compared(tmp_path: Path, corpus: Any) -> None:
    run = create(tmp_path, "a", merge({"hidden": 64, "steps": 20}), corpus)
    set_tags(run, ["good"])
    with MetricsLog(run.metrics_file) as log:
        for step in range(1, 11):
            log.append(row(step))
        for step, loss in ((2, 1.5), (4, 1.25), (6, math.nan), (8, 1.25), (10, 3.0)):
            log.append_held_out(step, loss)
    (found,) = Glances(tmp_path).look()
    assert (found.name, found.state, found.goal, found.tags) == ("a", "stopped", 20, ("good",))
    assert (found.best, found.speed, found.speed_unit) == (Best(4, 1.25), 200.0, "char/s")
    assert (found.settings["hidden"], found.settings["text"]) == ("64", corpus.name)
    assert "name" not in found.settings


def test_a_run_that_made_all_its_steps_is_finished(tmp_path: Path, corpus: Any) -> None:
    run = create(tmp_path, "a", merge({"steps": 3}), corpus)
    with MetricsLog(run.metrics_file) as log:
        log.append(row(3))
    assert Glances(tmp_path).look()[0].state == "finished"
    with run.lock():
        assert Glances(tmp_path).look()[0].state == "training"


def test_a_monitored_run_is_seen_by_the_names_that_programs_use(tmp_path: Path) -> None:
    config = b'{"lr": 0.1, "model": {"width": 8, "deep": {"x": {"y": {"z": 1}}}}, "on": true}'
    run = create_monitored(tmp_path, "m", config)
    with MetricsLog(run.metrics_file) as log:
        for step in range(0, 100, 10):
            log.append_point("train_loss", step, 5 - step / 100, step / 50)
            log.append_point("val_loss", step, 4 + step / 100, step / 50)
    (found,) = Glances(tmp_path).look()
    assert (found.kind, found.summary.step, found.summary.loss) == ("monitored", 90, 4.1)
    assert (found.best, found.speed, found.speed_unit) == (Best(0, 4.0), 50.0, "step/s")
    assert found.settings["lr"] == "0.1"
    assert found.settings["model.width"] == "8"
    assert found.settings["on"] == "yes"


def test_series_are_taken_for_losses_by_their_names() -> None:
    assert (loss_of(["acc", "loss"]), held_out_of(["acc", "val_loss"])) == ("loss", "val_loss")
    assert loss_of(["acc", "my_loss_total"]) == "my_loss_total"
    assert loss_of(["val_loss", "accuracy"]) == "accuracy"
    assert loss_of(["val_loss"]) is held_out_of(["loss"]) is loss_of([]) is None


@pytest.mark.parametrize(
    "config", [b"", b"{", b"[1, 2]", b"nan", b'"' + b"x" * 500 + b'"', b"[" * 5000, b"\xff"]
)
def test_whatever_a_program_says_of_itself_its_run_is_seen(tmp_path: Path, config: bytes) -> None:
    create_monitored(tmp_path, "m", config)
    (found,) = Glances(tmp_path).look()
    assert found.state == "stopped"
    assert all(len(value) <= 200 for value in found.settings.values())


def test_broken_and_empty_runs_are_seen_too(tmp_path: Path, corpus: Any) -> None:
    create(tmp_path, "new", merge(), corpus)
    create(tmp_path, "config", merge(), corpus).config_file.write_bytes(b"\xff")
    create(tmp_path, "metrics", merge(), corpus).metrics_file.write_bytes(b"garbage " * 1000)
    (tmp_path / "empty").mkdir()
    found = {one.name: one for one in Glances(tmp_path).look()}
    assert {name: one.state for name, one in found.items()} == {
        "new": "stopped",
        "config": "stopped",
        "metrics": "broken",
        "empty": "broken",
    }
    assert (found["new"].best, found["new"].speed) == (None, None)


def test_only_what_has_changed_is_read_again(
    tmp_path: Path, corpus: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = {name: create(tmp_path, name, merge(), corpus) for name in "abc"}
    for run in runs.values():
        with MetricsLog(run.metrics_file) as log:
            log.append(row(1))
    looking = Glances(tmp_path)
    looking.look()
    looking.look()  # SQLite tidies up behind the first reader
    read: list[str] = []
    before = module._read
    monkeypatch.setattr(
        module, "_read", lambda run, *more: read.append(run.name) or before(run, *more)
    )
    assert len(looking.look()) == 3
    assert read == []
    with MetricsLog(runs["b"].metrics_file) as log:
        log.append(row(2))
    assert {one.name: one.summary.step for one in looking.look()} == {"a": 1, "b": 2, "c": 1}
    assert read == ["b"]


def test_a_lock_that_is_taken_or_left_is_seen(tmp_path: Path, corpus: Any) -> None:
    run, looking = create(tmp_path, "a", merge(), corpus), Glances(tmp_path)
    assert looking.look()[0].state == "stopped"
    with run.lock():
        (found,) = looking.look()
        assert (found.state, found.summary.pid) == ("training", os.getpid())
    (found,) = looking.look()
    assert (found.state, found.summary.pid) == ("stopped", None)


def test_runs_that_come_and_go_are_seen(tmp_path: Path, corpus: Any) -> None:
    looking = Glances(tmp_path / "runs")
    assert looking.look() == ()
    run = create(tmp_path / "runs", "a", merge(), corpus)
    assert [one.name for one in looking.look()] == ["a"]
    run.path.rename(run.path.with_name("b"))
    assert [one.name for one in looking.look()] == ["b"]
    assert list(looking._known) == ["b"]


def test_a_look_that_takes_long_goes_on_with_the_next(tmp_path: Path, corpus: Any) -> None:
    for name in "abc":
        create(tmp_path, name, merge(), corpus)
    looking = Glances(tmp_path)
    assert (looking.look(-1), looking.complete) == ((), False)
    assert len(looking.look()) == 3
    assert looking.complete
    assert len(looking.look(-1)) == 3
    assert looking.complete
