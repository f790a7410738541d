"""How the next text of the sampler is drawn: every setting, on one line or two."""

from __future__ import annotations

from typing import ClassVar, Final, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.reactive import var
from textual.widget import Widget
from textual.widgets import Label

from rnn_tui.sampling.settings import Settings
from rnn_tui.sampling.view import View
from rnn_tui.tui.widgets.sampler.setting_fields import (
    MissingSwitch,
    SettingField,
    TemperatureTrack,
    Typed,
    as_typed,
)


class _Named(NamedTuple):
    """How a setting is called where there is room, and where there is not."""

    label: str
    short: str
    tooltip: str


FIELDS: Final = {
    "temperature": _Named("temperature", "T", "0: always the most probable; inf: all alike"),
    "missing": _Named("missing", "miss", ""),
    "top-k": _Named("top-k", "k", "draw from so many of the most probable; 0: all"),
    "top-p": _Named("top-p", "p", "draw from the most probable that sum to this; 1: all"),
    "seed": _Named("seed", "seed", "of the random numbers: the same seed, the same text"),
    "length": _Named("length", "n", "how many characters are drawn"),
    "stop-at": _Named("stop-at", "stop", r"the text ends behind this; \n is a new line"),
}
"""By the name of the setting, from left to right."""

WIDE: Final = 130
"""Columns from which on all of it stands on one line."""

NARROW: Final = 72
"""Columns below which labels are short."""


class Controls(Widget):
    """Slider and fields. A field shows ``view.settings``, unless something is typed in it."""

    DEFAULT_CSS: ClassVar[str] = """
    Controls { height: 2; width: 1fr; padding: 0 1; layout: vertical; }
    Controls.-wide { height: 1; layout: horizontal; }
    Controls Horizontal { height: 1; width: 1fr; }
    Controls Label { color: $foreground 60%; margin-right: 1; }
    Controls SettingField {
        height: 1; border: none; padding: 0; background: $panel; margin-right: 2;
    }
    Controls.-narrow SettingField { margin-right: 1; }
    Controls SettingField:focus, Controls MissingSwitch:focus {
        background: $primary 30%; background-tint: $foreground 0%;
    }
    Controls MissingSwitch { width: 6; height: 1; background: $panel; }
    Controls .-refused { color: $text-error; text-style: underline; }
    Controls #track { width: 1fr; margin-right: 2; }
    Controls #field-temperature { width: 6; }
    Controls #field-top-k { width: 5; }
    Controls #field-top-p { width: 6; }
    Controls #field-seed { width: 10; }
    Controls #field-length { width: 7; }
    Controls #field-stop-at { width: 1fr; margin-right: 0; }
    Controls.-wide #field-stop-at { margin-right: 0; }
    Controls.-wide #drawing { width: 2fr; margin-right: 2; }
    Controls.-wide #limits { width: 3fr; }
    Controls.-narrow #field-top-k { width: 4; }
    Controls.-narrow #field-top-p { width: 5; }
    Controls.-narrow #field-seed { width: 8; }
    Controls.-narrow #field-length { width: 5; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape",
            "leave",
            "leave the settings",
            tooltip="leave the settings; what was typed and not taken is forgotten",
            id="sampler.settings-leave",
        ),
    ]

    view: var[View | None] = var(None, init=False)

    class Changed(Message):
        """A setting is to be another one: its name, and what was typed."""

        def __init__(self, name: str, text: str) -> None:
            super().__init__()
            self.name = name
            self.text = text

    class Left(Message):
        """The settings were left."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._settings: Settings | None = None
        self._fields: dict[str, SettingField | MissingSwitch] = {
            name: SettingField(name, named.tooltip) if named.tooltip else MissingSwitch()
            for name, named in FIELDS.items()
        }

    def compose(self) -> ComposeResult:
        """The temperature and what is left out first, then what is drawn from, and how much."""
        with Horizontal(id="drawing"):
            yield from self._field("temperature")
            yield TemperatureTrack()
            yield Label(id="label-missing", markup=False)
            yield self._fields["missing"]
        with Horizontal(id="limits"):
            for name in ("top-k", "top-p", "seed", "length", "stop-at"):
                yield from self._field(name)

    def _field(self, name: str) -> ComposeResult:
        yield Label(id=f"label-{name}", markup=False)
        yield self._fields[name]

    def field(self, name: str) -> SettingField | MissingSwitch:
        """The field of a setting."""
        return self._fields[name]

    @property
    def track(self) -> TemperatureTrack:
        """The slider."""
        return self.query_one(TemperatureTrack)

    @property
    def typing(self) -> bool:
        """Whether letters are text."""
        return any(
            field.has_focus for field in self._fields.values() if isinstance(field, SettingField)
        )

    def enter(self, name: str = "temperature") -> None:
        """Have a setting typed, at once: keys that wait already belong to it."""
        self.screen.set_focus(self.field(name))

    def watch_view(self, _old: View | None, new: View | None) -> None:
        """Show the settings of the next text."""
        if new is None or not self.is_mounted or new.settings is self._settings:
            return
        self._settings = new.settings
        for name in FIELDS:
            field, text = self.field(name), as_typed(new.settings, name)
            if text != field.held:
                field.remove_class("-refused")
            field.hold(text)
        self.track.follow(new.settings.temperature)

    def on_mount(self) -> None:
        """Show what came before there were fields."""
        self.watch_view(None, self.view)

    def on_resize(self, event: events.Resize) -> None:
        """One line or two, and labels that fit."""
        width = event.size.width
        self.set_class(width >= WIDE, "-wide")
        self.set_class(width < NARROW, "-narrow")
        for name, named in FIELDS.items():
            label = named.short if width < NARROW else named.label
            self.query_one(f"#label-{name}", Label).update(Content(label))

    def refuse(self, name: str) -> None:
        """A setting cannot be what was typed: the old value comes back. Others say why."""
        field = self.field(name.replace("_", "-"))
        field.show_held()
        field.add_class("-refused")
        if self._settings is not None and field.setting == "temperature":
            self.track.rest(self._settings.temperature)

    @on(Typed)
    def change(self, event: Typed) -> None:
        """Hand on what was typed."""
        event.stop()
        self.field(event.name).remove_class("-refused")
        self.post_message(self.Changed(event.name, event.text))

    def action_leave(self) -> None:
        """Forget what was typed and not taken, and say that the settings were left."""
        for name in FIELDS:
            self.field(name).show_held()
        self.post_message(self.Left())
