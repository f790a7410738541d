"""The knobs of a run: what they are turned to, a line to turn one, and the way back."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Collection
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from rnn_tui.text.visible import visible_line
from rnn_tui.training.client import RefusedError, ServerGoneError
from rnn_tui.training.knob_messages import KnobsListed, KnobState, ListKnobs, Turn, Undo
from rnn_tui.training.protocol import Done, Event, Request, Response
from rnn_tui.tui.widgets.visible_input import VisibleInput

_NUMBER = "0123456789.-"
"""What a number begins with."""

LONGEST = 60
"""Characters of a value."""


class KnobsScreen(ModalScreen[None]):
    """Shows every knob; ``ask`` has the run's server turn them. What is refused is said.

    What a knob was turned to stays until it is turned to something that can be.
    """

    DEFAULT_CSS: ClassVar[str] = """
    KnobsScreen { align: center middle; }
    KnobsScreen Vertical {
        width: 84; max-width: 100%; height: auto; max-height: 100%; overflow-y: auto;
        border: round $primary; background: $surface; padding: 0 1;
    }
    KnobsScreen OptionList { height: auto; border: none; padding: 0; background: $surface; }
    KnobsScreen OptionList:focus { border: none; }
    KnobsScreen Input {
        width: 1fr; height: 1; border: none; padding: 0 1; margin: 1 0; background: $panel;
    }
    KnobsScreen Static { height: auto; width: 1fr; color: $text-muted; }
    KnobsScreen Static.-trouble { color: $error; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "close", show=False, id="knobs.close"),
        Binding("k,q", "close", "close", show=False, id="knobs.leave"),
        Binding("u", "undo", "go back to before the last knob", show=False, id="knobs.undo"),
        Binding("y", "yes", "yes, go back", show=False, id="knobs.yes"),
        Binding("up,down", "other", "another knob", show=False, id="knobs.other"),
    ]

    def __init__(
        self,
        listed: KnobsListed,
        ask: Callable[[Request], Awaitable[Response]],
        happened: Callable[[], Collection[Event]] = tuple,
    ) -> None:
        super().__init__()
        self._listed, self._ask, self._happened = listed, ask, happened
        self._undoing = False

    def compose(self) -> ComposeResult:
        """The list, the line, what is to be said."""
        with Vertical() as box:
            box.border_title = Content("knobs")
            box.border_subtitle = Content("enter turns · u undoes · esc closes")
            yield OptionList(*(Option(_row(knob)) for knob in self._listed.knobs), markup=False)
            yield VisibleInput(max_length=LONGEST, compact=True, select_on_focus=False)
            yield Static(markup=False)

    def on_mount(self) -> None:
        """Begin at the first knob."""
        self.query_one(OptionList).highlighted = 0
        self.query_one(OptionList).focus()

    @property
    def _knob(self) -> KnobState:
        return self._listed.knobs[self.query_one(OptionList).highlighted or 0]

    # -- turning ----------------------------------------------------------------------------------

    @on(OptionList.OptionHighlighted)
    def show_value(self) -> None:
        """The line holds what the knob is turned to."""
        line = self.query_one(Input)
        if not line.has_focus:
            line.value = _value(self._knob)
        self._undoing = False
        self._say(f"{self._knob.title}: {self._knob.does} ({self._knob.allowed})")

    @on(OptionList.OptionSelected)
    def write(self) -> None:
        """Write another value."""
        line = self.query_one(Input)
        line.focus()
        line.action_select_all()

    def on_key(self, event: events.Key) -> None:
        """A number that is typed in the list is the knob's new value: no enter is needed before."""
        line, typed = self.query_one(Input), event.character or ""
        if not line.has_focus and typed and typed in _NUMBER:
            event.stop()
            line.value = typed
            line.focus()
            line.cursor_position = 1

    @on(Input.Submitted)
    async def enter(self, event: Input.Submitted) -> None:
        """Turn the knob."""
        event.stop()
        if await self._do(Turn(self._knob.name, _json(event.value))):
            self.query_one(OptionList).focus()

    async def _do(self, request: Request) -> bool:
        try:
            done = await self._ask(request)
            listed = await self._ask(ListKnobs())
        except (RefusedError, ServerGoneError) as error:
            self._say(str(error), trouble=True)
            return False
        if isinstance(listed, KnobsListed):
            self._show(listed)
        if isinstance(done, Done):
            self._say(done.detail)
        return True

    def _show(self, listed: KnobsListed) -> None:
        self._listed = listed
        options = self.query_one(OptionList)
        for place, knob in enumerate(listed.knobs):
            options.replace_option_prompt_at_index(place, _row(knob))
        self.query_one(Input).value = _value(self._knob)

    # -- keys -------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a value is written, letters are letters."""
        writing = any(line.has_focus for line in self.query(Input))
        letter = writing and action in {"undo", "yes", "close"}
        return not letter and super().check_action(action, parameters)

    def action_leave(self) -> None:
        """First the line, then the list; a question is a no."""
        if self._undoing:
            self.show_value()
        elif any(line.has_focus for line in self.query(Input)):
            self.query_one(OptionList).focus()
            self.query_one(Input).value = _value(self._knob)
            self.show_value()
        else:
            self.dismiss()

    def action_close(self) -> None:
        """Close."""
        self.dismiss()

    def action_other(self) -> None:
        """From the line back to the list."""
        self.query_one(OptionList).focus()

    def action_undo(self) -> None:
        """Ask whether to go back; all that was trained since is lost."""
        step = self._listed.undo
        self._undoing = step >= 0
        if self._undoing:
            turned = turned_since(self._happened(), step, self._listed) or "the last knob"
            lost = "what was trained since then is given up"
            self._say(f"go back to step {step:,}, before {turned} was turned? {lost}: y/esc")
        else:
            self._say("no knob was turned that could be turned back", trouble=True)

    async def action_yes(self) -> None:
        """Go back."""
        if self._undoing:
            self._undoing = False
            await self._do(Undo())

    def _say(self, text: str, trouble: bool = False) -> None:
        said = self.query_one(Static)
        said.set_class(trouble, "-trouble")
        said.update(Content(visible_line(text)))


def turned_since(events: Collection[Event], step: int, listed: KnobsListed) -> str:
    """What going back to ``step`` turns back: each knob from what to what; "" if none is known."""
    turns = [event for event in events if event.kind == "knob" and event.step >= step]
    first = {event.name: event.before for event in reversed(turns)}
    last = {event.name: event.after for event in turns}
    return ", ".join(
        f"{knob.title} {first[knob.name]} → {last[knob.name]}"
        for knob in listed.knobs
        if knob.name in first and first[knob.name] != last[knob.name]
    )


def _row(knob: KnobState) -> Table:
    row = Table.grid(padding=(0, 2, 0, 0))
    row.add_column(width=14)
    row.add_column(width=14)
    row.add_column()
    row.add_row(
        Text(visible_line(knob.title)),
        Text(visible_line(_value(knob)), "bold"),
        Text(visible_line(knob.does), "dim", no_wrap=True, overflow="ellipsis"),
    )
    return row


def _value(knob: KnobState) -> str:
    """As it is written."""
    value = json.loads(knob.value)
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _json(text: str) -> str:
    """What was written, as JSON: a number where it is one."""
    text = text.strip()
    for number in (int, float):
        try:
            return json.dumps(number(text), allow_nan=False)
        except ValueError:
            continue
    return json.dumps(text)
