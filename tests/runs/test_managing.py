"""Runs that are renamed, deleted and tagged, whatever lies around them and whoever dies."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rnn_tui.runs.atomic import PARTIAL
from rnn_tui.runs.configuration import merge
from rnn_tui.runs.directory import RunDirectory, create, create_monitored
from rnn_tui.runs.errors import ConfigError, NameTakenError, RunBusyError, RunError, StorageError
from rnn_tui.runs.listing import list_runs
from rnn_tui.runs.managing import (
    MOST_TAGS,
    TAGS_FILE,
    delete,
    remove_deleted,
    rename,
    set_tags,
    tags_of,
)

Change = Callable[[RunDirectory], Any]


@pytest.fixture
def run(tmp_path: Path, corpus: Any) -> RunDirectory:
    return create(tmp_path, "otter", merge(), corpus)


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def content(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "lock")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


# -- renaming -------------------------------------------------------------------------------------


def test_a_renamed_run_has_all_that_it_had(run: RunDirectory) -> None:
    before = content(run.path)
    renamed = rename(run, "newt")
    assert (renamed.name, names(run.path.parent)) == ("newt", ["newt"])
    assert content(renamed.path) == before
    assert renamed.config().hidden == 128


def test_a_run_may_be_given_its_own_name(run: RunDirectory) -> None:
    assert rename(run, "otter") == run


@pytest.mark.parametrize("name", ["", ".otter", "a/b", "..", "a b", "é", "x" * 65, "a\nb"])
def test_a_name_that_no_run_may_bear_is_refused(run: RunDirectory, name: str) -> None:
    with pytest.raises(ConfigError, match="not allowed"):
        rename(run, name)
    assert names(run.path.parent) == ["otter"]


@pytest.mark.parametrize("kind", ["run", "empty folder", "file", "dead link"])
def test_nothing_is_renamed_over(run: RunDirectory, corpus: Any, kind: str) -> None:
    taken = run.path.with_name("newt")
    makers: dict[str, Callable[[], object]] = {
        "run": lambda: create(run.path.parent, "newt", merge(), corpus),
        "empty folder": taken.mkdir,
        "file": taken.touch,
        "dead link": lambda: taken.symlink_to("nowhere"),
    }
    makers[kind]()
    with pytest.raises(NameTakenError, match="newt exists"):
        rename(run, "newt")
    assert run.facts()


def test_of_a_link_only_the_link_is_renamed(run: RunDirectory, tmp_path: Path) -> None:
    link = run.path.with_name("link")
    link.symlink_to(run.path)
    rename(RunDirectory(link), "other")
    assert names(tmp_path) == ["other", "otter"]
    assert (tmp_path / "other").is_symlink()


# -- deleting -------------------------------------------------------------------------------------


def test_a_deleted_run_is_gone_and_no_other(run: RunDirectory, corpus: Any) -> None:
    create(run.path.parent, "newt", merge(), corpus)
    delete(run)
    assert names(run.path.parent) == ["newt"]


def test_a_monitored_and_a_damaged_run_can_be_deleted(tmp_path: Path) -> None:
    for name, damage in (("a", b""), ("b", b"{")):
        made = create_monitored(tmp_path, name, b"{}")
        if damage:
            made.facts_file.write_bytes(damage)
        delete(made)
    assert names(tmp_path) == []


def test_what_is_no_run_is_never_deleted(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "cat.jpg").write_bytes(b"meow")
    with pytest.raises(ConfigError, match="no run"):
        delete(RunDirectory(photos))
    with pytest.raises(ConfigError, match="any more"):
        delete(RunDirectory(tmp_path / "none"))
    assert content(photos) == {"cat.jpg": b"meow"}


def test_links_inside_and_around_a_run_are_not_followed(tmp_path: Path, corpus: Any) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_bytes(b"1")
    run = create(tmp_path / "runs", "otter", merge(), corpus)
    (run.checkpoints / "link").symlink_to(outside)
    kept = create(tmp_path / "elsewhere", "kept", merge(), corpus)
    (tmp_path / "runs" / "linked").symlink_to(kept.path)
    delete(run)
    delete(RunDirectory(tmp_path / "runs" / "linked"))
    assert names(tmp_path / "runs") == []
    assert (outside / "precious").exists()
    assert kept.facts()


# -- a run that is being trained ------------------------------------------------------------------


@pytest.mark.parametrize("change", [lambda run: rename(run, "newt"), delete])
def test_a_run_that_is_trained_is_left_alone(run: RunDirectory, change: Change) -> None:
    before = content(run.path)
    with run.lock(), pytest.raises(RunBusyError, match="otter is being trained by process"):
        change(run)
    assert content(run.path) == before
    change(run)
    assert not run.path.exists()


def test_a_run_that_is_trained_can_be_tagged(run: RunDirectory) -> None:
    with run.lock():
        set_tags(run, ["now"])
    assert tags_of(run) == ("now",)


def test_a_trainer_that_waits_for_a_run_that_goes_finds_no_run(run: RunDirectory) -> None:
    delete(run)
    with pytest.raises(StorageError, match="removed or renamed"):
        run.lock()


# -- crashes and disks ----------------------------------------------------------------------------


class _KilledError(BaseException):
    """Stands in for the end of the process."""


def half_removed(path: Path) -> None:
    (path / "run.json").unlink()
    raise _KilledError


@pytest.mark.parametrize("at", range(2))
@pytest.mark.parametrize("change", [lambda *a: rename(a[0], "newt", a[1]), delete])
def test_a_crash_leaves_a_whole_run_or_none(
    run: RunDirectory, watched: Any, at: int, change: Any
) -> None:
    before = content(run.path)
    storage = watched(fail_at=at, code=errno.EIO)
    with pytest.raises(StorageError):
        change(run, storage)
    folder = run.path.parent
    assert len(list_runs(folder)) in ([1] if at == 0 else [0, 1])
    for found in list_runs(folder):
        assert found.state == "stopped"
        assert content(found.path) == before


def test_a_kill_while_files_are_removed_leaves_no_half_run(run: RunDirectory, corpus: Any) -> None:
    other = create(run.path.parent, "newt", merge(), corpus)
    with pytest.raises(_KilledError):
        delete(run, remove_tree=half_removed)
    assert [found.name for found in list_runs(run.path.parent)] == ["newt"]
    assert len(names(run.path.parent)) == 2
    delete(other)  # the next one tidies up
    assert names(run.path.parent) == []


def test_files_that_cannot_be_removed_are_told(run: RunDirectory) -> None:
    def refuse(path: Path) -> None:
        raise OSError(errno.EACCES, "Permission denied", str(path))

    with pytest.raises(StorageError, match=r"not all of its files.*remove that folder yourself"):
        delete(run, remove_tree=refuse)
    assert list_runs(run.path.parent) == []


def test_what_lies_aside_may_be_a_link_or_be_removed_by_others(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    (tmp_path / ".deleted-1").symlink_to(tmp_path / "target")
    (tmp_path / ".deleted-2").mkdir()

    def beaten(path: Path) -> None:
        shutil.rmtree(path)
        raise FileNotFoundError(errno.ENOENT, "gone")

    remove_deleted(tmp_path, beaten)
    assert names(tmp_path) == ["target"]


# -- tags -----------------------------------------------------------------------------------------


def test_tags_are_kept_each_once_and_replaced(run: RunDirectory) -> None:
    assert set_tags(run, ["good", "#good", "größer", "lr=0.1"]) == ("good", "größer", "lr=0.1")
    assert tags_of(run) == ("good", "größer", "lr=0.1")
    assert set_tags(run, []) == tags_of(run) == ()


@pytest.mark.parametrize("tag", ["", "#", "a b", "-x", "_x", "x" * 25, "a\x1b[0m", "a\u202eb"])
def test_what_is_no_tag_is_refused(run: RunDirectory, tag: str) -> None:
    with pytest.raises(ConfigError, match="no tag"):
        set_tags(run, ["good", tag])
    assert tags_of(run) == ()


def test_there_are_not_too_many_tags(run: RunDirectory) -> None:
    with pytest.raises(ConfigError, match="too many"):
        set_tags(run, [f"t{number}" for number in range(MOST_TAGS + 1)])


@pytest.mark.parametrize(
    "found", [b"", b"{", b"[]", b'{"tags": 1}', b'{"tags": ["\\u001b", 7]}', b"\xff", b"9" * 99999]
)
def test_tags_that_cannot_be_read_are_none(run: RunDirectory, found: bytes) -> None:
    (run.path / TAGS_FILE).write_bytes(found)
    assert tags_of(run) == ()


def test_of_tags_that_others_wrote_only_tags_are_shown(run: RunDirectory) -> None:
    (run.path / TAGS_FILE).write_bytes(b'{"tags": ["ok", "\\u001b[2J", "a b"]}')
    assert tags_of(run) == ("ok",)


def test_a_crash_leaves_the_old_tags_or_the_new(run: RunDirectory, watched: Any) -> None:
    set_tags(run, ["old"])
    for at in range(6):
        with pytest.raises(RunError):
            set_tags(run, ["new"], watched(fail_at=at, code=errno.ENOSPC, for_ever=True))
        assert tags_of(run) in (("old",), ("new",))
    set_tags(run, ["last"])
    assert not [name for name in names(run.path) if name.endswith(PARTIAL)]
