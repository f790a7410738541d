"""What a text comes to, in as many words as there is room for."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from rich.cells import cell_len

from rnn_tui.sampling.sampler import Sampler
from rnn_tui.sampling.scoring import Totals
from rnn_tui.sampling.settings import Settings
from rnn_tui.sampling.view import Column
from rnn_tui.tui.widgets.sampler.text_words import totals
from tests.sampling.networks import byte_weights, make_weights


def column(byte: bool = False, drawn: int = 5) -> Column:
    weights = byte_weights() if byte else make_weights("abcdefgh \n")
    sampler = Sampler(weights, Settings(length=2000))
    sampler.write("ab" * 600).run()
    sampler.advance(drawn)
    return sampler.view().columns[0]


def said(of: Column, width: int) -> list[str]:
    return ["".join(span.text for span in row) for row in totals(of, width, both=True)]


@pytest.mark.parametrize("byte", [False, True])
def test_all_and_what_was_drawn_are_said_in_the_same_words_below_each_other(byte: bool) -> None:
    of = column(byte)
    for width in range(16, 100):
        words, dots = set(), set()
        for row in said(of, width):
            assert cell_len(row) <= width
            words.add(re.sub("[0-9., ]+", "", row[7:]))
            dots.add(tuple(found.start() for found in re.finditer("·", row)))
        assert len(words) == len(dots) == 1


@pytest.mark.parametrize("width", [0, 1, 4, 7, 11])
def test_where_nothing_else_fits_there_is_what_it_does(width: int) -> None:
    [row, _] = said(column(), width)
    assert cell_len(row) <= width
    assert row == "writing" or width < 7


@pytest.mark.parametrize("total", [Totals(510, 702.7), Totals(12_002, 32_702.7)])
def test_bits_and_perplexity_are_said_in_56_cells(total: Totals) -> None:
    [row] = said(replace(column(drawn=0), total=total), 56)
    assert f"{total.bits:,.1f} bits" in row
    assert f"{total.bits_per_character:.2f} bpc" in row
    assert row.endswith(f"ppl {total.perplexity:.2f}")


def test_of_bytes_the_rate_is_bits_per_byte() -> None:
    [row, _] = said(column(byte=True), 40)
    assert " bpb" in row
