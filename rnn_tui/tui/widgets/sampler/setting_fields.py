"""The fields in which the settings of the sampler are typed."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.strip import Strip
from textual.widgets import Static

from rnn_tui.sampling.settings import Settings
from rnn_tui.text.visible import visible_line
from rnn_tui.tui.renderables.slider import SliderLayout, lay_out_slider, render_slider
from rnn_tui.tui.widgets.status_bar import clip
from rnn_tui.tui.widgets.surroundings import only_ascii
from rnn_tui.tui.widgets.temperature_slider import HIGHEST, TemperatureSlider
from rnn_tui.tui.widgets.visible_input import VisibleInput

_LONGEST = 1000
_ESCAPED = str.maketrans({"\\": "\\\\", "\n": "\\n", "\t": "\\t"})


class Typed(Message):
    """A setting is to be another one."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__()
        self.name = name
        self.text = text


def as_typed(settings: Settings, name: str) -> str:
    """What is to be typed for a setting to be what it is; the inverse of ``Settings.changed``."""
    value = getattr(settings, name.replace("-", "_"))
    if isinstance(value, str):
        return value.translate(_ESCAPED)
    return repr(value).removesuffix(".0")


class SettingField(VisibleInput):
    """One setting; what is typed counts when enter is pressed or the field is left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "take what was typed", show=False, id="sampler.setting-take"),
    ]

    def __init__(self, name: str, tooltip: str) -> None:
        super().__init__(compact=True, max_length=_LONGEST, tooltip=tooltip, id=f"field-{name}")
        self.cursor_blink = False
        self.setting = name
        self.held = ""
        """The value of the setting, as it would be typed."""
        self._handed_on: str | None = None

    def render_line(self, y: int) -> Strip:
        """The field; what of a value does not fit is cut with a sign, unless it is typed in."""
        width = self.size.width
        if y or self.has_focus or cell_len(self.value) <= width:
            return super().render_line(y)
        return Strip([Segment(clip(self.value, width), self.rich_style)])

    def hold(self, text: str) -> None:
        """Show the value of now, unless another one is being typed."""
        edited = self.has_focus and self.edited
        self.held = text
        if not edited:
            self.show_held()

    def show_held(self) -> None:
        """Show the value of now, whatever is being typed."""
        self._handed_on = None
        if self.value != visible_line(self.held):
            self.value = self.held
            self.cursor_position = len(self.value) if self.has_focus else 0

    @property
    def edited(self) -> bool:
        """Whether something else was typed that was not handed on yet."""
        return self.value not in (visible_line(self.held), self._handed_on)

    def action_take(self) -> None:
        """Have what was typed taken, unless it is the value already."""
        if self.edited:
            self._handed_on = self.value
            self.post_message(Typed(self.setting, self.value))

    def on_blur(self) -> None:
        """The same."""
        if self.edited:
            self.action_take()
        else:
            self.show_held()


class MissingSwitch(Static, can_focus=True):
    """What becomes of characters that the network has never seen: left out, or refused."""

    OTHER: ClassVar[dict[str, str]] = {"skip": "refuse", "refuse": "skip"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter,space,left,right",
            "turn",
            "of missing: skip, or refuse",
            show=False,
            id="sampler.missing",
        ),
    ]

    def __init__(self) -> None:
        super().__init__(markup=False, id="field-missing")
        self.tooltip = Content("never seen characters of a prompt: skip or refuse")
        self.setting, self.held = "missing", ""

    def hold(self, text: str) -> None:
        """Show the value of now."""
        if text != self.held:
            self.held = text
            self.update(Content(visible_line(text)))

    def show_held(self) -> None:
        """It is shown: nothing is typed here."""

    def action_turn(self) -> None:
        """Ask for the other one."""
        self.post_message(Typed(self.setting, self.OTHER.get(self.held, "skip")))

    def on_click(self) -> None:
        """The same."""
        self.action_turn()


class TemperatureTrack(TemperatureSlider):
    """The slider without the number, which has a field of its own."""

    def __init__(self) -> None:
        super().__init__(id="track")
        self._sent: list[float] = []
        self._seen = self.value

    @property
    def _layout(self) -> SliderLayout:
        return lay_out_slider(self.size.width, "", 0)

    def render_line(self, y: int) -> Strip:
        """The track on the first line."""
        if y:
            return Strip.blank(self.size.width)
        share = self.value / HIGHEST
        return render_slider(self._layout, "", share, self._styles(), only_ascii())

    def watch_value(self, value: float) -> None:
        """Say so; until that has come about, older values are not gone back to."""
        self._sent.append(value)
        self.post_message(Typed("temperature", repr(value)))

    def follow(self, temperature: float) -> None:
        """Stand where the temperature is, as near as the track has it."""
        if temperature in self._sent:
            del self._sent[: self._sent.index(temperature) + 1]
        elif temperature != self._seen:
            self._sent.clear()  # somebody else changed it
        self._seen = temperature
        if not self._sent:
            self.rest(temperature)

    def rest(self, temperature: float) -> None:
        """Stand there without a word."""
        self._sent.clear()
        self.set_reactive(TemperatureSlider.value, self.validate_value(temperature))
        self.refresh()
