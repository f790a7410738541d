"""The prompt of the sampler: what the network is to go on from, or to be measured on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import var
from textual.widgets import TextArea

from rnn_tui.sampling.view import View
from rnn_tui.text.visible import visible_line
from rnn_tui.text.vocabulary import Vocabulary
from rnn_tui.tui.widgets.sampler.lacking import Lacking, Lookup, said_of_lacking
from rnn_tui.tui.widgets.sampler.prompt_editor import LONGEST, PromptEditor
from rnn_tui.tui.widgets.status_bar import clip

HINTS = (
    "enter write · ctrl+j new line · ctrl+g behind the text · f2 score · esc leave",
    "enter write · ctrl+j new line · f2 score · esc leave",
    "enter write · esc leave",
)
"""What can be done with a prompt, shorter and shorter."""

_COUNTED = 200
"""Characters from which on their number is said."""


class PromptArea(Vertical):
    """Several lines of any text; below them what of it the network has never seen.

    ``vocabulary`` and ``missing`` come from ``view``, or are set where there is none.
    """

    DEFAULT_CSS: ClassVar[str] = """
    PromptArea {
        height: auto;
        width: 1fr;
        padding: 0 1;
        border: round $foreground 22%;
        border-title-color: $foreground;
        border-subtitle-color: $foreground 60%;
    }
    PromptArea:focus-within { border: round $primary; border-title-style: bold; }
    PromptArea.-lacking { border-subtitle-color: $text-error; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter", "submit", "write", tooltip="write from the prompt", id="sampler.prompt-submit"
        ),
        Binding(
            "ctrl+j,shift+enter,alt+enter",
            "new_line",
            "new line",
            key_display="^j",
            tooltip="begin a new line",
            id="sampler.prompt-line",
        ),
        Binding(
            "ctrl+g",
            "read_behind",
            "behind",
            tooltip="read it behind the text that is there",
            id="sampler.prompt-behind",
        ),
        Binding(
            "f2", "score", "score", tooltip="measure it, draw nothing", id="sampler.prompt-score"
        ),
        Binding("escape", "leave", "leave", tooltip="leave the prompt", id="sampler.prompt-leave"),
    ]

    view: var[View | None] = var(None, init=False)
    vocabulary: var[Vocabulary | None] = var(None, init=False)
    missing: var[str] = var("skip", init=False)

    class Given(Message):
        """A prompt, as it was typed; line breaks are all of one kind."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Submitted(Given):
        """It is to be written from."""

    class Behind(Given):
        """It is to be read behind the text that is there."""

    class Scored(Given):
        """It is to be measured, and nothing drawn."""

    class Left(Message):
        """The prompt was left."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._lookup = Lookup(None)
        self._lacking = Lacking()
        self._cut = False
        self._lanes: tuple[str, ...] = ()
        self._titles = "", ""

    def compose(self) -> ComposeResult:
        """Where it is typed."""
        yield PromptEditor()

    @property
    def editor(self) -> PromptEditor:
        """Where it is typed."""
        return self.query_one(PromptEditor)

    @property
    def typing(self) -> bool:
        """Whether letters are text."""
        return self.editor.has_focus

    @property
    def text(self) -> str:
        """The prompt; of one that is set and too long the beginning is taken."""
        return self.editor.text

    @text.setter
    def text(self, text: str) -> None:
        self.editor.load_text(text)
        self.editor.move_cursor(self.editor.document.end)

    def enter(self) -> None:
        """Have it typed in, at once: keys that wait already belong to it."""
        self.screen.set_focus(self.editor)

    def watch_view(self, _old: View | None, new: View | None) -> None:
        """Take the vocabulary of the next text, and what becomes of other characters."""
        if new is not None:
            if new.weights.vocabulary is not self.vocabulary:
                self.vocabulary = new.weights.vocabulary
            self.missing = new.settings.missing
            if new.lanes != self._lanes:
                self._lanes = new.lanes
                self._entitle()

    def watch_vocabulary(self, vocabulary: Vocabulary | None) -> None:
        """Other characters are lacking."""
        self._lookup = Lookup(vocabulary)
        self._look()

    def watch_missing(self) -> None:
        """The same, and what becomes of them."""
        self._entitle()

    def on_mount(self) -> None:
        """Say what can be done."""
        self._look()

    @on(events.DescendantFocus)
    @on(events.DescendantBlur)
    @on(events.Resize)
    def _entitle(self) -> None:
        """Above, what becomes of it; below, what is lacking, was too long, or can be done."""
        room = self.size.width - 2
        title = next((title for title in self._headings() if cell_len(title) <= room), "prompt")
        said = said_of_lacking(self._lacking, self.missing, room)
        if self._cut:
            said = f"only the first {LONGEST:,} characters were taken"
        self.set_class(bool(said), "-lacking")
        if not said and self.editor.has_focus:
            said = next((hint for hint in HINTS if len(hint) <= room), "")
        if self._titles != (titles := (clip(title, room), clip(said, room))):
            self._titles = titles
            self.border_title, self.border_subtitle = map(Content, titles)

    def _headings(self) -> Iterator[str]:
        """How long it is, and what is written from it side by side, shorter and shorter."""
        count = len(self.text)
        length = f"prompt · {count:,} characters" if count >= _COUNTED else "prompt"
        if self._lanes[1:]:
            beside = f"side by side: {' | '.join(map(visible_line, self._lanes))}"
            brief = f"{len(self._lanes)} side by side"
            for words in (beside, brief):
                yield f"{length} · {words}"
                yield f"prompt · {words}"
        yield length

    @on(TextArea.Changed)
    def _look(self) -> None:
        """Find what is lacking."""
        if not self.is_mounted:
            return
        self._cut = self._cut and len(self.text) == LONGEST
        self._lacking = self._lookup.find(self.text)
        self.editor.mark(self._lookup.lacking)
        self._entitle()

    @on(PromptEditor.Cut)
    def _say_cut(self) -> None:
        self._cut = True
        self._entitle()

    def _give(self, message: type[Given]) -> None:
        self.editor.prompts.add(self.text)
        self.post_message(message(self.text))

    def action_submit(self) -> None:
        """Write from it."""
        self._give(self.Submitted)

    def action_read_behind(self) -> None:
        """Read it behind the text that is there."""
        self._give(self.Behind)

    def action_score(self) -> None:
        """Measure it."""
        self._give(self.Scored)

    def action_new_line(self) -> None:
        """Begin a new line at the cursor."""
        self.editor.replace("\n", *self.editor.selection, maintain_selection_offset=False)

    def action_leave(self) -> None:
        """Say that it was left."""
        self.post_message(self.Left())
