"""Files that are saved from the screen, and what is said when they cannot be."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path
from typing import ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Static

from rnn_tui.runs.atomic import Storage
from rnn_tui.runs.errors import StorageError
from rnn_tui.runs.outside import file_path
from rnn_tui.tui.exports import Saving, copy, encodable, save, screenshot, write


class _Failing(Storage):
    """A disk on which one operation fails."""

    def __init__(self, operation: str, code: int = errno.ENOSPC) -> None:
        def fail(*_: object) -> None:
            raise OSError(code, os.strerror(code))

        setattr(self, operation, fail)


def test_only_what_is_saved_is_made_and_its_bytes_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    said = save(Saving("text", path), {"text": lambda: "漢 ł\n"})
    assert path.read_bytes() == "漢 ł\n".encode()
    assert said == f"text saved: {path}, 7 bytes"


def test_the_line_ends_of_a_table_stay_as_they_are(tmp_path: Path) -> None:
    save(Saving("table", tmp_path / "a.csv"), {"table": lambda: "rank,symbol\r\n1,a\r\n"})
    assert (tmp_path / "a.csv").read_bytes() == b"rank,symbol\r\n1,a\r\n"


def test_bytes_are_saved_as_they_are(tmp_path: Path) -> None:
    said = save(Saving("text", tmp_path / "a.txt"), {"text": lambda: b"\xc3(\x80\n"})
    assert (tmp_path / "a.txt").read_bytes() == b"\xc3(\x80\n"
    assert said.endswith("4 bytes")


def test_a_lone_surrogate_can_be_written(tmp_path: Path) -> None:
    write(tmp_path / "a", "x\ud800y")
    assert (tmp_path / "a").read_text() == "x\ufffdy" == encodable("x\ud800y")


@pytest.mark.parametrize("operation", ["open", "write", "fsync", "rename"])
def test_a_save_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, operation: str
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(StorageError, match="the disk is full: free some space") as caught:
        write(path, "new", _Failing(operation))
    assert caught.value.code == errno.ENOSPC
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("a.txt", "old")]


def test_what_others_are_writing_in_the_folder_stays(tmp_path: Path) -> None:
    other = tmp_path / ".step.rnn-tui-partial"
    other.write_text("half")
    write(tmp_path / "a.txt", "text")
    assert other.read_text() == "half"


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")
    write(tmp_path / "link", "text")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_text() == "text"


def test_a_name_of_the_greatest_length_can_be_written(tmp_path: Path) -> None:
    assert write(tmp_path / ("n" * 255), "text") == 4


def test_a_tilde_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert file_path(" ~/a b.txt ") == tmp_path / "a b.txt"


def test_a_bare_name_lies_in_the_present_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert file_path("a.txt") == tmp_path / "a.txt"


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "the file needs a name"),
        ("  ", "the file needs a name"),
        ("nowhere/a.txt", "the folder does not exist: make it"),
        ("file/a.txt", "a part of the path is no folder"),
        ("folder", "it is a folder: add a name"),
        ("folder/", "it is a folder: add a name"),
        ("pipe", "it is no file: choose another name"),
        ("n" * 300, "the name is too long: choose a shorter one"),
        ("a\0b", "no name has such characters"),
        ("a\ud800b", "no name has such characters"),
        ("~nobody-of-this-name/a", "there is no such home folder"),
        ("bad\x1b[31m/a", "cannot save .*bad␛.31m/a: the folder does not exist"),
    ],
)
def test_where_no_file_can_be_one_line_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, why: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StorageError, match=why) as caught:
        file_path(typed)
    assert "\n" not in str(caught.value)


def test_a_folder_without_permission_is_said_to_be_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # a superuser may write everywhere
    with pytest.raises(StorageError, match="no permission to write there: choose another folder"):
        file_path(str(tmp_path / "a.txt"))


class _Two(App[None]):
    """A text with spaces in front, and a window above it that can be closed."""

    CSS: ClassVar[str] = "ModalScreen { align: center middle; } #window { width: 9; }"

    def compose(self) -> ComposeResult:
        yield Static("   漢 <deep>  &", markup=False)


async def test_a_picture_asks_for_no_font_and_starts_texts_at_their_letters() -> None:
    app = _Two()
    async with app.run_test(size=(40, 4)) as pilot:
        await pilot.pause()
        picture = screenshot(app)
    assert "@font-face" not in picture
    place = r'<text [^>]*x="([\d.]+)"[^>]*textLength="([\d.]+)"[^>]*>([^<]*deep[^<]*)<'
    [text] = re.findall(place, picture)
    assert text == ("36.6", f"{12 * 12.2:.1f}", "漢&#160;&lt;deep&gt;&#160;&#160;&amp;")


async def test_a_picture_is_of_what_a_window_left_behind() -> None:
    app, taken = _Two(), []
    async with app.run_test(size=(40, 9)) as pilot:
        window: ModalScreen[str] = ModalScreen()
        await app.push_screen(window, lambda _: taken.append(screenshot(app)))
        await window.mount(Static("window", id="window"))
        await pilot.pause()
        assert ">window<" in screenshot(app)
        window.dismiss("yes")
        await pilot.pause()
    assert len(taken) == 1
    assert ">window<" not in taken[0]
    assert "deep" in taken[0]


async def test_a_copy_goes_to_the_clipboard_whatever_is_in_it() -> None:
    app = _Two()
    async with app.run_test():
        assert copy(app, "ab\ud800").startswith("3 characters copied")
        assert app.clipboard == "ab\ufffd"
