"""What the character under the cursor was drawn from, as bars."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult

from rnn_tui.core.sampling import distribution
from rnn_tui.sampling.sampler import Sampler
from rnn_tui.sampling.settings import Settings
from rnn_tui.sampling.tables import Distribution
from rnn_tui.sampling.view import View
from rnn_tui.sampling.weights import Weights
from rnn_tui.tui.renderables.bars import percentage
from rnn_tui.tui.renderables.characters import ASCII_VARIABLE
from rnn_tui.tui.widgets.sampler.bars_pane import BarsPane
from rnn_tui.tui.widgets.sampler.symbol_rows import Columns, context, temperature
from tests.sampling.networks import byte_weights, make_weights

COOL = {"temperature": 0.8, "top_k": 3, "seed": 5}


class Host(App[None]):
    """The pane, and what it asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.pane = BarsPane()
        self.chosen: list[int] = []

    def compose(self) -> ComposeResult:
        yield self.pane

    @property
    def text(self) -> list[str]:
        return [strip.text for strip in self.screen._compositor.render_strips(self.size)]

    def on_bars_pane_symbol_chosen(self, message: BarsPane.SymbolChosen) -> None:
        self.chosen.append(message.symbol)


def wrote(prompt: str = "abc", weights: Weights | None = None, **settings: Any) -> Sampler:
    """A sampler that has drawn six characters, and looks at the last one."""
    sampler = Sampler(weights or make_weights(step=12_480), Settings(**settings))
    sampler.message = sampler.write(prompt).run()
    sampler.advance(6)
    return sampler


def looking_at(sampler: Sampler, cursor: int) -> View:
    view = sampler.view()
    assert view.column is not None
    return replace(view, columns=(replace(view.column, cursor=cursor),))


async def shown(view: View | None, size: tuple[int, int] = (80, 16)) -> list[str]:
    """The title, and the lines in the frame."""
    app = Host()
    async with app.run_test(size=size) as pilot:
        app.pane.view = view
        await pilot.pause()
        return [app.text[0], *(line[2:-2].rstrip() for line in app.text[1:-1])]


async def test_the_title_says_after_what_by_what_and_how_open_it_was() -> None:
    sampler = wrote(**COOL)
    view = looking_at(sampler, 3)
    title, *_ = await shown(view)
    assert view.mark is not None
    assert f"after “abc” · step 12,480 · entropy {view.mark.entropy:.2f} bits" in title


async def test_rows_show_what_the_model_thought_and_what_it_was_drawn_from() -> None:
    view = wrote(**COOL).view()
    mark = view.mark
    assert mark is not None
    _, header, *rows = await shown(view)
    model, after = mark.model_distribution, distribution(mark.logits, 0.8, 3)
    assert re.search(r"model .* at 0\.80, top-k 3", header)
    for rank, (row, symbol) in enumerate(zip(rows, (-model).argsort(), strict=False), 1):
        words = "cut" if rank > 3 else percentage(after[symbol])
        assert row.split()[:2] == [str(rank), "abcdefgh"[symbol]]
        assert [part for part in row.split() if part.endswith(("%", "cut"))] == [
            *(percentage(model[symbol]), words),
        ]


async def test_the_drawn_one_is_marked_and_others_are_not() -> None:
    view = wrote(**COOL).view()
    lines = await shown(view)
    assert view.mark is not None
    marked = [line.split()[1] for line in lines if line.endswith("◄ drawn")]
    assert marked == ["abcdefgh"[view.mark.symbol]]


@pytest.mark.parametrize("other", range(1, 8))
async def test_the_chosen_one_is_in_sight_however_improbable(other: int) -> None:
    sampler = wrote(**COOL)
    drawn = sampler.view().mark
    assert drawn is not None
    symbol = (drawn.symbol + other) % 8
    sampler.branch(symbol)
    view = looking_at(sampler, 8)
    assert view.mark is not None
    lines = await shown(view, (60, 6))
    (row,) = (line for line in lines if line.endswith("◄ chosen"))
    assert row.split()[:2] == [str(view.mark.rank), "abcdefgh"[symbol]]


async def test_a_character_of_the_prompt_has_one_bar_alone() -> None:
    _, header, *rows = await shown(looking_at(wrote(**COOL), 2))
    assert header.split("·")[0].strip() == "model, temperature 1"
    assert any(row.endswith("◄ in the prompt") for row in rows)
    assert all(row.count("%") <= 1 for row in rows)


