"""The text on the colour of its surprise, the cursor in it, and what stands around it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rnn_tui.sampling.sampler import Sampler
from rnn_tui.sampling.settings import Settings
from rnn_tui.sampling.units import Watched
from rnn_tui.tui.renderables.palette import Rgb
from rnn_tui.tui.widgets.sampler.text_inks import contrast, text_inks, text_scale
from tests.sampling.networks import byte_weights, make_weights
from tests.tui.widgets.sampler.text_hosts import SIZE, Host, at, beside, make_sampler


async def test_characters_stand_on_the_colour_of_their_bits() -> None:
    app, view = Host(), at(make_sampler().view(), 1)
    async with app.run_test(size=SIZE) as pilot:
        app.pane.view = view
        await pilot.pause()
        assert app.body[:2] == ["ab cd↵", "ef▏"]
        inks = app.inks()
        for piece in (0, 2, 3, 4):
            level = text_scale("surprise", False).level(view.columns[0].marks[piece].surprise)
            assert app.style(piece, 0) == inks[f"letter{level}"]


async def test_the_cursor_is_the_only_cell_of_its_colour() -> None:
    app = Host()
    async with app.run_test(size=SIZE) as pilot:
        app.pane.view = at(make_sampler(drawn=100).view(), 3)
        await pilot.pause()
        cells = [app.style(x, y).bgcolor for y in range(8) for x in range(56)]
        assert cells.count(app.style(3, 0).bgcolor) == 1


async def test_a_prompt_is_underlined_where_something_was_drawn() -> None:
    app, sampler = Host(), make_sampler()
    async with app.run_test(size=SIZE) as pilot:
        app.pane.view = at(sampler.view(), 1)
        await pilot.pause()
        assert not app.style(0, 0).underline
        sampler.advance(3)
        app.pane.view = at(sampler.view(), 1)
        await pilot.pause()
        assert app.style(0, 0).underline
        assert not app.style(2, 1).underline  # behind "ef"
        assert "prompt" in app.text[0]


async def test_the_fork_of_a_branch_is_marked() -> None:
    app, sampler = Host(), make_sampler()
    sampler.texts.current.cursor = 3  # type: ignore[union-attr]
    sampler.branch(sampler.weights.vocabulary.symbols.index("h"))
    async with app.run_test(size=SIZE) as pilot:
        app.pane.view = sampler.view()
        await pilot.pause()
        assert app.body[0].startswith("ab ▸h")


async def test_the_bits_of_a_character_are_those_of_its_bytes() -> None:
    app, sampler = Host(), Sampler(byte_weights(), Settings(length=9))
    sampler.write("é漢", draw=False).run()
    view = at(sampler.view(), 0)
    async with app.run_test(size=SIZE) as pilot:
        app.pane.view = view
        await pilot.pause()
        bits = sum(mark.surprise for mark in view.columns[0].marks[2:5])
        inks = app.inks()
        level = text_scale("surprise", False).level(bits)
        assert app.body[0] == "é漢"
        assert app.style(1, 0) == inks[f"letter{level}"]
        assert app.style(0, 0) == inks["here"]


async def test_a_byte_that_is_no_character_yet_has_the_cursor_behind_the_text() -> None:
    app, sampler = Host(), Sampler(byte_weights(), Settings(length=9))
    sampler.write("ab", draw=False).run()
    text = sampler.view().columns[0]
    pieces = [*text.pieces, ""]
    column = replace(text, pieces=pieces, marks=[*text.marks, text.marks[0]], count=3, cursor=2)
    async with app.run_test(size=SIZE) as pilot:
        app.pane.view = replace(sampler.view(), columns=(column,))
        await pilot.pause()
        inks = app.inks()
        assert app.style(2, 0) == inks["here"]


async def test_units_colour_the_text_on_a_scale_of_their_own() -> None:
    app, units = Host(), (Watched(1, 2, -1),)
    async with app.run_test(size=SIZE) as pilot:
        app.pane.view = at(replace(make_sampler().view(), colour="unit", units=units), 1)
        await pilot.pause()
        inks = app.inks("unit")
        state = app.pane.view.columns[0].marks[0].state
        level = text_scale("unit", False).level(-float(state[1][0, 2]))
        assert app.style(0, 0) == inks[f"letter{level}"]
        assert app.text[0].split("·")[1].split()[:4] == ["colour:", "−layer", "1", "unit"]
        assert "2 −1          +1" in app.text[0]


async def test_units_that_a_network_does_not_have_colour_nothing() -> None:
    app = Host()
    async with app.run_test(size=SIZE) as pilot:
        units = (Watched(0, 5000),)
        app.pane.view = replace(make_sampler().view(), colour="unit", units=units)
        await pilot.pause()
        assert app.body[0] == "ab cd↵"


async def test_totals_are_of_all_and_of_what_was_drawn() -> None:
    app, sampler = Host(), make_sampler(drawn=5)
    async with app.run_test(size=(84, 14)) as pilot:
        view = app.pane.view = sampler.view()
        await pilot.pause()
        total = view.columns[0].total
        assert app.body[-2].startswith(f"writing · 13 characters · {total.bits:.1f} bits")
        assert app.body[-2].endswith(f"bits/character · perplexity {total.perplexity:.2f}")
        assert app.body[-1].startswith("drawn   ·  5 characters · ")


async def test_before_a_text_there_are_hints() -> None:
    app = Host()
    async with app.run_test(size=(80, 12)) as pilot:
        app.pane.view = Sampler(make_weights()).view()
        await pilot.pause()
        assert [line[:2] for line in app.body[:3]] == ["t ", "f2", ""]


async def test_texts_side_by_side_have_heads_and_a_line_between_them() -> None:
    app = Host()
    async with app.run_test(size=(80, 14)) as pilot:
        app.pane.view = beside().view()
        await pilot.pause()
        assert [part.strip() for part in app.body[0].split("│")] == [
            *("temperature 0.5", "temperature 1", "temperature 1.5"),
        ]
        assert all(line.count("│") == 2 for line in app.body)
        assert app.body[-2].count("writing") == 3


async def test_where_texts_would_be_too_narrow_there_is_the_one_of_the_cursor() -> None:
    app = Host()
    async with app.run_test(size=(36, 14)) as pilot:
        app.pane.view = replace(beside().view(), active=1)
        await pilot.pause()
        assert app.body[0] == "2 of 3 · temperature 1"


async def test_the_cursor_of_another_column_looks_another_way() -> None:
    app = Host()
    async with app.run_test(size=(80, 14)) as pilot:
        app.pane.view = at(replace(beside().view(), active=1), 0)
        await pilot.pause()
        inks = app.inks()
        assert app.style(0, 1) == inks["beside"]
        assert app.style(26, 1) == inks["here"]


async def test_what_comes_from_data_is_shown() -> None:
    app, view = Host(), beside().view()
    named = tuple(replace(column, title="\x1b[31m[red]x") for column in view.columns)
    async with app.run_test(size=(80, 14)) as pilot:
        app.pane.view = replace(view, columns=named)
        await pilot.pause()
        assert app.body[0].count("␛[31m[red]x") == 3


async def test_without_colours_levels_are_attributes_and_the_cursor_is_reversed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app, view = Host(), at(make_sampler().view(), 1)
    column = view.columns[0]
    bits = (0.5, 1.0, 3.0, 5.0, 8.0, 1.0, 1.0, 1.0)
    marks = [replace(mark, surprise=b) for mark, b in zip(column.marks, bits, strict=True)]
    async with app.run_test(size=SIZE) as pilot:
        app.pane.view = replace(view, columns=(replace(column, marks=marks),))
        await pilot.pause()
        styles = [app.style(x, 0) for x in range(5)]
    assert [bool(style.dim) for style in styles] == [True, False, False, False, False]
    assert [bool(style.bold) for style in styles] == [False, True, False, True, True]
    assert [bool(style.underline) for style in styles] == [False, False, False, False, True]
    assert [bool(style.reverse) for style in styles] == [False, True, False, False, False]


@pytest.mark.parametrize("colour", ["surprise", "unit", "none"])
@pytest.mark.parametrize(("ground", "dark"), [(Rgb(16, 18, 22), True), (Rgb(251, 251, 247), False)])
def test_every_level_can_be_read_in_every_theme(colour, ground: Rgb, dark: bool) -> None:
    for name, style in text_inks(colour, False, ground, dark).items():
        if name.startswith(("letter", "prompt", "here", "beside")):
            color, back = style.color.triplet, style.bgcolor.triplet
            assert contrast(Rgb(*color), Rgb(*back)) >= 4.5, name


def test_levels_rise_with_the_value_and_end_at_the_ends() -> None:
    scale = text_scale("surprise", False)
    levels = [scale.level(bits) for bits in (float("nan"), -1.0, 0.0, 2.0, 4.0, 8.0, float("inf"))]
    assert levels == [0, 0, 0, 4, 8, 15, 15]
    assert [text_scale("unit", False).level(value) for value in (-2.0, 0.0, 1.0)] == [0, 7, 14]
