"""Settings: every number that means something is taken, the rest refused in one line."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.sampling.settings import SettingError, Settings, parse_setting, random_numbers
from rnn_tui.text.visible import visible_line


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("temperature", "0", 0.0),
        ("temperature", " 1e-300 ", 1e-300),
        ("temperature", "1e300", 1e300),
        ("temperature", "inf", math.inf),
        ("temperature", "∞", math.inf),
        ("top-k", "40", 40),
        ("top_p", "0.9", 0.9),
        ("seed", str(2**63 - 1), 2**63 - 1),
        ("length", "0", 0),
        ("missing", "Refuse", "refuse"),
        ("stop-at", "", ""),
        ("stop-at", r"\n\n", "\n\n"),
        ("stop-at", r"a\\n", r"a\n"),
    ],
)
def test_what_is_typed_is_read(name: str, text: str, value: object) -> None:
    assert parse_setting(name, text) == value
    assert getattr(Settings().changed(name, text), name.replace("-", "_")) == value


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("temperature", "", "temperature must be a number, not nothing"),
        ("temperature", "nan", "temperature must be a number, not 'nan'"),
        ("temperature", "-1", "temperature must be 0 or positive, not -1.0"),
        ("temperature", "-inf", "temperature must be 0 or positive"),
        ("temperature", "warm", "temperature must be a number, not 'warm'"),
        ("top-k", "2.5", "top-k must be a whole number, not '2.5'"),
        ("top-k", "-1", "top-k must be 0"),
        ("top-p", "0", "top-p must be above 0"),
        ("top-p", "1.01", "top-p must be above 0 and at most 1"),
        ("seed", "-1", "seed must be 0 to"),
        ("seed", "9" * 5000, "seed must be a whole number"),
        ("length", str(10**10), "length must be 0 to 1,000,000,000"),
        ("missing", "ignore", "missing must be skip or refuse, not 'ignore'"),
        ("stop-at", "x" * 1001, "stop-at may have 1,000 characters"),
        ("colour", "red", "there is no setting 'colour': temperature, top-k"),
    ],
)
def test_what_means_nothing_is_refused(name: str, text: str, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        Settings().changed(name, text)


@given(st.sampled_from(["temperature", "top-k", "top-p", "seed", "length", "missing"]), st.text())
def test_any_text_is_a_value_or_a_line_that_can_be_shown(name: str, text: str) -> None:
    line = ""
    try:
        parse_setting(name, text)
    except SettingError as error:
        line = str(error)
    assert visible_line(line) == line


def test_settings_are_checked_however_they_are_made() -> None:
    with pytest.raises(SettingError, match="temperature must be 0 or positive, not nan"):
        Settings(temperature=math.nan)


def test_every_text_of_a_seed_has_its_own_random_numbers() -> None:
    first, second, other = (random_numbers(*key).random(5) for key in [(1, 0), (1, 1), (2, 0)])
    assert not np.array_equal(first, second)
    assert not np.array_equal(first, other)
    assert np.array_equal(first, random_numbers(1).random(5))
    assert np.array_equal(first[3:], random_numbers(1, 0, 3).random(2))
