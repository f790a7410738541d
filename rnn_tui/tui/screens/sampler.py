"""The sampler: talk to the network, and see why it says what it says."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.reactive import var
from textual.widgets import Footer, Input, TextArea

from rnn_tui.core.work import Answer
from rnn_tui.sampling.commands import BEGINNING, carry_out
from rnn_tui.sampling.errors import SamplerError
from rnn_tui.sampling.sampler import Sampler
from rnn_tui.sampling.sources import Source
from rnn_tui.sampling.view import View
from rnn_tui.sampling.weights import Weights
from rnn_tui.tui.screens.commanded import CommandedScreen
from rnn_tui.tui.screens.sampler_actions import ACTIONS
from rnn_tui.tui.screens.sampler_dialogs import DIALOGS
from rnn_tui.tui.screens.sampler_keys import AHEAD, KEYS
from rnn_tui.tui.screens.sampler_weights import REFUSALS, renew, use
from rnn_tui.tui.widgets.pane_tabs import PaneTabs
from rnn_tui.tui.widgets.sampler.bars_pane import BarsPane
from rnn_tui.tui.widgets.sampler.controls import Controls
from rnn_tui.tui.widgets.sampler.prompt_area import PromptArea
from rnn_tui.tui.widgets.sampler.sampler_board import PANES, SamplerBoard
from rnn_tui.tui.widgets.sampler.sampler_header import SamplerHeader
from rnn_tui.tui.widgets.sampler.state_pane import StatePane
from rnn_tui.tui.widgets.sampler.text_pane import TextPane
from rnn_tui.tui.widgets.sampler.texts_pane import TextsPane
from rnn_tui.tui.widgets.sampler.units_pane import UnitsPane
from rnn_tui.tui.widgets.temperature_slider import STEP
from rnn_tui.tui.writer import Writer

TRAINED_SECONDS = 1.0
"""Between two looks how far training is."""

CYCLE_SECONDS = 1.5
"""For which one unit is shown while they are cycled through."""


class SamplerScreen(CommandedScreen):
    """Shows a sampler, which belongs to whoever opens the screen: its texts outlive it."""

    AUTO_FOCUS: ClassVar[str | None] = ""  # the keys are the screen's
    BINDINGS: ClassVar[list[BindingType]] = KEYS

    view: var[View | None] = var(None, init=False)

    def __init__(self, sampler: Sampler, source: Source) -> None:
        super().__init__(*REFUSALS)
        self.sampler: Sampler = sampler
        self.source: Source = source
        self._writer = Writer(self, sampler, self.show)

    def compose(self) -> ComposeResult:
        """Whose network, the panes, what happened, the keys."""
        yield SamplerHeader()
        yield SamplerBoard()
        yield self.prompt
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Begin with the prompt, unless there are texts from last time."""
        self.show()
        self.set_interval(CYCLE_SECONDS, self._cycle_on)
        if self.source.live:
            self.set_interval(TRAINED_SECONDS, self._ask_trained)
            self._ask_trained()
        if self.sampler.texts.current is None:
            self.action_prompt()
        self._writer.begin()

    @property
    def board(self) -> SamplerBoard:
        """The panes."""
        return self.query_one(SamplerBoard)

    @property
    def network(self) -> Weights:
        """The one that wrote the text that is looked at; before there is one, that will write."""
        return (self.sampler.texts.current or self.sampler).weights

    # -- what is shown ----------------------------------------------------------------------------

    @property
    def _is_whole(self) -> bool:
        """Whether all on it is there: an app that ends takes that away before the screen."""
        return self.is_attached and bool(self.query(SamplerHeader))

    def show(self) -> None:
        """Draw the sampler as it stands."""
        if self._is_whole:
            self.view = self.sampler.view()

    def watch_view(self, view: View | None) -> None:
        """Hand it down."""
        if view is None:
            return
        self.query_one(SamplerHeader).take(view)
        self.board.view = view
        if not self.prompt.asking and view.message != self.prompt.said:
            self.prompt.say(view.message)

    def say(self, text: str, trouble: bool = False) -> None:
        """Say what happened, at the bottom; what is being written goes on."""
        self.sampler.message = text
        self.prompt.say(text, trouble)
        self.show()
        self._writer.begin()

    def report(self, work: str) -> None:
        """In the line above."""
        if self._is_whole:
            self.query_one(SamplerHeader).work = work

    def _cycle_on(self) -> None:
        if self.sampler.looking.cycling:
            self.sampler.looking.turn(self.network)
            self.show()

    def _ask_trained(self) -> None:
        self.run_beside(self._look_how_far)

    async def _look_how_far(self) -> None:
        trained = await self.source.trained()
        if self._is_whole:
            self.query_one(SamplerHeader).tell(trained)

    # -- what is done -----------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where something is written, the keys that lead there are letters of it."""
        return not (action in AHEAD and self.typing) and super().check_action(action, parameters)

    @property
    def typing(self) -> bool:
        """Whether somebody writes: a prompt, a setting, a command."""
        return isinstance(self.focused, Input | TextArea)

    def command(self, line: str) -> Answer | None:
        """Carry out a command."""
        if line == "help":
            return DIALOGS["keys"](self)
        if line.partition(" ")[0].lower() not in BEGINNING:
            return carry_out(self.sampler, line)
        self.write(lambda: carry_out(self.sampler, line))
        return None

    def action_act(self, name: str) -> None:
        """What takes no words."""
        self.ask(lambda: ACTIONS[name](self))

    def action_dialog(self, name: str) -> None:
        """Open a window of its own."""
        self.ask(lambda: DIALOGS[name](self))

    def line_closed(self) -> None:
        """Back to the pane."""
        self.action_pane(self.board.current)

    def action_leave(self) -> None:
        """Give up what is being computed, or leave."""
        if not self.errands.give_up():
            self.dismiss(None)

    # -- prompts ----------------------------------------------------------------------------------

    def action_prompt(self) -> None:
        """Go to the prompt."""
        self.query_one(PromptArea).enter()

    @on(PromptArea.Submitted)
    def write_prompt(self, event: PromptArea.Submitted) -> None:
        """Begin a text."""
        self.leave_prompt()
        self.write(lambda: self.sampler.write(event.text))

    @on(PromptArea.Scored)
    def score_prompt(self, event: PromptArea.Scored) -> None:
        """Only score it."""
        self.leave_prompt()
        self.write(lambda: self.sampler.write(event.text, draw=False))

    @on(PromptArea.Behind)
    def read_behind(self, event: PromptArea.Behind) -> None:
        """Read it behind the text that is there."""
        self.leave_prompt()
        self.ask(lambda: self.sampler.behind(event.text))

    @on(PromptArea.Left)
    @on(Controls.Left)
    def leave_prompt(self) -> None:
        """To the text, at once: the next key acts on it."""
        self.action_pane(1)

    def write(self, task: Callable[[], Answer]) -> None:
        """Begin texts, with the newest weights if they are to be followed."""
        self.run_beside(partial(self._written, task))

    async def _written(self, task: Callable[[], Answer]) -> None:
        if self.sampler.follow and self.source.live:
            use(self, await renew(self))
        self.ask(task)

    # -- the text, and what is beside it ----------------------------------------------------------

    def action_move(self, by: int) -> None:
        """Some characters on."""
        if text := self.sampler.texts.current:
            self.action_go(text.cursor + by)

    def action_line(self, by: int) -> None:
        """Some lines on, as the text is broken into lines now."""
        found = self.query_one(TextPane).neighbour(by)
        if found is not None:
            self.action_go(found)

    def action_go(self, index: int) -> None:
        """To a character."""
        self.sampler.texts.look_at(index)
        self.show()

    def action_column(self, by: int) -> None:
        """To the column beside."""
        self.sampler.texts.next_column(by)
        self.show()

    def action_warm(self, steps: int) -> None:
        """Raise or lower the temperature."""
        self.query_one(Controls).track.action_change(steps * STEP)

    def action_pane(self, number: int) -> None:
        """Go to a pane: first the focus, for a hidden focus would be moved elsewhere."""
        if number > len(PANES):
            self.query_one(Controls).enter()
            return
        pane = self.query_one(PANES[number - 1][2])
        self.set_focus(pane if pane.can_focus else None)
        self.board.current = number

    @on(PaneTabs.Chosen)
    def choose_pane(self, event: PaneTabs.Chosen) -> None:
        """A tab was clicked."""
        self.action_pane(event.number)

    @on(Controls.Changed)
    def change_setting(self, event: Controls.Changed) -> None:
        """A setting was typed, or the slider moved; what is none is refused."""
        try:
            self.sampler.change(event.name, event.text)
        except SamplerError as error:
            self.query_one(Controls).refuse(event.name)
            self.say(str(error), trouble=True)
        else:
            self.say("")
            self._writer.hurry()

    @on(TextPane.Chosen)
    def look_at_character(self, event: TextPane.Chosen) -> None:
        """A character was clicked."""
        self.sampler.texts.look_at(event.index, event.column)
        self.show()

    @on(BarsPane.SymbolChosen)
    def branch_there(self, event: BarsPane.SymbolChosen) -> None:
        """A bar was clicked."""
        self.ask(lambda: self.sampler.branch(event.symbol))

    @on(StatePane.UnitChosen)
    def watch_unit(self, event: StatePane.UnitChosen) -> None:
        """A unit was clicked."""
        self._see(self.do(f"unit {event.layer}:{event.unit}"))

    @on(UnitsPane.Shown)
    def watch_units(self, event: UnitsPane.Shown) -> None:
        """Units were chosen."""
        self._see(self.ask(lambda: self.sampler.looking.watch(event.units, self.network)))

    def _see(self, coloured: bool) -> None:
        """The text has other colours: where there is one pane, show it."""
        if coloured and not self.query_one(TextPane).display:
            self.action_pane(1)

    @on(TextsPane.Chosen)
    def look_at_text(self, event: TextsPane.Chosen) -> None:
        """A text was chosen."""
        self.do(f"text {event.number}")

    @on(TextsPane.Beside)
    def put_beside(self, event: TextsPane.Beside) -> None:
        """A text is to be compared."""
        self.ask(lambda: self.sampler.texts.beside(event.number))
        self.show()

    @on(TextsPane.Dropped)
    def drop_text(self, event: TextsPane.Dropped) -> None:
        """A text is not needed any more."""
        self.do(f"drop {event.number}")
