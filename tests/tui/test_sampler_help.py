"""The help of the sampler lists every key and command; every binding says what it does."""

from __future__ import annotations

import pytest
from textual.binding import Binding
from textual.dom import DOMNode

from rnn_tui.sampling.commands import COMMANDS
from rnn_tui.sampling.glossary import GLOSSARY
from rnn_tui.tui.screens.help import keys_of
from rnn_tui.tui.screens.sampler import SamplerScreen
from rnn_tui.tui.screens.sampler_actions import ACTIONS
from rnn_tui.tui.screens.sampler_dialogs import DIALOGS
from rnn_tui.tui.screens.sampler_help import PARTS, SamplerHelp, keys
from rnn_tui.tui.widgets.sampler.controls import Controls
from rnn_tui.tui.widgets.sampler.prompt_area import PromptArea
from rnn_tui.tui.widgets.sampler.state_pane import StatePane
from rnn_tui.tui.widgets.sampler.texts_pane import TextsPane
from rnn_tui.tui.widgets.sampler.units_pane import UnitsPane
from tests.tui.sampling import sampling

NODES = (SamplerScreen, PromptArea, Controls, TextsPane, UnitsPane, StatePane)


def bound(node: type[DOMNode]) -> list[Binding]:
    return list(Binding.make_bindings(node.BINDINGS))


@pytest.mark.parametrize("node", NODES)
def test_every_key_has_an_id_words_and_an_action(node) -> None:
    for binding in bound(node):
        assert binding.id.startswith("sampler."), binding
        assert binding.tooltip or binding.description, binding
        name = binding.action.partition("(")[0]
        assert hasattr(node, f"action_{name}"), binding


def test_no_id_and_no_key_is_there_twice() -> None:
    keys = [binding.key for binding in bound(SamplerScreen)]
    assert len(keys) == len(set(keys))
    ids = {node: {binding.id for binding in bound(node)} for node in NODES}
    for node, other in ((one, two) for one in NODES for two in NODES if one is not two):
        assert not ids[node] & ids[other]


def test_what_keys_name_there_is() -> None:
    actions = {binding.action for binding in bound(SamplerScreen)}
    assert {f"act('{name}')" for name in ACTIONS} <= actions
    assert {f"dialog('{name}')" for name in DIALOGS} <= actions


async def test_the_help_lists_every_key_in_words() -> None:
    async with sampling(size=(200, 50)) as s:
        await s.leave()
        listed = dict(keys_of(s.screen))
        assert {binding.tooltip for binding in bound(SamplerScreen)} <= set(listed.values())
        await s.press("question_mark")
        await s.until(lambda: isinstance(s.app.screen, SamplerHelp))
        page = s.app.screen
        words = [cell for _, rows in page._parts for row in rows for cell in row]
        assert {binding.tooltip for binding in bound(SamplerScreen)} <= set(words)
        assert {command.usage for command in COMMANDS.values()} <= set(words)
        assert set(GLOSSARY) <= set(words)
        assert {key.does for part in PARTS.values() for key in keys(part)} <= set(words)


async def test_the_help_says_whose_the_keys_are_the_screens_own_first() -> None:
    async with sampling(size=(120, 35)) as s:
        await s.leave()
        await s.press("4", "question_mark")
        await s.until(lambda: isinstance(s.app.screen, SamplerHelp))
        await s.until("in the sampler")
        headings = [heading for heading, _ in s.app.screen._parts]
        assert headings[:4] == [
            "in the sampler",
            "in the prompt",
            "in the hidden state",
            "in the list of units",
        ]
        assert all(headings)
        bound_of = {id(binding) for part in PARTS.values() for binding in part.bindings}
        assert all(id(binding) in bound_of for node in NODES for binding in node.BINDINGS)


async def test_the_help_closes() -> None:
    async with sampling() as s:
        await s.leave()
        for key in ("escape", "question_mark", "f1", "q", "enter"):
            await s.press("question_mark")
            await s.until(lambda: isinstance(s.app.screen, SamplerHelp))
            await s.press("down", "j", "k", "end", key)
            await s.until(lambda: s.alone)


async def test_the_help_of_a_pane_lists_its_own_keys_first() -> None:
    async with sampling() as s:
        await s.do("write ab")
        await s.leave()
        await s.press("5")
        assert dict(keys_of(s.screen))["space"].startswith("show")


async def test_the_palette_offers_what_keys_do() -> None:
    async with sampling() as s:
        await s.leave()
        offered = [command.title for command in s.app.get_system_commands(s.screen)]
        for binding in bound(SamplerScreen):
            assert binding.tooltip.capitalize() in offered
