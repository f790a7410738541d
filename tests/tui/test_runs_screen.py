"""The list of runs: what it shows, every key, the mouse."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from textual.binding import Binding

from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.managing import tags_of
from rnn_tui.tui.screens.choice import ChoiceScreen
from rnn_tui.tui.screens.deleting import DeleteScreen
from rnn_tui.tui.screens.help_page import HelpPage
from rnn_tui.tui.screens.overlay import OverlayScreen
from rnn_tui.tui.screens.runs_keys import KEYS
from rnn_tui.tui.screens.saving import SaveScreen
from rnn_tui.tui.widgets.runs.runs_pane import RunsPane
from tests.tui.afresh import case, list_afresh
from tests.tui.listing import Listing, listed, trained
from tests.tui.opened import SIZES

Check = Callable[[Listing], object]
NEWEST_FIRST = ["other-loop", "calm-newt", "brave-fox", "amber-owl"]


class Case(NamedTuple):
    """Commands that lead to where ``key`` is pressed, and what is so afterwards."""

    key: str
    check: Check
    before: str = ""


def above(kind: type, words: str) -> Check:
    return lambda s: isinstance(s.app.screen, kind) and words in s.text


def on(name: str) -> Check:
    return lambda s: s.run == name


def asking(words: str) -> Check:
    return lambda s: s.screen.prompt.asking and words in s.lines[-2]


def left(s: Listing) -> bool:
    return s.app._exit and s.app.return_code == 0 and s.app.chosen is None


CASES = (
    Case("enter", lambda s: s.app.chosen and s.app.chosen.name == "other-loop"),
    Case("space", lambda s: s.marked == ["other-loop"] and s.run == "calm-newt"),
    Case("o", above(OverlayScreen, "other-loop")),
    Case("s", above(ChoiceScreen, "created · as now")),
    Case("slash", asking("filter")),
    Case("t", asking("tag")),
    Case("R", asking("rename other-loop")),
    Case("D", above(DeleteScreen, "delete other-loop?")),
    Case("S", above(SaveScreen, "the 4 runs that are listed")),
    Case("u", lambda s: s.marked == [], "mark; mark"),
    Case("y", lambda s: s.app.clipboard.startswith("rnn-tui attach other-loop")),
    Case("colon", lambda s: s.screen.prompt.asking),
    Case("question_mark", above(HelpPage, "give the run tags")),
    Case("f1", above(HelpPage, "give the run tags")),
    Case("escape", left),
    Case("q", left),
    Case("r", left),
    Case("down", on("calm-newt")),
    Case("j", on("calm-newt")),
    Case("up", on("calm-newt"), "sort name; mark; mark"),
    Case("k", on("calm-newt"), "sort name; mark; mark"),
    Case("end", on("amber-owl")),
    Case("G", on("amber-owl")),
    Case("home", on("other-loop"), "mark; mark; mark"),
    Case("g", on("other-loop"), "mark; mark; mark"),
    Case("pagedown", on("amber-owl")),
    Case("pageup", on("other-loop"), "mark; mark; mark"),
)


LEAVING = ("enter", "escape", "q", "r")


async def test_every_key_does_what_it_says(tmp_path: Path) -> None:
    async with listed(tmp_path) as s:
        for one in CASES:
            if one.key not in LEAVING:
                with case(one.key):
                    await list_afresh(s)
                    await s.do(*filter(None, one.before.split("; ")))
                    assert not one.check(s)
                    await s.press(one.key)
                    await s.until(lambda one=one: one.check(s))


@pytest.mark.parametrize("key", LEAVING)
async def test_a_key_leaves(tmp_path: Path, key: str) -> None:
    check = next(one.check for one in CASES if one.key == key)
    async with listed(tmp_path) as s:
        await s.press(key)
        await s.until(lambda: check(s))


def test_no_key_is_left_out() -> None:
    bound = {binding.key for binding in Binding.make_bindings([*KEYS, *RunsPane.BINDINGS])}
    assert bound == {case.key for case in CASES}


# -- what is shown --------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
async def test_the_list_looks_as_it_did(tmp_path: Path, size: tuple[int, int]) -> None:
    async with listed(tmp_path, size) as s:
        await s.do("mark", "mark")
        await s.looks_as_stored(f"runs-{size[0]}x{size[1]}")


async def test_the_list_looks_as_it_did_in_ascii(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RNN_TUI_ASCII", "1")
    async with listed(tmp_path, (80, 24)) as s:
        await s.do("mark", "mark")
        assert s.text.isascii()
        await s.looks_as_stored("runs-ascii-80x24")


async def test_without_colours_marked_runs_have_letters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with listed(tmp_path) as s:
        await s.do("mark", "mark")
        marks = [line[2] for line in s.lines[3:7]]
        assert sorted(marks[2:]) == [" ", " "]
        assert len({*marks[:2]}) == 2
        assert all(mark in "abcdefgh" for mark in marks[:2])


async def test_only_settings_that_differ_are_shown(tmp_path: Path) -> None:
    async with listed(tmp_path, (200, 50)) as s:
        heading = s.lines[2]
        assert "hidden" in heading
        assert "optimizer" in heading
        assert "learning rate" not in heading
        await s.do("filter calm")
        assert "hidden" not in s.lines[2]


async def test_an_empty_folder_says_what_to_do(tmp_path: Path) -> None:
    async with listed(tmp_path, make=lambda folder: None) as s:
        assert "no runs in runs" in s.text
        assert "rnn-tui starts one" in s.text
        await s.press("enter", "space", "o", "D", "t", "R", "down")
        await s.until("there are no runs yet")


async def test_a_broken_run_says_why_and_can_still_be_deleted(tmp_path: Path) -> None:
    def make(folder: Path) -> None:
        trained(folder, "amber-owl").facts_file.write_bytes(b"{")

    async with listed(tmp_path, make=make) as s:
        await s.until("run.json is damaged")
        await s.press("D")
        await s.write("amber-owl")
        await s.press("enter")
        await s.until("no runs in runs")


async def test_what_comes_from_data_is_only_shown(tmp_path: Path) -> None:
    def make(folder: Path) -> None:
        run = trained(folder, "amber-owl")
        said = {"[@click=app.quit]x[/]": "\x1b[2J\u202e[/]", "b": "\n"}
        run.config_file.unlink()
        run.foreign_config_file.write_text(json.dumps(said))
        trained(folder, "brave-fox")
        (folder / "other").mkdir()

    async with listed(tmp_path, (200, 50), make) as s:
        await s.press("down")
        assert all(line.isprintable() for line in s.lines)
        assert "✗ broken" in s.text


async def test_a_run_that_begins_and_one_that_goes_are_seen(tmp_path: Path) -> None:
    async with listed(tmp_path) as s:
        trained(s.folder, "dear-wolf")
        os.rename(s.folder / "calm-newt", tmp_path / "away")
        s.screen.look_again()
        await s.until(lambda: s.names == ["dear-wolf", "other-loop", "brave-fox", "amber-owl"])
        assert s.run == "other-loop"


async def test_a_run_that_is_trained_is_seen_as_such(tmp_path: Path) -> None:
    async with listed(tmp_path) as s:
        with RunDirectory(s.folder / "other-loop").lock():
            s.screen.look_again()
            await s.until("● 1 training")
            await s.until(f"● training by process {os.getpid()}")


async def test_a_list_longer_than_the_screen_scrolls(tmp_path: Path) -> None:
    def make(folder: Path) -> None:
        for number in range(20):
            trained(folder, f"run-{number:02}", 2)

    async with listed(tmp_path, (80, 24), make) as s:
        assert "run-00" not in s.text
        await s.press("end")
        await s.until("run-00")
        await s.rest()
        assert "…" not in "".join(s.lines[3:10])  # the curves of what is seen now were read


# -- sorting, filtering ---------------------------------------------------------------------------


async def test_it_is_sorted_by_what_was_chosen_and_again_backwards(tmp_path: Path) -> None:
    async with listed(tmp_path) as s:
        assert s.names == NEWEST_FIRST
        await s.press("s", "down", "enter")
        await s.until(lambda: s.names == sorted(NEWEST_FIRST))
        assert s.run == "other-loop"
        await s.do("sort name")
        assert s.names == sorted(NEWEST_FIRST, reverse=True)
        await s.do("sort best")
        assert s.names[0] == "brave-fox"
        await s.do("sort hidden")
        assert s.names == ["amber-owl", "brave-fox", "calm-newt", "other-loop"]
        assert not s.screen.do("sort nonsense")
        assert "cannot sort by" in s.said


async def test_a_filter_acts_at_every_letter_and_escape_takes_it_back(tmp_path: Path) -> None:
    async with listed(tmp_path) as s:
        await s.press("slash")
        await s.write("fox")
        await s.until(lambda: s.names == ["brave-fox"])
        await s.press("escape")
        await s.until(lambda: s.names == NEWEST_FIRST)
        assert s.pane.has_focus


FOUND = {
    "#good": ["brave-fox"],
    "hidden=128": ["calm-newt", "brave-fox"],
    "hidden=128 !sgd !optimizer=sgd": ["brave-fox"],
    "FINISHED": ["calm-newt"],
    "tale": ["calm-newt", "brave-fox", "amber-owl"],
    "nothing": [],
}


async def test_runs_are_found_by_words(tmp_path: Path) -> None:
    async with listed(tmp_path) as s:
        for wanted, found in FOUND.items():
            with case(wanted):
                await s.press("slash")
                await s.write(wanted)
                await s.press("enter")
                await s.until(lambda found=found: s.names == found and s.pane.has_focus)
                assert f"{len(found)} of 4 runs match" in s.said
                await s.do("filter")
                assert s.names == NEWEST_FIRST


# -- marks ----------------------------------------------------------------------------------------


async def test_a_marked_run_keeps_its_colour_and_no_two_share_one(tmp_path: Path) -> None:
    async with listed(tmp_path) as s:
        await s.press("space", "space", "space", "space")
        view = s.screen.view
        assert view is not None
        assert len(set(view.marked.values())) == 4
        before = dict(view.marked)
        await s.do("sort name", "filter amber", "filter")
        assert s.screen.view is not None
        assert s.screen.view.marked == before


async def test_more_runs_than_colours_cannot_be_marked(tmp_path: Path) -> None:
    def make(folder: Path) -> None:
        for number in range(9):
            trained(folder, f"run-{number}", 2)

    async with listed(tmp_path, make=make) as s:
        await s.press(*["space"] * 9)
        await s.until(lambda: "8 runs are marked already" in s.said)
        assert len(s.marked) == 8


# -- tags, names, deletion ------------------------------------------------------------------------


async def test_tags_are_written_after_those_that_there_are(tmp_path: Path) -> None:
    async with listed(tmp_path) as s:
        await s.press("down", "down", "t")
        await s.write("#new")
        await s.press("enter")
        await s.until("#good #new")
        assert tags_of(RunDirectory(s.folder / "brave-fox")) == ("good", "new")
        await s.do("tag -")
        assert "is no tag" in s.said
        assert tags_of(RunDirectory(s.folder / "brave-fox")) == ("good", "new")


async def test_a_run_gets_another_name_and_keeps_its_mark(tmp_path: Path) -> None:
    async with listed(tmp_path) as s:
        await s.press("space", "up", "R")
        await s.write("loop")
        await s.press("enter")
        await s.until(lambda: "loop" in s.names)
        assert (s.run, s.marked) == ("loop", ["loop"])
        assert "other-loop is called loop from now on" in s.said


async def test_a_name_that_is_taken_or_wrong_is_refused(tmp_path: Path) -> None:
    async with listed(tmp_path) as s:
        for name in ("amber-owl", "a/b", ".x", ""):
            with case(name):
                s.screen.say("")
                assert not s.screen.prompt.query_one("#said").has_class("-trouble")
                await s.do(f"rename {name}")
                assert s.screen.prompt.query_one("#said").has_class("-trouble")
                assert s.names == NEWEST_FIRST


async def test_only_the_written_name_deletes_and_escape_keeps_the_run(tmp_path: Path) -> None:
    async with listed(tmp_path) as s:
        await s.press("D")
        await s.write("other-loop")
        await s.press("escape")
        await s.until(lambda: s.app.screen is s.screen)
        assert (s.folder / "other-loop").exists()
        await s.press("D")
        await s.write("other")
        await s.press("enter")
        await s.until("that is not its name")
        await s.write("-loop")
        assert (s.folder / "other-loop").exists()
        await s.press("enter")
        await s.until(lambda: s.names == NEWEST_FIRST[1:])
        assert not (s.folder / "other-loop").exists()
        assert s.run == "calm-newt"


async def test_a_run_that_is_trained_is_neither_deleted_nor_renamed(tmp_path: Path) -> None:
    async with listed(tmp_path) as s:
        with RunDirectory(s.folder / "other-loop").lock():
            await s.do("rename loop")
            assert "is being trained by process" in s.said
            s.screen.look_again()
            await s.until("● training by")
            await s.press("D")
            await s.until(lambda: "stop it first" in s.said)
        assert s.names == NEWEST_FIRST


# -- files, opening, mouse ------------------------------------------------------------------------


async def test_the_list_is_saved(tmp_path: Path) -> None:
    async with listed(tmp_path) as s:
        for turns, suffix in enumerate((".csv", ".jsonl", ".svg")):
            with case(suffix):
                s.screen.say("")
                await s.press("S", *["down"] * turns, "enter")
                await s.until(lambda: s.app.screen is s.screen and "saved" in s.said)
                file = tmp_path / f"runs{suffix}"
                content = file.read_text()
                assert all(name in content for name in NEWEST_FIRST)
                file.unlink()  # the next one would get another name


async def test_a_run_that_cannot_be_opened_says_why(tmp_path: Path) -> None:
    async with listed(tmp_path, refused=lambda run: f"nobody trains {run.name}") as s:
        await s.press("enter")
        await s.until(lambda: s.said == "nobody trains other-loop")
        assert not s.app._exit


async def test_the_mouse_chooses_marks_sorts_and_opens(tmp_path: Path) -> None:
    async with listed(tmp_path) as s:
        await s.pilot.click(RunsPane, offset=(10, 4))
        await s.until(lambda: s.run == "brave-fox")
        await s.pilot.click(RunsPane, offset=(2, 3))
        await s.until(lambda: s.marked == ["calm-newt"])
        column = s.lines[2].index("best")
        await s.pilot.click(RunsPane, offset=(column, 1))
        await s.until(lambda: s.names[0] == "brave-fox")
        await s.pilot.click(RunsPane, offset=(10, 2), times=2)
        await s.until(lambda: s.app.chosen is not None)


async def test_a_command_that_there_is_not_is_refused(tmp_path: Path) -> None:
    async with listed(tmp_path) as s:
        await s.press("colon")
        await s.write("fly")
        await s.press("enter")
        await s.until(lambda: "no command fly" in s.said)
