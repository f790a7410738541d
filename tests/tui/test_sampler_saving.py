"""What leaves the sampler: a text, a table, a picture, or the clipboard."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from rnn_tui.tui.screens.saving import SaveScreen
from tests.tui.sampling import Sampling, sampling


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


async def asked(s: Sampling, *keys: str) -> None:
    await s.do("write ab", "go 5")
    await s.leave()
    await s.press("S")
    await s.until("enter saves · esc closes")
    await s.press(*keys)


async def test_the_text_is_saved_as_it_is(tmp_path) -> None:
    async with sampling() as s:
        await asked(s, "enter")
        await s.until("text saved:")
        assert (tmp_path / "owl-7.txt").read_text(encoding="utf-8") == s.written
        assert s.alone


async def test_the_distribution_under_the_cursor_is_saved_as_a_table(tmp_path) -> None:
    async with sampling() as s:
        await asked(s, "down", "enter")
        await s.until("table saved:")
        with (tmp_path / "owl-7.csv").open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        mark = s.column.marks[4]
        assert len(rows) == len(s.column.weights.vocabulary)
        assert float(rows[0]["model probability"]) == mark.model_distribution.max()


async def test_the_screen_is_saved_as_a_picture_without_the_question(tmp_path) -> None:
    async with sampling() as s:
        await asked(s, "down", "down", "enter")
        await s.until("picture saved:")
        picture = (tmp_path / "owl-7.svg").read_text(encoding="utf-8")
        assert picture.startswith("<svg")
        assert "hidden" in picture
        assert "this screen, as SVG" not in picture.replace("&#160;", " ")


async def test_nothing_is_overwritten_unasked(tmp_path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    async with sampling() as s:
        await asked(s)
        s.app.screen.query_one("Input").value = "mine.txt"
        await s.press("enter")
        await s.until("mine.txt exists: enter again overwrites it")
        assert (tmp_path / "mine.txt").read_text() == "mine"
        await s.press("enter")
        await s.until("text saved:")
        assert (tmp_path / "mine.txt").read_text() == s.written


async def test_a_name_that_is_free_is_offered(tmp_path) -> None:
    async with sampling() as s:
        (tmp_path / "owl-7.svg").write_text("")
        await asked(s, "enter")
        await s.until("text saved:")
        assert (tmp_path / "owl-7-2.txt").exists()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (" ", "the file needs a name"),
        (".", "it is a folder"),
        ("no/such/file.txt", "the folder does not exist"),
        ("a" * 300, "the name is too long"),
    ],
)
async def test_what_cannot_be_written_is_told_where_it_was_typed(name, words, tmp_path) -> None:
    async with sampling() as s:
        await asked(s)
        s.app.screen.query_one("Input").value = name
        await s.press("enter")
        said = s.app.screen.query_one("#said")
        await s.until(lambda: words in " ".join(str(said.content).split()))
        assert list(tmp_path.iterdir()) == []
        await s.press("escape")
        await s.until(lambda: s.alone)


async def test_a_folder_that_goes_away_meanwhile_is_told(tmp_path, monkeypatch) -> None:
    (tmp_path / "there").mkdir()
    async with sampling() as s:
        await asked(s)
        s.app.screen.query_one("Input").value = "there/text.txt"
        monkeypatch.setattr("rnn_tui.tui.screens.saving.file_path", lambda _: tmp_path / "x" / "y")
        await s.press("enter")
        await s.until("the folder does not exist")
        assert s.alone


async def test_the_text_is_copied_without_half_characters() -> None:
    async with sampling() as s:
        await s.do("write ab")
        await s.leave()
        await s.press("y")
        await s.until("62 characters copied, if the terminal allows it")
        assert s.app.clipboard == s.written


async def test_an_empty_text_has_no_table(tmp_path) -> None:
    async with sampling() as s:
        await s.press("f2")
        await s.until(lambda: s.view.texts)
        await s.press("S")
        await s.until(lambda: isinstance(s.app.screen, SaveScreen))
        await s.press("down", "enter")
        await s.until("the text has no character yet: there is no distribution to save")
        assert list(tmp_path.iterdir()) == []
