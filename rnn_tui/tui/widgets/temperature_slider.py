"""A slider for the temperature of the sampler."""

from __future__ import annotations

import math
from typing import ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from rnn_tui.tui.renderables.palette import blend, ink, line_colors
from rnn_tui.tui.renderables.slider import (
    SliderLayout,
    SliderStyles,
    lay_out_slider,
    render_slider,
)
from rnn_tui.tui.widgets.surroundings import only_ascii, surroundings

LOWEST: Final = 0.0
HIGHEST: Final = 5.0
STEP: Final = 0.05
LEAP: Final = 0.5
_STEPS_PER_UNIT: Final = round(1 / STEP)
_VALUE_WIDTH: Final = 4


class TemperatureSlider(Widget, can_focus=True):
    """A temperature of 0 to 5 in steps of 0.05, set by keys or mouse."""

    DEFAULT_CSS: ClassVar[str] = "TemperatureSlider { height: 1; width: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", f"change({-STEP})", "a little lower", show=False, id="temperature.lower"),
        Binding("right", f"change({STEP})", "a little higher", show=False, id="temperature.higher"),
        Binding(
            "shift+left,pagedown",
            f"change({-LEAP})",
            "much lower",
            show=False,
            id="temperature.much-lower",
        ),
        Binding(
            "shift+right,pageup",
            f"change({LEAP})",
            "much higher",
            show=False,
            id="temperature.much-higher",
        ),
        Binding("home", f"change({-HIGHEST})", "lowest", show=False, id="temperature.lowest"),
        Binding("end", f"change({HIGHEST})", "highest", show=False, id="temperature.highest"),
    ]

    value: reactive[float] = reactive(1.0)

    class Changed(Message):
        """The temperature is another one."""

        def __init__(self, slider: TemperatureSlider, value: float) -> None:
            super().__init__()
            self.slider = slider
            self.value = value

        @property
        def control(self) -> TemperatureSlider:
            """The slider that was moved."""
            return self.slider

    def __init__(
        self,
        value: float = 1.0,
        *,
        label: str = "temperature",
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._label = label
        self._dragging = False
        self.set_reactive(TemperatureSlider.value, self._rounded(value, 1.0))

    @staticmethod
    def _rounded(value: float, otherwise: float) -> float:
        if math.isnan(value):
            return otherwise
        kept = min(max(value, LOWEST), HIGHEST)
        return round(kept * _STEPS_PER_UNIT) / _STEPS_PER_UNIT

    def validate_value(self, value: float) -> float:
        """The nearest temperature that the slider has; NaN changes nothing."""
        return self._rounded(value, self.value)

    def watch_value(self, value: float) -> None:
        """Say so."""
        self.post_message(self.Changed(self, value))

    def action_change(self, difference: float) -> None:
        """Raise or lower the temperature."""
        self.value += difference

    def render_line(self, y: int) -> Strip:
        """The slider is on the first line."""
        if y:
            return Strip.blank(self.size.width)
        share = (self.value - LOWEST) / (HIGHEST - LOWEST)
        styles = self._styles()
        return render_slider(self._layout, f"{self.value:.2f}", share, styles, only_ascii())

    @property
    def _layout(self) -> SliderLayout:
        return lay_out_slider(self.size.width, self._label, _VALUE_WIDTH)

    def _styles(self) -> SliderStyles:
        background, dark = surroundings(self)
        colors = line_colors(background, dark)
        accent = colors.held_out if self.has_focus else colors.text
        return SliderStyles(
            label=ink(colors.faint, background),
            value=ink(colors.text, background, bold=True),
            track=ink(accent, background),
            rest=ink(blend(background, colors.text, 0.35), background),
            knob=ink(accent, background, bold=True),
        )

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """The arrows step; the track jumps to where it is pressed and then follows."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        layout = self._layout
        if offset.x in (layout.down, layout.up):
            self.action_change(STEP if offset.x == layout.up else -STEP)
        elif layout.track and offset.x >= layout.track_start - 1:
            self._dragging = True
            self.capture_mouse()
            self._follow(offset.x)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Follow the pointer while its button is held."""
        if self._dragging:
            self._follow(event.x - self.gutter.left)

    def on_mouse_up(self) -> None:
        """Let go."""
        if self._dragging:
            self._dragging = False
            self.release_mouse()

    def _follow(self, x: int) -> None:
        self.value = LOWEST + self._layout.share_at(x) * (HIGHEST - LOWEST)
