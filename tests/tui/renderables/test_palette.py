"""Colours can be told apart, in greys too."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.tui.renderables.palette import (
    DARK_BACKGROUND,
    LEVELS,
    LIGHT_BACKGROUND,
    MIDDLE,
    NOT_FINITE,
    Rgb,
    blend,
    diverging,
    from_oklab,
    line_colors,
    oklab,
    rgb,
    sequential,
)

BACKGROUNDS = [
    (DARK_BACKGROUND, True),
    (LIGHT_BACKGROUND, False),
    (rgb("#2e3440"), True),
    (rgb("#fdf6e3"), False),
    (rgb("#000000"), True),
]
parts = st.integers(0, 255)


@given(st.builds(Rgb, parts, parts, parts))
def test_oklab_and_back_is_the_same_color(color: Rgb) -> None:
    assert from_oklab(oklab(color)) == color


def test_white_has_lightness_one_and_no_hue() -> None:
    np.testing.assert_allclose(oklab(Rgb(255, 255, 255)), [1, 0, 0], atol=1e-6)


def test_blending_by_nothing_and_by_all_gives_the_ends() -> None:
    start, end = rgb("#102030"), rgb("#ffcc00")
    assert (blend(start, end, 0), blend(start, end, 1)) == (start, end)


@pytest.mark.parametrize(("background", "dark"), BACKGROUNDS)
def test_diverging_luminance_moves_strictly_away_from_the_background(background, dark) -> None:
    light = [
        color.luminance if dark else -color.luminance
        for color in diverging(background, dark).colors
    ]
    assert all(low < high for low, high in pairwise(light[MIDDLE:]))
    assert all(low < high for low, high in pairwise(light[MIDDLE::-1]))


@pytest.mark.parametrize(("background", "dark"), BACKGROUNDS)
def test_sequential_luminance_moves_strictly_away_from_the_background(background, dark) -> None:
    light = [
        color.luminance if dark else -color.luminance
        for color in sequential(background, dark).colors
    ]
    assert all(low < high for low, high in pairwise(light))


def test_zero_is_the_background() -> None:
    palette = diverging(LIGHT_BACKGROUND, False)
    assert palette.colors[palette.quantise(np.zeros(1), 1.0)[0]] == LIGHT_BACKGROUND


def test_both_signs_look_alike_in_strength_and_different_in_hue() -> None:
    low, high = diverging().colors[0], diverging().colors[-1]
    assert abs(oklab(low)[0] - oklab(high)[0]) < 0.02
    assert low.blue > low.red
    assert high.red > high.blue


def test_pairs_of_styles_fit_the_filter_cache_and_are_made_once() -> None:
    palette = diverging()
    assert len(palette.pairs) == LEVELS**2 <= 1024
    assert diverging() is palette
    assert palette.style(3, 7).color.triplet == palette.colors[3]
    assert palette.style(3, 7).bgcolor.triplet == palette.colors[7]


def test_quantising_keeps_order_and_cuts_off_at_the_scale() -> None:
    values = np.array([-9.0, -1.0, -0.5, 0.0, 0.5, 1.0, 9.0])
    assert diverging().quantise(values, 1.0).tolist() == [0, 0, 8, 15, 22, 30, 30]
    assert sequential().quantise(values, 1.0).tolist() == [0, 0, 0, 0, 15, 30, 30]


@given(st.lists(st.floats(width=64), min_size=1), st.floats(width=64))
def test_any_number_and_any_scale_quantise(values: list[float], scale: float) -> None:
    levels = diverging().quantise(np.array(values), scale)
    assert ((levels == NOT_FINITE) == ~np.isfinite(values)).all()
    assert levels.max() < LEVELS


@pytest.mark.parametrize(("background", "dark"), BACKGROUNDS)
def test_chart_inks_stand_out_from_the_background(background, dark) -> None:
    colors = line_colors(background, dark)
    for name, least in (
        ("text", 4.5),
        ("smoothed", 3),
        ("held_out", 3),
        ("event", 3),
        ("error", 3),
    ):
        light, shade = sorted((getattr(colors, name).luminance, background.luminance), reverse=True)
        assert (light + 0.05) / (shade + 0.05) >= least * 0.9, name
