"""The sampler in words, and what the colours of a text say."""

from __future__ import annotations

import pytest

from rnn_tui.core.work import Task
from rnn_tui.sampling.commands import COMMANDS, carry_out
from rnn_tui.sampling.errors import SamplerError
from rnn_tui.sampling.sampler import Sampler
from rnn_tui.sampling.settings import Settings
from rnn_tui.sampling.units import Watched
from tests.sampling.networks import make_weights

SYMBOLS = "abcdefgh \n"


@pytest.fixture
def sampler() -> Sampler:
    return Sampler(make_weights(SYMBOLS, layers=2, hidden=6), Settings(length=40))


def do(sampler: Sampler, *lines: str) -> str:
    """Carry out the lines, with what they write; what the last one said."""
    said = ""
    for line in lines:
        answer = carry_out(sampler, line)
        said = answer.run() if isinstance(answer, Task) else answer
        sampler.advance(1000)
    return said


def text(sampler: Sampler) -> str:
    column = sampler.view().column
    return "".join(column.pieces)


def test_a_text_is_written_and_gone_on_with(sampler) -> None:
    do(sampler, "write ab c", "behind  d", "more 3", "again")
    assert sampler.settings.seed == 1
    assert text(sampler).startswith("ab c")
    do(sampler, "text 1")
    assert text(sampler)[4 + 40 :].startswith(" d")
    assert sampler.view().column.count == 4 + 40 + 2 + 40 + 3


def test_blanks_at_the_end_of_a_prompt_count(sampler) -> None:
    do(sampler, "score ab  ")
    assert text(sampler) == "ab  "


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("temperature 1.5", "temperature", 1.5),
        ("top-k 3", "top_k", 3),
        ("top_p 0.5", "top_p", 0.5),
        ("seed 12", "seed", 12),
        ("LENGTH 7", "length", 7),
        (r"stop-at .\n", "stop_at", ".\n"),
        ("stop-at", "stop_at", ""),
        ("missing refuse", "missing", "refuse"),
    ],
)
def test_settings_are_commands(sampler, line, name, value) -> None:
    do(sampler, line)
    assert getattr(sampler.settings, name) == value


@pytest.mark.parametrize("symbol", ["e", " ", "\n"])
def test_a_branch_takes_one_character(sampler, symbol) -> None:
    do(sampler, "temperature 0", "write abc", "go 2")
    do(sampler, f"branch {({' ': 'space', chr(10): chr(92) + 'n'}).get(symbol, symbol)}")
    assert text(sampler)[:2] == f"a{symbol}"


def test_the_cursor_goes_where_it_is_told(sampler) -> None:
    do(sampler, "write abc", "go 1,0")
    assert sampler.view().column.cursor == 9
    do(sampler, "end")
    assert sampler.view().column.cursor == 42


def test_side_by_side_and_one_at_a_time_again(sampler) -> None:
    do(sampler, "beside 0.5, 1 inf", "write abc")
    assert [column.title for column in sampler.view().columns] == [
        "temperature 0.5",
        "temperature 1",
        "temperature inf",
    ]
    do(sampler, "beside off", "write abc")
    assert len(sampler.view().columns) == 1


