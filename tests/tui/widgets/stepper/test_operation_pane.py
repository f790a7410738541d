"""The operation pane: what it says at a stop, and what clicks on it say."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from rich.cells import cell_len
from textual.message import Message

from rnn_tui.core.derivative import Verification
from rnn_tui.core.retrace import Edit
from rnn_tui.stepping.view import Selection
from rnn_tui.tui.widgets.stepper.operation_pane import OperationPane

SIZE = (100, 30)


@pytest.fixture(name="pane")
def _pane(host):
    class Listening(host(OperationPane()).__class__):
        def on_operation_pane_row_chosen(self, message: Message) -> None:
            self.said.append(message)

        def on_operation_pane_origin_asked(self, message: Message) -> None:
            self.said.append(message)

    return lambda: Listening(OperationPane())


@pytest.fixture(name="shown")
def _shown(pane):
    async def shown(view, size=SIZE, numbers=False) -> str:
        app = pane()
        async with app.run_test(size=size) as pilot:
            app.pane.numbers = numbers
            app.pane.view = view
            await pilot.pause()
            return "\n".join(app.text)

    return shown


def line_of(text: str, start: str) -> str:
    """The head of a row."""
    return next(line for line in text.splitlines() if re.match(rf"│[ ▸]+{start} +\(", line))


async def test_formula_sentence_operands_and_result_are_all_there(walk, shown) -> None:
    text = await shown(walk(walk.where("dz_t", 5)))
    first, second, *_ = text.splitlines()
    assert re.match(r"╭─ dz_t = dh_t \(1 − h_t²\) ─+ undoes h_5 = tanh\(z_5\) ─╮", first)
    assert second.startswith("│ dz_5 = dh_5 (1 − h_5²)")
    assert "near ±1" in text
    assert re.search(r"dh_5 +\(6\) .*norm .*from add gradients of h", text)
    assert re.search(r"h_5 +\(6\) .*norm .*from tanh", text)
    assert re.search(r"▸ dz_5 +\(6\) .*norm .*used by 4 operations", text)


async def test_each_factor_has_the_colour_of_its_row(walk, pane) -> None:
    app = pane()
    async with app.run_test(size=SIZE) as pilot:
        app.pane.view = walk(walk.where("dz_t", 5))
        await pilot.pause()
        colors: dict[str, set[object]] = {}
        for y in range(app.pane.size.height):
            for segment in app.pane.render_line(y):
                name = segment.text.strip()
                if name in {"dh_5", "h_5"} and segment.style:
                    colors.setdefault(name, set()).add(segment.style.color)
    assert {len(found) for found in colors.values()} == {1}
    assert colors["dh_5"] != colors["h_5"]


async def test_the_selected_number_is_written_out_in_full(walk, shown) -> None:
    view = walk(walk.where("dz_t", 5))
    view = replace(view, selected=Selection(None, (0, 4)))
    text = await shown(view)
    digits = repr(float(view.operation.value[0, 4])).replace("-", "−")
    assert f"dz_5, unit 4   {'' if digits[0] == '−' else '+'}{digits}" in text
    assert re.search(r"= .* · \(1 − .*²\) = [+−]", text)


async def test_a_selected_operand_is_marked_and_read_out(walk, shown) -> None:
    view = replace(walk(walk.where("dz_t", 5)), selected=Selection("h_t", (0, 1)))
    text = await shown(view)
    assert "▸ h_5" in text
    assert "▸ dz_5" not in text
    assert "h_5, unit 1   " in text


async def test_a_look_up_shows_the_row_that_is_read(walk, shown) -> None:
    text = await shown(walk(walk.where("u_t", 2)))
    assert re.search(r"W_xh +\(\d+, 6\).*row “h”", text)
    assert re.search(r"x_2 +symbol +“h”.*input", text)
    matrix = walk.first.trace.givens["layer0.W_xh"]
    row = matrix[int(walk.first.trace.givens["x_2"][0])]
    assert f"{row.max():+.4f}" in line_of(text, "W_xh")


async def test_symbols_that_could_act_are_shown_as_characters(make_walk, shown) -> None:
    walk = make_walk(T=30)
    read = [walk.first.window.input_symbol(t) for t in range(1, 31)]
    text = await shown(walk(walk.where("u_t", 1 + read.index("\x1b"))))
    assert "\x1b" not in text
    assert "“␛”" in text


async def test_many_single_numbers_are_one_row(walk, shown, pane) -> None:
    text = await shown(walk(walk.where("loss")))
    assert re.search(r"loss_1 … loss_12 12 numbers", text)
    assert re.search(r"T·B +number +12", text)


async def test_of_a_sum_over_time_only_a_few_parts_are_computed(walk, shown, monkeypatch) -> None:
    index, computed = walk.where("dW_hh", phase="sum"), []
    operation = type(walk.first.trace[0])
    compute = operation.compute
    monkeypatch.setattr(operation, "compute", lambda o: computed.append(o.index) or compute(o))
    text = await shown(walk(index))
    assert "… 10 more operands" in text
    assert len(computed) == len(set(computed)) == 2
    assert re.search(r"= t=\d+: ", text)


async def test_a_verification_shows_both_numbers_and_the_verdict(walk, shown) -> None:
    index = walk.where("dz_t", 5)
    right = Verification(index, (0, 0), 1.5e-3, 1.5e-3, 2e-16, True)
    wrong = replace(right, derivative=2.5e-3, error=0.4, passed=False)
    text = await shown(walk(index, verification=right))
    assert "backward +1.500000e−03   derivative +1.500000e−03   error 2e−16   ✓" in text
    assert "✗ DIFFERS" in await shown(walk(index, verification=wrong))
    assert "verify" not in await shown(walk(index + 1, verification=right))


async def test_a_verification_of_another_number_says_of_which(walk, shown) -> None:
    index = walk.where("dz_t", 5)
    found = Verification(index, (0, 3), 1.5e-3, 1.5e-3, 2e-16, True)
    assert "verify [3]: backward" in await shown(walk(index, verification=found))


@pytest.mark.parametrize("size", [(80, 14), (86, 19), (130, 40)])
async def test_before_and_now_stand_side_by_side_at_every_size(walk, shown, size) -> None:
    altered = walk.altered(Edit("layer0.W_hh", (3, 4), 2.0))
    lines = (await shown(walk(walk.where("p_t", 5), **altered), size)).splitlines()
    before = next(i for i, line in enumerate(lines) if line.startswith("│ before  target"))
    assert lines[before + 1].startswith("│ now     target")
    heads = [i for i, line in enumerate(lines) if re.match(r"│[ ▸]+(before|p_5) +\(", line)]
    high = heads[1] - heads[0]
    strips = [len(re.findall("[█▌]", "".join(lines[i : i + high]))) for i in heads]
    assert strips[0] == strips[1] > 0


async def test_a_vector_of_nothing_but_0_says_so(walk, shown) -> None:
    text = await shown(walk(walk.where("f_{t-1}", 1) - 1), size=(100, 30))
    assert "all 0" not in text
    text = await shown(walk(walk.where("r_t", 1)))
    assert "all 0" in text
    assert "±1" not in text


async def test_wide_characters_are_themselves_beside_numbers(walk, shown) -> None:
    view = walk(walk.where("dW_hy^t", 5))
    view = replace(view, selected=Selection(None, (0, view.operation.value.shape[1] - 1)))
    text = await shown(view, numbers=True)
    assert "“漢”" in text
    assert "“字”" in text


async def test_an_edit_shows_before_and_now(walk, shown) -> None:
    held = walk.where("h_t", 3)
    altered = walk.altered(Edit(held, (0, 0), 0.9))
    view = walk(walk.where("p_t", 4), **altered)
    text = await shown(view)
    before, now = (t[view.index].value[0, 0] for t in (view.base, view.trace))
    assert f"before +{before:.6e}   now +{now:.6e}".replace("e-", "e−") in text
    assert "loss before " in text
    assert text.count("target “") == 2
    assert re.search(r"  before +\(\d+\)", text)
    assert "changed" in line_of(text, "p_4")
    assert "1 held" in await shown(walk(held, **altered))


async def test_a_planted_fault_is_called_one(walk, shown) -> None:
    index = walk.where("dz_t", 12)
    text = await shown(walk(index, wrong=index, **walk.altered(fault="missing-dh")))
    assert "the first wrong operation" in text
    assert "planted fault" in line_of(text, "dz_12")
    small = await shown(walk(index, wrong=index, **walk.altered(fault="missing-dh")), (80, 12))
    assert "planted fault" in line_of(small, "dz_12")
    assert "dz_t = 1 − h_t²" in text.splitlines()[0]


async def test_numbers_on_demand(walk, shown) -> None:
    view = walk(walk.where("dW_hh^t", 4))
    text = await shown(view, numbers=True)
    values = [f"{v:+.6e}".replace("-", "−") for v in view.operation.value.ravel()]
    assert all(value in text for value in values[:5])
    assert re.search(r"unit 0 +unit 1", text)


async def test_a_click_on_a_value_selects_it(walk, pane, until) -> None:
    app = pane()
    async with app.run_test(size=SIZE) as pilot:
        app.pane.view = walk(walk.where("dz_t", 5))
        await pilot.pause()
        y = next(i for i, line in enumerate(app.text) if " h_5 " in line and "norm" in line)
        await pilot.click(OperationPane, offset=(4 + 2 * 10 + 3, y + 1))
        await until(pilot, lambda: app.said)
        await pilot.click(OperationPane, offset=(5, y))
        await until(pilot, lambda: len(app.said) == 2)
    assert [(m.operand, m.element) for m in app.said] == [("h_t", (0, 2)), ("h_t", (0, 0))]


async def test_two_clicks_ask_where_an_operand_is_from(walk, pane, until) -> None:
    app = pane()
    async with app.run_test(size=SIZE) as pilot:
        app.pane.view = walk(walk.where("dz_t", 5))
        await pilot.pause()
        y = next(i for i, line in enumerate(app.text) if " h_5 " in line and "norm" in line)
        await pilot.click(OperationPane, offset=(5, y), times=2)
        await until(pilot, lambda: any(isinstance(m, OperationPane.OriginAsked) for m in app.said))
    assert app.said[-1].operand == "h_t"


async def test_every_stop_there_and_back_looks_the_same(walk, pane) -> None:
    app = pane()
    async with app.run_test(size=(90, 24)) as pilot:
        seen = {}
        indexes = [*range(0, len(walk.first.trace), 9)]
        for index in [*indexes, *reversed(indexes)]:
            app.pane.view = walk(index)
            await pilot.pause(0)
            drawn = [app.pane.render_line(y) for y in range(app.pane.size.height)]
            assert seen.setdefault(index, drawn) == drawn


@pytest.mark.parametrize("size", [(40, 10), (44, 14), (80, 12), (200, 40), (20, 5), (3, 3)])
async def test_any_size_keeps_its_frame(walk, pane, size) -> None:
    app = pane()
    async with app.run_test(size=size) as pilot:
        for index in range(0, len(walk.first.trace), 11):
            app.pane.view = walk(index)
            app.pane.numbers = index % 2 == 0
            await pilot.pause(0)
            text = app.text
            assert {cell_len(line) for line in text} == {size[0]}
    assert text[0][0] == "╭"


async def test_small_panes_keep_formula_result_and_number(walk, shown) -> None:
    text = await shown(walk(walk.where("z_t", 5)), size=(40, 10))
    assert "z_5 = u_5 + r_5 + b_h" in text
    assert "▸ z_5" in text
    assert "z_5, unit 0   " in text


async def test_a_network_that_diverged_is_still_shown(walk, shown) -> None:
    index = walk.where("dz_t", 5)
    operation = walk.first.trace[index]
    broken = np.array(operation.value)
    broken[0, :3] = np.nan, np.inf, 1e308
    made = list(walk.first.trace.operations)
    made[index] = replace(operation, stored=broken)
    text = await shown(walk(index, trace=replace(walk.first.trace, operations=tuple(made))))
    assert "× 2 not finite" in text
    assert "dz_5, unit 0   NaN" in text


async def test_a_step_draws_only_the_lines_that_changed(walk, pane, drawn) -> None:
    app = pane()
    async with app.run_test(size=SIZE) as pilot:
        view = walk(walk.where("dz_t", 5))
        app.pane.view = view
        await pilot.pause()
        drawn.clear()
        app.pane.view = replace(view, selected=Selection(None, (0, 1)))
        regions = [region for call in drawn for region in call]
    assert 0 < len(regions) < 10


async def test_no_colour_draws_characters(walk, shown, monkeypatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    text = await shown(walk(walk.where("dW_hh^t", 5)), size=(60, 30))
    assert "▀" not in text
    assert "▌" not in text
