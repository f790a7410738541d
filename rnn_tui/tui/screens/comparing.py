"""The question what is to be written side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Label, Static

from rnn_tui.sampling.lanes import MOST_LANES
from rnn_tui.sampling.settings import SettingError, parse_setting
from rnn_tui.text.visible import visible_line
from rnn_tui.tui.widgets.marked_list import MarkedList
from rnn_tui.tui.widgets.visible_input import VisibleInput

_LONGEST = 200


@dataclass(frozen=True)
class Beside:
    """What stands side by side: one of the three, or none of them, which is one text alone.

    A single one of ``steps`` stands beside what there is now, two or three of them beside each
    other. ``runs``, of which there are fewer than columns, always stand beside what there is now.
    """

    temperatures: tuple[float, ...] = ()
    """Two or three."""
    steps: tuple[int, ...] = ()
    """Of checkpoints of this run, rising."""
    runs: tuple[str, ...] = ()
    """The names of other runs; from data."""

    @property
    def with_now(self) -> bool:
        """Whether the first column is what there is now."""
        return bool(self.runs) or len(self.steps) == 1


def parse_temperatures(text: str) -> tuple[float, ...]:
    """Two or three temperatures with blanks or commas between them; none for a blank text.

    Raises SettingError, one line, for anything else.
    """
    values = []
    for part in filter(None, re.split(r"[\s,;]+", text)):
        value = float(parse_setting("temperature", part))
        if value in values:
            raise SettingError(f"{value:g} is there twice: both would write the same")
        values.append(value)
    if values and not 2 <= len(values) <= MOST_LANES:
        raise SettingError(f"two or three temperatures, such as 0.5 1.0 1.5, not {len(values)}")
    return tuple(values)


class BesideScreen(ModalScreen[Beside | None]):
    """Temperatures to type, checkpoints and runs to mark; enter answers with the part it is in.

    Args:
        now: what a text is written with at present, such as "quiet-otter · step 12,480"; from data.
        checkpoints: the steps of this run that weights are kept of.
        runs: other runs that have weights, with their newest step; names from data.
    """

    DEFAULT_CSS: ClassVar[str] = """
    BesideScreen { align: center middle; }
    BesideScreen #box {
        width: 64; max-width: 100%; height: auto; max-height: 100%; overflow-y: auto;
        border: round $primary; background: $surface; padding: 0 1;
    }
    BesideScreen Static, BesideScreen Label { height: auto; width: 1fr; }
    BesideScreen Horizontal { height: 1; width: 1fr; }
    BesideScreen Horizontal Label { width: 14; }
    BesideScreen Input { width: 1fr; height: 1; border: none; padding: 0; background: $panel; }
    BesideScreen #said { margin: 1 0 0 0; color: $text-muted; }
    BesideScreen #said.-trouble { color: $error; }
    BesideScreen .heading { margin: 1 0 0 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "close", show=False, id="beside.close"),
        Binding("up", "app.focus_previous", "the part above", show=False, id="beside.up"),
        Binding("down", "app.focus_next", "the part below", show=False, id="beside.down"),
    ]

    def __init__(
        self, now: str, checkpoints: tuple[int, ...], runs: tuple[tuple[str, int], ...]
    ) -> None:
        super().__init__()
        self._now, self._checkpoints, self._runs = now, tuple(sorted(checkpoints)), runs

    def compose(self) -> ComposeResult:
        """The three, and none of them."""
        with Vertical(id="box") as box:
            box.border_title = Content("side by side")
            box.border_subtitle = Content("tab next · space marks · enter takes · esc closes")
            with Horizontal():
                yield Label("temperatures", markup=False)
                yield VisibleInput(
                    placeholder="0.5 1.0 1.5", max_length=_LONGEST, compact=True, id="temperatures"
                )
            yield from self._lists()
            yield MarkedList(["one text alone"], 0, id="alone", classes="heading")
            yield Static(id="said", markup=False)

    def _lists(self) -> Iterator[Widget]:
        if self._checkpoints:
            yield Label("checkpoints of this run", markup=False, classes="heading")
            steps = [f"step {step:,}" for step in self._checkpoints]
            yield MarkedList(steps, MOST_LANES, id="steps")
        if self._runs:
            yield Label("other runs", markup=False, classes="heading")
            titles = [f"{name} · step {step:,}" for name, step in self._runs]
            yield MarkedList(titles, MOST_LANES - 1, id="runs")

    def on_mount(self) -> None:
        """Begin at the temperatures."""
        for line in self.query(Input):  # none where the app ends meanwhile
            self.set_focus(line)  # at once: keys that wait already are for it

    def on_descendant_focus(self) -> None:
        """Say what enter would do here."""
        self._explain()

    @on(Input.Changed)
    def typed(self) -> None:
        """Say what it would do now."""
        self._explain()

    def on_marked_list_changed(self, _message: MarkedList.Changed) -> None:
        """The same."""
        self._explain()

    def on_marked_list_full(self, message: MarkedList.Full) -> None:
        """There is no room for more columns."""
        self._say(f"{message.most} are the most here: space takes a mark away", trouble=True)

    @on(Input.Submitted)
    def take_temperatures(self, event: Input.Submitted) -> None:
        """Answer, unless they are wrong."""
        event.stop()
        try:
            found = parse_temperatures(event.value)
        except SettingError as error:
            self._say(str(error), trouble=True)
            return
        if found:
            self.dismiss(Beside(temperatures=found))
        else:
            self._say("write two or three temperatures, such as 0.5 1.0 1.5", trouble=True)

    def on_marked_list_taken(self, _message: MarkedList.Taken) -> None:
        """Answer with what is marked."""
        self.dismiss(self._marked())

    def _marked(self) -> Beside:
        """What the list that has the focus would answer."""
        listed = self.focused
        places = listed.taken if isinstance(listed, MarkedList) else ()
        if listed is not None and listed.id == "steps":
            return Beside(steps=tuple(self._checkpoints[place] for place in places))
        if listed is not None and listed.id == "runs":
            return Beside(runs=tuple(self._runs[place][0] for place in places))
        return Beside()

    def _explain(self) -> None:
        if not isinstance(self.focused, Input):
            self._say(f"enter: {' | '.join(self._columns(self._marked()))}")
            return
        try:
            found = parse_temperatures(self.focused.value)
        except SettingError as error:
            self._say(str(error))
        else:
            columns = [f"temperature {value:g}" for value in found]
            self._say(
                f"enter: {' | '.join(columns)}" if columns else "two or three numbers, 0 to ∞"
            )

    def _columns(self, beside: Beside) -> list[str]:
        """What would stand above the columns."""
        newest = dict(self._runs)
        others = [f"step {step:,}" for step in beside.steps]
        others += [f"{name} · step {newest[name]:,}" for name in beside.runs]
        return [self._now, *others] if beside.with_now or not others else others

    def _say(self, text: str, trouble: bool = False) -> None:
        said = self.query_one("#said", Static)
        said.set_class(trouble, "-trouble")
        said.update(Content(visible_line(text)))
