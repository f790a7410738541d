from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from rnn_tui.runs.configuration import merge
from rnn_tui.runs.directory import RunDirectory, create, open_run
from rnn_tui.runs.errors import ConfigError, CorruptRunError, RunError, StorageError


def test_a_new_run_keeps_config_text_and_facts(tmp_path: Path, corpus: Any) -> None:
    run = create(tmp_path / "runs", "a", merge({"hidden": 7}), corpus)
    assert run.path == tmp_path / "runs" / "a"
    assert run.config() == merge({"hidden": 7, "name": "a"})
    assert run.text() == corpus.text
    facts = run.facts()
    assert (facts.schema, facts.text_name, facts.text_sha256) == (1, corpus.name, corpus.sha256)
    assert (facts.text_bytes, facts.text_symbols, facts.vocabulary_size) == (13, 11, 9)
    assert run.checkpoints.is_dir()


def test_bytes_are_counted_where_symbols_are_bytes(tmp_path: Path, corpus: Any) -> None:
    facts = create(tmp_path, "a", merge({"symbols": "byte"}), corpus).facts()
    assert (facts.vocabulary_kind, facts.text_symbols, facts.vocabulary_size) == ("byte", 13, 10)


def test_a_run_without_a_name_gets_a_free_one(tmp_path: Path, corpus: Any) -> None:
    runs = [create(tmp_path, "", merge(), corpus) for _ in range(3)]
    assert len({run.name for run in runs}) == 3
    assert all(run.config().name == run.name for run in runs)


def test_a_taken_name_is_refused_with_what_to_do(tmp_path: Path, corpus: Any) -> None:
    create(tmp_path, "a", merge({"hidden": 3}), corpus)
    with pytest.raises(
        ConfigError, match=r"run a exists: go on with it \(rnn-tui resume a --runs /"
    ):
        create(tmp_path, "a", merge(), corpus)
    assert open_run(tmp_path, "a").config().hidden == 3
    assert os.listdir(tmp_path) == ["a"]


def test_a_run_appears_whole_or_not_at_all(
    tmp_path: Path, corpus: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "rename", fail)
    with pytest.raises(StorageError, match="No space left on device"):
        create(tmp_path, "a", merge(), corpus)
    assert os.listdir(tmp_path) == []


def test_what_a_killed_process_was_making_is_removed_after_an_hour(
    tmp_path: Path, corpus: Any
) -> None:
    (tmp_path / ".new-old").mkdir()
    (tmp_path / ".new-fresh").mkdir()
    os.utime(tmp_path / ".new-old", (0, 0))
    create(tmp_path, "a", merge(), corpus)
    assert sorted(os.listdir(tmp_path)) == [".new-fresh", "a"]


def test_a_run_is_found_by_name_or_by_path(tmp_path: Path, corpus: Any) -> None:
    run = create(tmp_path, "quiet-otter", merge(), corpus)
    assert open_run(tmp_path, "quiet-otter") == run
    assert open_run(tmp_path / "elsewhere", str(run.path)) == run
    with pytest.raises(ConfigError, match=r"did you mean quiet-otter\?"):
        open_run(tmp_path, "quiet-oter")
    with pytest.raises(ConfigError, match="rnn-tui runs lists them"):
        open_run(tmp_path / "elsewhere", "a")


def test_a_run_that_is_opened_by_its_path_must_have_a_runs_name(
    tmp_path: Path, corpus: Any
) -> None:
    run = create(tmp_path, "a", merge(), corpus)
    odd = run.path.rename(tmp_path / "\x1b]0;x\x07\x1b[31m")
    with pytest.raises(ConfigError, match=r"called '\\x1b\]0;.*: rename it"):
        open_run(tmp_path, str(odd))


def test_the_present_folder_and_the_one_above_may_be_runs(
    tmp_path: Path, corpus: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = create(tmp_path, "a", merge(), corpus)
    monkeypatch.chdir(run.path)
    assert open_run(tmp_path / "elsewhere", ".") == run
    monkeypatch.chdir(run.checkpoints)
    assert open_run(tmp_path / "elsewhere", "..") == run


def test_a_folder_that_is_no_run_is_said(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for name in ("a", str(tmp_path / "a")):
        with pytest.raises(ConfigError, match=r"a is no run: it holds no run\.json"):
            open_run(tmp_path / "elsewhere" if "/" in name else tmp_path, name)


def test_every_truncation_of_the_facts_is_noticed(tmp_path: Path, corpus: Any) -> None:
    run = create(tmp_path, "a", merge(), corpus)
    whole = run.facts_file.read_bytes()
    for length in range(len(whole) - 2):
        run.facts_file.write_bytes(whole[:length])
        with pytest.raises(RunError):
            run.facts()


def test_a_text_that_was_changed_is_noticed(tmp_path: Path, corpus: Any) -> None:
    run = create(tmp_path, "a", merge(), corpus)
    run.text_file.write_bytes(b"another text")
    with pytest.raises(CorruptRunError, match="not the text that was trained on"):
        run.text()


def test_one_process_at_a_time_may_write(tmp_path: Path, corpus: Any) -> None:
    run = create(tmp_path, "a", merge(), corpus)
    with run.lock():
        holder = RunDirectory(run.path).holder()
        assert holder is not None
        assert holder.pid == os.getpid()
    assert run.holder() is None