async def test_what_does_not_fit_is_summed_up() -> None:
    lines = await shown(wrote(**COOL).view(), (80, 9))
    assert lines[-1].split()[:3] == ["…", "3", "more"]
    assert lines[-1].endswith("0%")


async def test_without_blocks_bars_are_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ASCII_VARIABLE, "1")
    lines = await shown(wrote(**COOL).view())
    assert any("###" in line for line in lines)
    assert not any(set(line) & set("█▏▎▍▌▋▊▉◄") for line in lines)
    assert any(line.endswith("< drawn") for line in lines)


async def test_before_there_is_a_character_it_says_what_would_be_here() -> None:
    _, first, *_ = await shown(Sampler(make_weights()).view())
    assert first == "what the character under the cursor was drawn from:"


async def test_symbols_that_could_act_are_only_shown() -> None:
    weights = make_weights("\x1b\n\t\u202e漢\u0301[]")
    lines = await shown(wrote("[", weights, **COOL).view())
    symbols = "".join(line.split()[1] for line in lines[2:] if len(line.split()) > 1)
    assert set("␛↵→�漢[]") <= set(symbols)
    assert not set("\x1b\u202e") & set("".join(lines))


async def test_half_a_character_of_bytes_is_not_in_the_title() -> None:
    sampler = wrote("aé漢", byte_weights(), seed=1)
    vocabulary = sampler.weights.vocabulary
    marks = sampler.view().columns[0].marks
    found = [context(mark, vocabulary) for mark in marks[:6]]
    accented = ["after “a”", "after “a”", "after “aé”"]
    assert found == ["at the beginning", *accented, "after “aé”", "after “aé”"]
    assert any("\\x" in line for line in await shown(sampler.view()))


async def test_a_click_asks_for_the_symbol_in_that_row() -> None:
    view, app = wrote(**COOL).view(), Host()
    async with app.run_test(size=(80, 16)) as pilot:
        app.pane.view = view
        await pilot.pause()
        await pilot.click(app.pane, offset=(10, 3))
        await pilot.click(app.pane, offset=(10, 1))
        await pilot.click(app.pane, offset=(10, 12))
        await pilot.pause()
    assert view.mark is not None
    assert app.chosen == [(-view.mark.logits).argsort()[1]]


SIZES = [
    *((width, 9) for width in (20, 24, 31, 40, 47, 60, 100)),
    *((60, height) for height in (3, 4, 5, 6, 7)),
    *((1, 1), (4, 2), (2, 9)),
]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("cursor", [1, 8])
async def test_every_size_is_drawn(size: tuple[int, int], cursor: int) -> None:
    lines = await shown(looking_at(wrote(**COOL), cursor), size)
    assert len(lines) >= 1
    if size[0] >= 20 and size[1] > 2:
        assert any("◄" in line for line in lines)


@pytest.mark.parametrize("width", range(16, 120))
def test_a_line_is_never_wider_than_there_is_room(width: int) -> None:
    sampler = wrote("ab", make_weights("ab漢\u0301 \nxyz"), **COOL)
    mark = sampler.view().mark
    assert mark is not None
    found = Distribution(mark, sampler.weights.vocabulary)
    columns = Columns(found, width, ascii_only=False)
    rows = found.rows(6)
    lines = [columns.header(), columns.rest(rows), *map(columns.line, rows)]
    for line in lines:
        assert cell_len("".join(span.text for span in line)) <= width


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.8, "0.80"), (0, "0.00"), (1e-300, "1e-300"), (0.805, "0.805"), (float("inf"), "∞")],
)
def test_a_temperature_is_written_as_it_was_set(value: float, words: str) -> None:
    assert temperature(value) == words


async def test_the_same_character_is_not_looked_into_again(monkeypatch: Any) -> None:
    sampler, app = wrote(**COOL), Host()
    async with app.run_test(size=(80, 16)) as pilot:
        app.pane.view = sampler.view()
        await pilot.pause()
        before = app.pane._shown
        monkeypatch.setattr("rnn_tui.tui.widgets.sampler.bars_pane.Distribution", None)
        app.pane.view = sampler.view()
        await pilot.pause()
        assert app.pane._shown == before
