"""Breakpoints, edits and faults, as they are listed."""

from __future__ import annotations

import pytest

from rnn_tui.core.retrace import Edit
from rnn_tui.stepping.watching import Watch
from rnn_tui.tui.widgets.stepper.watches_pane import WatchesPane


async def shown(host, view, size=(80, 24)) -> list[str]:
    app = host(WatchesPane())
    async with app.run_test(size=size) as pilot:
        app.pane.view = view
        await pilot.pause()
        return [app.text[0], *(line.rstrip() for line in app.body)]


@pytest.mark.parametrize("size", [(40, 24), (80, 24), (120, 35), (200, 50)])
async def test_an_empty_pane_says_what_to_press(walk, host, size) -> None:
    lines = await shown(host, walk(0), size)
    assert [line[:2] for line in lines[1:4]] == ["b ", "e ", "p "]


async def test_a_breakpoint_shows_its_threshold_beside_the_latest_value(walk, host) -> None:
    earlier = walk.where("h_t", 1)
    watches = (
        Watch("t == 2", earlier + 2, "t = 2 == 2", True),
        Watch("norm(h) < 1", earlier, "norm(h) = 0.5 < 1", True),
        Watch("norm(dh) < 1e-6"),
    )
    title, *lines = await shown(host, walk(earlier + 2, breakpoints=watches))
    assert "3 breakpoints" in title
    assert lines[:3] == [
        *("● t = 2 == 2", "● norm(h) = 0.5 < 1  at h_1", "○ norm(dh) < 1e-6  not yet"),
    ]


async def test_an_edit_says_old_and_new_and_what_it_did_to_the_loss(walk, host) -> None:
    vocabulary = walk.first.window.vocabulary.symbols
    old = float(walk.first.trace.givens["layer0.W_hh"][1, 2])
    edits = (
        Edit("layer0.W_hh", (1, 2), 0.5),
        Edit("x_3", (0,), float(vocabulary.index("u"))),
        Edit("layer0.W_hh", (1, 2), 0.75),
    )
    altered = walk.altered(*edits)
    _, *lines = await shown(host, walk(0, **altered))
    loss = f"loss {walk.first.trace.loss:.4f} → {altered['trace'].loss:.4f} nats"
    assert lines[0].startswith(f"* {loss}")
    assert lines[1] == "  W_hh[1, 2]  +0.5 → +0.75"
    assert lines[2] == "  x_3  “e” → “u”"
    assert lines[3] == f"  W_hh[1, 2]  {old:+.4g} → +0.5".replace("-", "−")


async def test_a_symbol_that_is_wide_is_itself(walk, host) -> None:
    wide = walk.first.window.vocabulary.symbols.index("漢")
    _, *lines = await shown(host, walk(0, **walk.altered(Edit("x_3", (0,), float(wide)))))
    assert lines[1] == "  x_3  “e” → “漢”"


async def test_of_several_layers_one_is_said(make_walk, host) -> None:
    walk = make_walk(L=2)
    edits = Edit("layer1.W_hh", (1, 2), 0.5), Edit("state.layer0", (0, 3), 0.5)
    _, *lines = await shown(host, walk(0, **walk.altered(*edits)))
    assert [line.split("  ")[1] for line in lines[1:3]] == ["h_0^(0)[3]", "W_hh^(1)[1, 2]"]


async def test_a_held_state_is_called_by_its_name(walk, host) -> None:
    index = walk.where("h_t", 4)
    _, *lines = await shown(host, walk(0, **walk.altered(Edit(index, (0, 3), 0.25))))
    assert lines[1].startswith("  h_4[3]")


async def test_a_fault_says_where_it_parts_from_the_derivative(walk, host) -> None:
    altered = walk.altered(fault="missing-dh")
    wrong = walk.where("dz_t", 12)
    _, *lines = await shown(host, walk(0, **altered, wrong=wrong))
    assert lines[0].startswith("✗ fault ")
    assert lines[1] == f"  first wrong: dz_12  op {wrong + 1}"


async def test_many_edits_leave_room_for_the_breakpoints(walk, host) -> None:
    edits = tuple(Edit("layer0.W_hh", (1, 2), value / 10) for value in range(9))
    view = walk(0, **walk.altered(*edits), breakpoints=(Watch("t == 3"),))
    _, *lines = await shown(host, view)
    assert "○ t == 3  not yet" in lines
    assert any("more" in line for line in lines)


async def test_text_from_outside_is_only_shown(walk, host) -> None:
    watches = (Watch("[bold]\x1b[2J"), Watch("", 0, "[/]"))
    _, *lines = await shown(host, walk(0, breakpoints=watches))
    assert lines[0] == "○ [bold]␛[2J  not yet"
    assert lines[1] == "○ [/]"
