from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.runs.errors import ConfigError
from rnn_tui.runs.names import check_name, clipped, free_name


@pytest.mark.parametrize("name", ["a", "quiet-otter", "A.1_b-c", "x" * 64, "-"])
def test_plain_names_are_allowed(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize(
    "name", ["", ".", "..", ".x", "a/b", "../a", "/a", "a b", "x" * 65, "ä", "a\n", "a\0", "~"]
)
def test_names_that_could_be_paths_are_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="is not allowed"):
        check_name(name)


def test_a_free_name_is_allowed_and_not_taken() -> None:
    taken: set[str] = set()
    for _ in range(500):
        name = free_name(taken, random.Random(1))
        assert check_name(name) not in taken
        taken.add(name)


@given(st.text())
def test_what_is_quoted_in_a_message_is_short_printable_and_on_one_line(text: str) -> None:
    quoted = clipped(text, 20)
    assert len(quoted) <= 20
    assert quoted.isascii()
    assert quoted.isprintable()
