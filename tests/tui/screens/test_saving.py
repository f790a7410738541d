"""The window that asks what to save, and where."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input

from rnn_tui.tui.exports import Saving
from rnn_tui.tui.screens.saving import WORDS, SaveScreen, stem_of

NOTHING = object()


class Asking:
    """The window, and its answer."""

    def __init__(self, pilot: Pilot[None], screen: SaveScreen) -> None:
        self.pilot, self.screen, self.answer = pilot, screen, NOTHING

    @property
    def line(self) -> Input:
        return self.screen.query_one(Input)

    @property
    def text(self) -> str:
        app = self.pilot.app
        return "\n".join(s.text for s in app.screen._compositor.render_strips(app.size))

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def enter(self, name: str) -> None:
        self.line.value = name
        await self.pilot.pause()
        await self.press("enter")


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key has been dealt with long before Textual looks for the next one."""
    monkeypatch.setattr("textual._wait.SLEEP_GRANULARITY", 0.001)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The present folder, which is the home folder, too."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@asynccontextmanager
async def asking(
    stem: str = "owl-7", offers: Mapping[Any, str] = WORDS, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Asking]:
    app: App[None] = App()
    async with app.run_test(size=size) as pilot:
        asked = Asking(pilot, SaveScreen(stem, offers))
        await app.push_screen(asked.screen, lambda answer: setattr(asked, "answer", answer))
        await pilot.pause()
        yield asked


async def test_enter_takes_the_text_under_the_name_of_run_and_step(folder: Path) -> None:
    async with asking() as asked:
        assert "in ~" in asked.text
        await asked.press("enter")
        assert asked.answer == Saving("text", folder / "owl-7.txt")
    assert not list(folder.iterdir())  # nothing is written here


async def test_down_chooses_another_kind_and_the_name_ends_as_it_should(folder: Path) -> None:
    async with asking() as asked:
        for name in ("owl-7.csv", "owl-7.svg", "owl-7.svg"):
            await asked.press("down")
            assert asked.line.value == name
        await asked.press("up", "enter")
        assert asked.answer == Saving("table", folder / "owl-7.csv")


async def test_an_end_of_somebodys_own_stays(folder: Path) -> None:
    async with asking() as asked:
        asked.line.value = "notes.md"
        await asked.press("down", "up", "enter")
        assert asked.answer == Saving("text", folder / "notes.md")


async def test_a_click_chooses_a_kind() -> None:
    async with asking() as asked:
        await asked.pilot.click(list(asked.screen.query("Way"))[2])
        await asked.pilot.pause()
        assert asked.screen.kind == "picture"
        assert "▸ picture" in asked.text
        assert asked.line.value == "owl-7.svg"


async def test_only_what_there_is_can_be_saved(folder: Path) -> None:
    async with asking(offers={"picture": "this\x1b[31m screen"}) as asked:
        assert "this␛[31m screen" in asked.text
        assert "table" not in asked.text
        await asked.press("down", "enter")
        assert asked.answer == Saving("picture", folder / "owl-7.svg")


async def test_a_file_is_only_overwritten_by_a_second_enter(folder: Path) -> None:
    async with asking() as asked:
        (folder / "a.txt").touch()
        await asked.enter("a.txt")
        assert "a.txt exists: enter again overwrites it" in asked.text
        assert asked.answer is NOTHING
        await asked.press("x", "backspace", "enter")  # of another name nothing was said
        assert asked.answer is NOTHING
        await asked.press("enter")
        assert asked.answer == Saving("text", folder / "a.txt")


async def test_a_name_that_is_taken_gets_a_number(folder: Path) -> None:
    (folder / "owl-7.svg").touch()
    (folder / "owl-7-2.txt").touch()
    async with asking() as asked:
        assert asked.line.value == "owl-7-3.txt"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "the file needs a name"),
        ("nowhere/a.txt", "the folder does not exist"),
        ("folder", "it is a folder"),
    ],
)
async def test_what_is_wrong_is_said_and_can_be_mended(folder: Path, name: str, said: str) -> None:
    (folder / "folder").mkdir()
    async with asking() as asked:
        await asked.enter(name)
        assert said in " ".join(asked.text.replace("│", " ").split())
        await asked.enter("~/folder/a.txt")
        assert asked.answer == Saving("text", folder / "folder" / "a.txt")


async def test_escape_saves_nothing() -> None:
    async with asking() as asked:
        await asked.press("escape")
        assert asked.answer is None


@pytest.mark.parametrize("size", [(1, 1), (8, 3), (20, 6), (80, 24), (200, 50)])
async def test_it_stands_every_size(size: tuple[int, int]) -> None:
    async with asking(size=size) as asked:
        await asked.enter("nowhere/a.txt")
        await asked.enter("a.txt")
        assert isinstance(asked.answer, Saving)


@pytest.mark.parametrize(
    ("name", "stem"),
    [("quiet-otter", "quiet-otter-12480"), ("a/b\x1b c", "a-b-c-12480"), ("..", "run-12480")],
)
def test_the_stem_of_a_file_is_a_name_everywhere(name: str, stem: str) -> None:
    assert stem_of(name, 12480) == stem
