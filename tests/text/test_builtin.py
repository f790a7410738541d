"""The texts that need no file."""

from __future__ import annotations

import re
import sys
from datetime import date

import pytest

from rnn_tui.text import builtin
from rnn_tui.text.builtin import BUILTIN, DEFAULT
from rnn_tui.text.corpus import load_builtin
from rnn_tui.text.errors import CorpusError

GENERATED = {
    "brackets": "cda62f4d1ba32e3ca6b96a11c3c07f3407e5e1b4d470dc425edb9e22ba063529",
    "counting": "6f1080bd5e2b817a7211b126ed340a986b842d243f9bb8efd7f574232945b111",
    "dates": "d8411fbd0e064422718890294ed76f58e6a6dabf201265ab235e822a789c24c5",
    "arithmetic": "ffa35f23338924a31dc70eb0c72f6f347afa19ff20fc7b811541ae33b19026ef",
}


def lines(name: str) -> list[str]:
    return load_builtin(name).characters.splitlines()


@pytest.mark.parametrize("name", BUILTIN)
def test_every_corpus_loads_and_is_long_enough_to_learn_from(name: str) -> None:
    corpus = load_builtin(name)
    assert corpus.name == name
    assert corpus.length > 300_000
    assert BUILTIN[name].description


@pytest.mark.parametrize("name", GENERATED)
def test_generated_texts_are_the_same_bytes_everywhere(name: str) -> None:
    assert load_builtin(name).sha256 == GENERATED[name]


def test_brackets_are_balanced() -> None:
    closing = {")": "(", "]": "[", "}": "{", ">": "<"}
    for line in lines("brackets"):
        open_ones: list[str] = []
        for bracket in line:
            if bracket in closing:
                assert open_ones.pop() == closing[bracket]
            else:
                open_ones.append(bracket)
        assert not open_ones


def test_there_are_as_many_b_as_a() -> None:
    assert all(line == "a" * (n := len(line) // 2) + "b" * n for line in lines("counting"))


def test_dates_are_real_and_in_seven_forms() -> None:
    forms = set()
    for line in lines("dates"):
        written, iso = line.split(" -> ")
        assert str(date.fromisoformat(iso).year) in written
        forms.add(re.sub(r"\d+", "1", re.sub("[A-Z][a-z]{3,}", "Word", written)))
    assert len(forms) >= 7


def test_sums_are_right() -> None:
    for line in lines("arithmetic"):
        left, sign, right, result = re.fullmatch(r"(\d+)([+*-])(\d+)=(-?\d+)", line).groups()  # type: ignore[union-attr]
        a, b = int(left), int(right)
        assert int(result) == {"+": a + b, "-": a - b, "*": a * b}[sign]


def test_the_default_is_there() -> None:
    assert next(iter(BUILTIN)) == DEFAULT
    assert load_builtin().name == DEFAULT


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(CorpusError, match="python-docs, python-source, brackets"):
        load_builtin("nonsense")


def test_an_interpreter_without_documentation_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pydoc_data.topics", None)
    with pytest.raises(CorpusError, match="--corpus brackets"):
        load_builtin("python-docs")


@pytest.mark.parametrize("folder", ["/nowhere/python.zip", "empty"])
def test_an_interpreter_without_sources_says_what_to_do(
    folder: str, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    path = str(tmp_path) if folder == "empty" else folder
    monkeypatch.setattr(builtin.sysconfig, "get_paths", lambda: {"stdlib": path})
    with pytest.raises(CorpusError, match="without the sources"):
        load_builtin("python-source")


def test_modules_that_are_not_utf8_are_passed_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    for name, data in [("b.py", b"two\n"), ("a.py", b"one\n"), ("c.py", b"\xff"), ("d.txt", b"x")]:
        with open(f"{tmp_path}/{name}", "wb") as file:
            file.write(data)
    monkeypatch.setattr(builtin.sysconfig, "get_paths", lambda: {"stdlib": str(tmp_path)})
    assert load_builtin("python-source").text == b"one\n\ntwo\n"
