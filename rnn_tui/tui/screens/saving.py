"""The question what to save, and where."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from rnn_tui.runs.errors import StorageError
from rnn_tui.runs.outside import file_path
from rnn_tui.text.visible import visible_line
from rnn_tui.tui.exports import SUFFIXES, Kind, Saving
from rnn_tui.tui.widgets.visible_input import VisibleInput

WORDS: Final[Mapping[Kind, str]] = {
    "text": "all of the text, as it is",
    "table": "what its character was drawn from, as CSV",
    "picture": "this screen, as SVG",
}

_LONGEST = 4096
_LONGEST_STEM = 60
_TRIED = 1000


class SaveScreen(ModalScreen[Saving | None]):
    """Asks for one of the kinds and a file that can be written; nothing is written here.

    A file that exists is only the answer when it was said that it does.

    Args:
        stem: how the file is to be called, without the end that goes with its kind; from data.
        offers: what there is to save, and what it would be in words; from data.
    """

    DEFAULT_CSS: ClassVar[str] = """
    SaveScreen { align: center middle; }
    SaveScreen Vertical {
        width: 72; max-width: 100%; height: auto; max-height: 100%; overflow-y: auto;
        border: round $primary; background: $surface; padding: 0 1;
    }
    SaveScreen Static { height: auto; width: 1fr; }
    SaveScreen Horizontal { height: 1; width: 1fr; margin: 1 0 0 0; }
    SaveScreen Label { width: 6; }
    SaveScreen Input { width: 1fr; height: 1; border: none; padding: 0; background: $panel; }
    SaveScreen #said { color: $text-muted; padding: 0 0 0 6; }
    SaveScreen #said.-trouble { color: $error; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "close", show=False, id="save.close"),
        Binding("up", "turn(-1)", "save the kind above", show=False, id="save.before"),
        Binding("down", "turn(1)", "save the kind below", show=False, id="save.after"),
    ]

    def __init__(self, stem: str, offers: Mapping[Kind, str] = WORDS) -> None:
        super().__init__()
        self._offers, self._kinds, self._place = offers, list(offers), 0
        self._stem = _free(stem)
        self._told: Path | None = None
        """The file that is known to exist."""

    def compose(self) -> ComposeResult:
        """The kinds, and the name."""
        with Vertical() as box:
            box.border_title = Content("save")
            box.border_subtitle = Content("↑ ↓ what · enter saves · esc closes")
            for kind in self._kinds:
                yield Way(kind, self._offers[kind])
            with Horizontal():
                yield Label("file", markup=False)
                yield VisibleInput(
                    f"{self._stem}{SUFFIXES[self.kind]}",
                    select_on_focus=False,
                    max_length=_LONGEST,
                    compact=True,
                )
            yield Static(id="said", markup=False)

    def on_mount(self) -> None:
        """Begin at the name."""
        self._show()
        for line in self.query(Input):  # none where the app ends meanwhile
            self.set_focus(line)  # at once: keys that wait already are for it

    @property
    def kind(self) -> Kind:
        """What is to be saved."""
        return self._kinds[self._place]

    def action_turn(self, by: int) -> None:
        """Another kind; the end of the name goes with it, unless it is one of somebody's own."""
        before = SUFFIXES[self.kind]
        self._place = min(max(self._place + by, 0), len(self._kinds) - 1)
        for line in self.query(Input):  # none for a moment, at the beginning
            if line.value.endswith(before):
                line.value = line.value.removesuffix(before) + SUFFIXES[self.kind]
            self._show()

    def on_way_chosen(self, message: Way.Chosen) -> None:
        """A click on a kind."""
        self.action_turn(self._kinds.index(message.kind) - self._place)

    @on(Input.Changed)
    def changed(self) -> None:
        """What was said was said of another name."""
        self._told = None
        self._say(_here())

    @on(Input.Submitted)
    def enter(self, event: Input.Submitted) -> None:
        """Answer, if the file can be written and is either new or known to exist."""
        event.stop()
        try:
            path = file_path(event.value)
        except StorageError as error:
            self._say(str(error), trouble=True)
            return
        if path.exists() and path != self._told:
            self._told = path
            self._say(f"{path.name} exists: enter again overwrites it", trouble=True)
        else:
            self.dismiss(Saving(self.kind, path))

    def _show(self) -> None:
        for way in self.query(Way):
            way.show(way.kind == self.kind)

    def _say(self, text: str, trouble: bool = False) -> None:
        said = self.query_one("#said", Static)
        said.set_class(trouble, "-trouble")
        said.update(Content(visible_line(text)))


class Way(Static):
    """One kind, with what it would be."""

    class Chosen(Message):
        """Somebody clicked on it."""

        def __init__(self, kind: Kind) -> None:
            super().__init__()
            self.kind = kind

    def __init__(self, kind: Kind, words: str) -> None:
        super().__init__(markup=False)
        self.kind, self._words = kind, visible_line(words)

    def show(self, chosen: bool) -> None:
        """Draw it as chosen, or as not."""
        name = (f"{'▸' if chosen else ' '} {self.kind:<9}", "bold $primary" if chosen else "")
        self.update(Content.assemble(name, (self._words, "" if chosen else "dim")))

    def on_click(self) -> None:
        """Choose it."""
        self.post_message(self.Chosen(self.kind))


def stem_of(name: str, step: int) -> str:
    """How a file is called that comes from a run's weights, such as "quiet-otter-12480"."""
    safe = re.sub(r"[^\w.-]+", "-", name).strip(".-")[:_LONGEST_STEM]
    return f"{safe or 'run'}-{step}"


def _free(stem: str) -> str:
    """The stem, with a number behind it where files of this name lie in the present folder."""
    tried = (stem, *(f"{stem}-{number}" for number in range(2, _TRIED)))
    return next((name for name in tried if not _taken(name)), stem)


def _taken(stem: str) -> bool:
    return any(Path(f"{stem}{suffix}").exists() for suffix in SUFFIXES.values())


def _here() -> str:
    """Where a file lies whose name says nothing else; shorter in somebody's own folder."""
    try:
        folder = Path.cwd()
    except OSError:
        return "the present folder is gone: say where with a whole path"
    try:
        return f"in ~/{folder.relative_to(Path.home())}".removesuffix("/.")
    except (ValueError, RuntimeError):
        return f"in {folder}"
