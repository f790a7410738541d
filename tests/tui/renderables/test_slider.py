"""The slider fits its line and its knob stands where the value is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style

from rnn_tui.tui.renderables.slider import SliderStyles, lay_out_slider, render_slider

STYLES = SliderStyles(*[Style()] * 5)


def drawn(width: int, share: float = 0.5, only_ascii: bool = False) -> str:
    layout = lay_out_slider(width, "temperature", 4)
    return render_slider(layout, "0.80", share, STYLES, only_ascii).text


def test_all_parts_are_there() -> None:
    assert drawn(36) == "temperature ◀ 0.80 ━━━━━━━●─────── ▶"


def test_the_ends_are_reached() -> None:
    assert drawn(30, 0.0) == "temperature ◀ 0.80 ●──────── ▶"
    assert drawn(30, 1.0) == "temperature ◀ 0.80 ━━━━━━━━● ▶"


def test_in_a_narrow_place_the_track_goes_first_and_then_the_name() -> None:
    assert drawn(22) == "temperature ◀ 0.80 ▶  "
    assert drawn(10) == "◀ 0.80 ▶  "


@given(st.integers(0, 200), st.floats(0, 1), st.booleans())
def test_it_is_as_wide_as_asked_for(width, share, only_ascii) -> None:
    text = drawn(width, share, only_ascii)
    assert len(text) == width
    assert text.isascii() or not only_ascii


@given(st.integers(25, 200), st.floats(0, 1))
def test_pointing_at_the_knob_gives_the_value_back(width, share) -> None:
    layout = lay_out_slider(width, "temperature", 4)
    knob = drawn(width, share).index("●")
    assert abs(layout.share_at(knob) - share) <= 0.5 / (layout.track - 1) + 1e-9
    assert drawn(width).index("◀") == layout.down
    assert drawn(width).index("▶") == layout.up
