"""The help of the sampler: its keys, the commands in words, and what is measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from textual.binding import Binding, BindingType
from textual.keys import format_key

from rnn_tui.sampling.commands import COMMANDS
from rnn_tui.sampling.glossary import GLOSSARY
from rnn_tui.tui.screens.branching import BranchScreen, SymbolList
from rnn_tui.tui.screens.choice import ChoiceScreen
from rnn_tui.tui.screens.comparing import BesideScreen
from rnn_tui.tui.screens.help import Key
from rnn_tui.tui.screens.help_page import HelpPage
from rnn_tui.tui.screens.places import PlacesScreen
from rnn_tui.tui.screens.sampler_keys import KEYS
from rnn_tui.tui.screens.saving import SaveScreen
from rnn_tui.tui.widgets.marked_list import MarkedList
from rnn_tui.tui.widgets.sampler.controls import Controls
from rnn_tui.tui.widgets.sampler.prompt_area import PromptArea
from rnn_tui.tui.widgets.sampler.prompt_editor import PromptEditor
from rnn_tui.tui.widgets.sampler.setting_fields import MissingSwitch, SettingField
from rnn_tui.tui.widgets.sampler.state_pane import StatePane
from rnn_tui.tui.widgets.sampler.texts_pane import TextsPane
from rnn_tui.tui.widgets.sampler.units_pane import UnitsPane
from rnn_tui.tui.widgets.temperature_slider import TemperatureSlider


class Part(NamedTuple):
    """The keys of one pane or window."""

    where: str
    bindings: Sequence[BindingType]


PARTS: Final[Mapping[str, Part]] = {
    "keys": Part("in the sampler", KEYS),
    "prompt-keys": Part("in the prompt", (*PromptArea.BINDINGS, *PromptEditor.BINDINGS)),
    "state-keys": Part("in the hidden state", StatePane.BINDINGS),
    "units-keys": Part("in the list of units", UnitsPane.BINDINGS),
    "texts-keys": Part("in the list of texts", TextsPane.BINDINGS),
    "settings-keys": Part(
        "in a setting", (*SettingField.BINDINGS, *MissingSwitch.BINDINGS, *Controls.BINDINGS)
    ),
    "slider-keys": Part("on the slider of the temperature", TemperatureSlider.BINDINGS),
    "branch-keys": Part(
        "where another character is chosen", (*SymbolList.BINDINGS, *BranchScreen.BINDINGS)
    ),
    "places-keys": Part("in the list of places", PlacesScreen.BINDINGS),
    "beside-keys": Part(
        "where one chooses what stands side by side", (*MarkedList.BINDINGS, *BesideScreen.BINDINGS)
    ),
    "weights-keys": Part("in the list of weights", ChoiceScreen.BINDINGS),
    "save-keys": Part("where something is saved", SaveScreen.BINDINGS),
}
"""By the names of their sections on the page of the sampler."""


def keys(part: Part) -> list[Key]:
    """A table of keys."""
    return [
        Key("  ".join(map(format_key, one.key.split(","))), one.tooltip or one.description)
        for one in part.bindings
        if isinstance(one, Binding)
    ]


class SamplerHelp(HelpPage):
    """All of it on one long page."""

    def __init__(self) -> None:
        commands = [(command.usage, command.does) for command in COMMANDS.values()]
        parts: list[tuple[str, Sequence[tuple[str, str]]]] = [
            *((part.where, keys(part)) for part in PARTS.values()),
            ("commands, after :", commands),
            ("what the words mean", list(GLOSSARY.items())),
        ]
        super().__init__("help", parts, wide=True)
