"""The folded list of operations."""

from __future__ import annotations

from itertools import pairwise

import pytest

from rnn_tui.core.retrace import Edit
from rnn_tui.tui.widgets.stepper.operation_groups import Folded, entries_of
from rnn_tui.tui.widgets.stepper.operation_list import OperationList

SIZES = [(80, 24), (120, 35), (200, 50)]


def pointed(app) -> list[str]:
    return [line for line in app.body if "►" in line]


@pytest.mark.parametrize("size", SIZES)
async def test_the_pointer_stands_on_the_operation_wherever_it_is(walk, host, size) -> None:
    app = host(OperationList())
    async with app.run_test(size=size) as pilot:
        for index in range(0, len(walk.first.trace), 7):
            app.pane.view = walk(index)
            await pilot.pause()
            operation = walk.first.trace[index]
            (line,) = pointed(app)
            assert line[1:].split()[1].startswith(operation.symbol[0])
            assert operation.name.startswith(line[12:].strip().rstrip("…"))


async def test_only_the_group_of_the_operation_is_open(walk, host) -> None:
    app = host(OperationList())
    async with app.run_test(size=(80, 40)) as pilot:
        app.pane.view = walk(walk.where("dz_t", 8))
        await pilot.pause()
        lines = app.body
    assert [line.split()[:4] for line in lines if "▾" in line] == [["▾", "t", "=", "8"]]
    at = next(y for y, line in enumerate(lines) if "▾" in line)
    assert lines[at + 1].split()[0] == "dy_t"
    assert "t = 9" in lines[at - 1]


async def test_phases_have_headings_or_are_groups(walk, host) -> None:
    app = host(OperationList())
    async with app.run_test(size=(80, 60)) as pilot:
        app.pane.view = walk(0)
        await pilot.pause()
        words = [line.strip(" ▸▾─0123456789") for line in app.body]
    phases = ("forward", "loss", "backward", "sums over time", "clipping", "update")
    assert [word for word in words if word in phases] == list(phases)


async def test_a_step_within_a_group_draws_two_lines(walk, host, drawn) -> None:
    app = host(OperationList())
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.view = walk(walk.where("dh_t", 7))
        await pilot.pause()
        drawn.clear()
        app.pane.view = walk(walk.where("dh_t", 7) + 1)
        (regions,) = drawn
        assert len(regions) == 2


async def test_the_open_group_stays_where_it_is(make_walk, host) -> None:
    walk, app = make_walk(T=60), host(OperationList())
    async with app.run_test(size=(80, 24)) as pilot:
        places = []
        for t in (40, 39, 38, 20):
            app.pane.view = walk(walk.where("dz_t", t))
            await pilot.pause()
            places.append(next(y for y, line in enumerate(app.body) if "▾" in line))
    assert len(set(places)) == 1


async def test_a_click_chooses_an_operation_or_the_first_of_a_group(walk, host, until) -> None:
    app, index = host(OperationList()), walk.where("dz_t", 8)
    async with app.run_test(size=(80, 40)) as pilot:
        app.pane.view = walk(index)
        await pilot.pause()
        at = next(y for y, line in enumerate(app.body) if "►" in line) + 1
        await pilot.click(OperationList, offset=(9, at + 1))
        below = next(y for y, line in enumerate(app.body) if "t = 7" in line and y > at) + 1
        await pilot.click(OperationList, offset=(9, below))
        await until(pilot, lambda: len(app.said) == 2)
    assert [message.index for message in app.said] == [index + 1, walk.where("dy_t", 7)]


async def test_the_wheel_looks_elsewhere_until_the_next_step(make_walk, host) -> None:
    walk, app = make_walk(T=60), host(OperationList())
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.view = walk(5)
        app.pane.focus()
        await pilot.press("pagedown", "pagedown")
        await pilot.pause()
        assert not pointed(app)
        app.pane.view = walk(6)
        await pilot.pause()
        assert pointed(app)


async def test_what_an_edit_changed_is_marked(walk, host) -> None:
    app = host(OperationList())
    async with app.run_test(size=(80, 60)) as pilot:
        app.pane.view = walk(walk.where("h_t", 6), **walk.altered(Edit("x_6", (0,), 1.0)))
        await pilot.pause()
        lines = app.body
    assert [line[0] for line in lines if "t = 5 " in line] == [" ", "*"]  # forward, backward
    assert [line[0] for line in lines if "t = 9 " in line] == ["*", "*"]
    assert next(line for line in lines if " u_t" in line).startswith("*")


async def test_the_first_wrong_operation_and_a_hit_are_marked(walk, host) -> None:
    app, index = host(OperationList()), walk.where("dz_t", 6)
    async with app.run_test(size=(80, 60)) as pilot:
        app.pane.view = walk(index, wrong=index)
        await pilot.pause()
        assert pointed(app)[0].startswith("✗")
        app.pane.view = walk(0, wrong=index)
        await pilot.pause()
        assert [line[0] for line in app.body if "t = 6 " in line] == [" ", "✗"]
        app.pane.view = walk(3, hit="norm(h) > 1")
        await pilot.pause()
        assert pointed(app)[0].startswith("●")


async def test_layers_are_said_where_there_are_several(make_walk, host) -> None:
    walk, pane = make_walk(L=2, T=5), OperationList()
    pane.styles.width = 50
    app = host(pane)
    async with app.run_test(size=(80, 50)) as pilot:
        app.pane.view = walk(0)
        await pilot.pause()
        layers = [line.split("layer")[-1].strip() for line in app.body if "layer" in line]
    assert layers == ["0"] * 4 + ["1"] * 4


def test_every_line_of_the_folded_list_is_found(make_walk) -> None:
    trace = make_walk(L=2, T=5).first.trace
    entries = entries_of(trace)
    for at, entry in enumerate(entries):
        if entry.heading:
            continue
        folded = Folded(entries, at)
        rows = [folded.row(number) for number in range(folded.height)]
        shown = [row.operation for row in rows if row.operation is not None]
        assert shown == list(range(entry.start, entry.stop))
        assert [row.entry for row in rows if row.operation is None] == list(entries)
        assert all(rows[folded.line_of(index)].operation == index for index in shown)


def test_the_groups_cover_all_operations(walk) -> None:
    groups = [entry for entry in entries_of(walk.first.trace) if not entry.heading]
    assert groups[0].start == 0
    assert groups[-1].stop == len(walk.first.trace)
    assert all(one.stop == next_.start for one, next_ in pairwise(groups))


async def test_a_wide_list_has_the_formulas(walk, host) -> None:
    pane = OperationList()
    pane.styles.width = "1fr"
    app = host(pane)
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.view = walk(walk.where("z_t", 3))
        await pilot.pause()
        assert pointed(app)[0].rstrip().endswith("z_t = u_t + r_t + b_h")
