"""The question whether a run is really to be deleted."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from rnn_tui.runs.glances import Glance
from rnn_tui.runs.names import MAX_LENGTH
from rnn_tui.text.visible import visible_line
from rnn_tui.tui.widgets.runs.columns import nats, size


class DeleteScreen(ModalScreen[bool]):
    """Says what would be lost; only the run's name, written out, is a yes."""

    DEFAULT_CSS: ClassVar[str] = """
    DeleteScreen { align: center middle; }
    DeleteScreen Vertical {
        width: 64; max-width: 100%; height: auto; max-height: 100%; overflow-y: auto;
        border: round $error; background: $surface; padding: 0 1;
    }
    DeleteScreen Static { height: auto; width: 1fr; }
    DeleteScreen Input {
        width: 1fr; height: 1; border: none; padding: 0 1; margin: 1 0; background: $panel;
    }
    DeleteScreen #said { color: $text-muted; }
    DeleteScreen #said.-trouble { color: $error; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(False)", "keep it", show=False, id="delete.keep"),
    ]

    def __init__(self, run: Glance) -> None:
        super().__init__()
        self._run = run

    def compose(self) -> ComposeResult:
        """What would be lost, and the line to write on."""
        with Vertical() as box:
            box.border_title = Content(f"delete {visible_line(self._run.name)}?")
            box.border_subtitle = Content("enter deletes · esc keeps it")
            yield Static(self._loss(), markup=False)
            yield Input(placeholder="its name", max_length=MAX_LENGTH, compact=True)
            yield Static(self._ask(), markup=False, id="said")

    def _loss(self) -> str:
        run = self._run
        best = f", best held out {nats(run.best.loss)}" if run.best else ""
        what = f"{run.summary.step:,} steps{best}; checkpoints, losses and text: {size(run)}"
        return f"{what}. There is no way back."

    def _ask(self) -> str:
        return f"write {visible_line(self._run.name)} to delete it"

    def on_mount(self) -> None:
        """Begin at the line."""
        self.query_one(Input).focus()

    @on(Input.Changed)
    def changed(self) -> None:
        """What was said was said of what stood there before."""
        self._say(self._ask())

    @on(Input.Submitted)
    def enter(self, event: Input.Submitted) -> None:
        """Yes, if it is the name."""
        event.stop()
        if event.value == self._run.name:
            self.dismiss(True)
        else:
            self._say(f"that is not its name: {self._ask()}", trouble=True)

    def _say(self, text: str, trouble: bool = False) -> None:
        said = self.query_one("#said", Static)
        said.set_class(trouble, "-trouble")
        said.update(Content(visible_line(text)))