def test_units_colour_the_text(sampler) -> None:
    do(sampler, "unit 3 -1:5")
    assert sampler.view().units == (Watched(0, 3, 1), Watched(1, 5, -1))
    assert sampler.view().colour == "unit"
    do(sampler, "colour none", "colour unit", "colour SURPRISE")
    assert sampler.view().colour == "surprise"
    assert do(sampler, "speed 40") == "40 characters a second"
    assert do(sampler, "write ab", "drop") == "text 1 is gone"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("", "help lists them"),
        ("wri", "did you mean write?"),
        ("\x1b[2J", "there is no command"),
        ("again 3", "takes nothing after it"),
        ("go", "must be a whole number, not nothing"),
        ("go x", "must be a whole number, not x"),
        ("go 0", "there is no character 0: the text has 43"),
        ("go 44", "there is no character 44"),
        ("branch", "takes one character"),
        ("branch ab", "takes one character"),
        ("branch é", "takes one character"),
        ("more 0", "from 1 on"),
        ("text 9", "there is no text 9"),
        ("drop 9", "there is no text 9"),
        ("beside 1", "give 2 to 3 temperatures"),
        ("beside 1 2 3 4", "give 2 to 3 temperatures"),
        ("beside 1 -2", "temperature must be 0 or positive"),
        ("temperature", "temperature must be a number, not nothing"),
        ("colour unit", "choose a unit first"),
        ("colour blue", "surprise, unit or none"),
        ("unit", "name a unit"),
        ("unit x", "x is no unit"),
        ("unit 6", "0 to 5 in layers 0 to 1"),
        ("unit 2:0", "no such unit"),
        ("speed -1", "1 to 1,000,000"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line_and_nothing_changes(sampler, line, why) -> None:
    do(sampler, "write abc")
    before, seen = sampler.settings, text(sampler)
    with pytest.raises(SamplerError) as refused:
        do(sampler, line)
    assert why in str(refused.value)
    assert str(refused.value).isprintable()
    assert (sampler.settings, text(sampler)) == (before, seen)


def test_without_a_text_there_is_nothing_to_go_through(sampler) -> None:
    for line in ("go 1", "end", "more", "branch a", "behind a", "drop"):
        with pytest.raises(SamplerError, match="no text yet"):
            do(sampler, line)


def test_every_command_is_explained() -> None:
    assert all(
        command.does and command.usage.startswith(verb) for verb, command in COMMANDS.items()
    )


# -- colours ---------------------------------------------------------------------------------------


def test_the_colours_follow_one_another(sampler) -> None:
    looking = sampler.looking
    seen = []
    for _ in range(3):
        looking.next_colour()
        seen.append(looking.colour)
    assert seen == ["none", "surprise", "none"]
    looking.watch((Watched(0, 1),), sampler.weights)
    looking.next_colour()
    assert looking.colour == "none"


def test_units_are_ranked_and_cycled_through_the_best_first(sampler) -> None:
    looking = sampler.looking
    task = looking.rank(sampler.weights, lambda: "abc def\n" * 50, "a text")
    assert task.run() == ""
    assert looking.ranked == "owl · step 7 on a text"
    looking.cycle(sampler.weights)
    seen = [looking.units[0]]
    for _ in range(11):
        looking.turn(sampler.weights)
        seen.append(looking.units[0])
    best = [detector.watched for detector in looking.ranking.detectors]
    assert seen[: len(best)] == best[:12]
    assert looking.cycling
    looking.cycle(sampler.weights)
    assert not looking.cycling


def test_without_a_ranking_all_units_are_cycled_through(sampler) -> None:
    sampler.looking.cycle(sampler.weights)
    seen = [sampler.looking.units[0]]
    for _ in range(12):
        sampler.looking.turn(sampler.weights)
        seen.append(sampler.looking.units[0])
    assert seen[:12] == [Watched(layer, unit) for layer in (0, 1) for unit in range(6)]
    assert seen[12] == seen[0]


def test_places_are_looked_for_only_for_units_that_there_are(sampler) -> None:
    looking = sampler.looking
    with pytest.raises(SamplerError, match="choose a unit first"):
        looking.places(sampler.weights, lambda: "abc")
    looking.watch((Watched(1, 5),), sampler.weights)
    found = []
    task = looking.places(sampler.weights, lambda: "abc def\n" * 50)
    Task(task.title, task.work, lambda places: found.extend(places) or "").run()
    assert found[0].score >= found[-1].score
    with pytest.raises(SamplerError, match="no such unit"):
        looking.places(make_weights(SYMBOLS, layers=1), lambda: "abc")
