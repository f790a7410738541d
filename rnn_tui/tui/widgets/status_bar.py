"""The line above everything: what runs, how far it is, how well it does."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from rnn_tui.text.visible import visible_line
from rnn_tui.training.protocol import Status, Welcome
from rnn_tui.tui.renderables.palette import Rgb, ink, line_colors
from rnn_tui.tui.widgets.surroundings import surroundings

PHASES = {
    "starting": "◌ starting",
    "training": "● training",
    "paused": "‖ paused",
    "finished": "✓ finished",
    "stopped": "■ stopped",
    "read-only": "■ read-only",
    "lost": "✗ lost",
    "silent": "◌ no heartbeat",
}
"""A sign and a word for each state; the sign alone would say it without colours too."""


MESSAGE = 11
"""The weight of what must be read: it is rather cut than left out."""


class Part(NamedTuple):
    """A number with its name; ``weight`` says what goes first when there is no room."""

    text: str
    weight: int


class StatusBar(Widget):
    """One line where there is room for it, two where there is not."""

    DEFAULT_CSS: ClassVar[str] = """
    StatusBar { height: 2; width: 1fr; background: $panel; padding: 0 1; }
    StatusBar.-wide { height: 1; }
    """

    WIDE: ClassVar[int] = 190

    welcome: reactive[Welcome | None] = reactive(None)
    status: reactive[Status | None] = reactive(None)
    trouble: reactive[str] = reactive("")
    """Why there is no status: the trainer is gone, or does not answer."""
    phase: reactive[str] = reactive("starting")

    def on_resize(self) -> None:
        """One line or two."""
        self.set_class(self.app.size.width >= self.WIDE, "-wide")

    def render_line(self, y: int) -> Strip:
        """A line of the bar."""
        background, dark = surroundings(self)
        colors = line_colors(background, dark)
        width, height = self.size
        phase_color: dict[str, Rgb] = {"training": colors.event, "paused": colors.held_out}
        sign = PHASES[self.phase]
        strong = ink(phase_color.get(self.phase, colors.text), background, bold=True)
        if self.phase in {"lost", "silent"}:
            strong = ink(colors.error, background, bold=True)
        plain, faint = ink(colors.text, background), ink(colors.faint, background)
        if y == 0:
            segments = [
                Segment(f"{sign:<11} ", strong),
                *self._first_line(width - max(12, cell_len(sign) + 1), plain, faint),
            ]
            if height == 1:
                used = sum(segment.cell_length for segment in segments)
                room = width - used - 3
                segments += [Segment(" │ ", faint), Segment(self._numbers(room), plain)]
        else:
            segments = [Segment(self._numbers(width), plain)]
        return Strip(segments).adjust_cell_length(width, plain)

    def _first_line(self, room: int, plain: Style, faint: Style) -> list[Segment]:
        if self.trouble:
            return [Segment(clip(visible_line(self.trouble), room), plain)]
        if self.welcome is None:
            return [Segment("the trainer is starting", plain)]
        name = clip(visible_line(self.welcome.name), 24)
        text = clip(visible_line(self.welcome.text), 24)
        where = "  " + " · ".join(filter(None, (text, network(self.welcome))))
        progress = "  " + "  ".join(fit(progress_of(self.status, self.welcome), 10_000))
        if cell_len(name + where + progress) > room:
            where = ""
        return [
            Segment(name, plain),
            Segment(where, faint),
            Segment(clip(progress, max(0, room - cell_len(name + where))), plain),
        ]

    def _numbers(self, room: int) -> str:
        if self.status is None:
            return ""
        if self.welcome is not None and self.welcome.kind == "monitored":
            return "  ".join(fit(monitored_numbers(self.status), room))
        if self.welcome is None:
            return "  ".join(fit(numbers_of(self.status, self.status.clip), room))
        parts = [*numbers_of(self.status, self.welcome.clip), *threads_of(self.welcome)]
        return "  ".join(fit(parts, room))


def clip(text: str, cells: int) -> str:
    """The text in at most so many cells, with an ellipsis where it was cut."""
    if cell_len(text) <= cells:
        return text
    return set_cell_size(text, cells - 1) + "…" if cells > 0 else ""


def fit(parts: Sequence[Part], room: int) -> list[str]:
    """The parts in their order, without the least important ones that do not fit."""
    kept = [
        Part(clip(text, room), weight) if weight == MESSAGE else Part(text, weight)
        for text, weight in parts
    ]
    while kept and sum(cell_len(part.text) + 2 for part in kept) - 2 > room:
        kept.remove(min(kept, key=lambda part: part.weight))
    return [part.text for part in kept]


def network(welcome: Welcome) -> str:
    """Cell and size in a word: ``tanh 1×128``."""
    if welcome.kind == "monitored":
        return "by another program"
    return f"{welcome.cell} {welcome.layers}×{welcome.hidden}"


def progress_of(status: Status | None, welcome: Welcome) -> list[Part]:
    """How far it is."""
    if status is None:
        return []
    if welcome.kind == "monitored":
        return [Part(f"step {status.step:>7,}", 9), Part(duration(status.seconds), 4)]
    goal = f" of {welcome.steps:,}" if welcome.steps else ""
    return [
        Part(f"step {status.step:>7,}{goal}", 9),
        Part(f"epoch {status.epoch + 1:>3}", 3),
        Part(duration(status.seconds), 4),
    ]


def numbers_of(status: Status, begun_with: float) -> list[Part]:
    """How well it does, each number with its unit and a steady width.

    A limit of the gradient's norm that is not the one it has begun with matters more than the pace.
    """
    turned = status.clip != begun_with
    limit = f"{status.clip:<5.3g}" if status.clip else "none "
    bits = status.smoothed_loss / math.log(2)
    pace = status.characters_per_second / 1000 if status.phase == "training" else 0.0
    parts = [
        Part(f"loss {number(status.smoothed_loss)} nats", 9),
        Part(f"{number(bits)} bits/char", 8),
        Part(f"held out {number(status.held_out)}", 7),
        Part(f"{pace:5,.0f}k char/s", 4 if turned else 6),
        Part(f"lr {status.learning_rate:<7.3g}", 5),
        Part(f"|grad| {status.gradient_norm:5.2f}", 4),
        *([Part(f"clip {limit}", 6)] if turned else []),
        Part(f"clipped {status.clipped_share:4.0%}", 3),
    ]
    if status.not_finite:
        parts.insert(0, Part(f"✗ {status.not_finite} steps not finite", 10))
    if status.message:
        parts.insert(0, Part(visible_line(status.message), MESSAGE))
    return parts


def threads_of(welcome: Welcome) -> list[Part]:
    """On how many threads the trainer computes."""
    count = welcome.threads
    return [Part(f"{count} thread{'s' * (count != 1)}", 2)] if count else []


def monitored_numbers(status: Status) -> list[Part]:
    """The same of a run whose numbers mean what its program says."""
    parts = [Part(f"loss {number(status.loss)}", 9), Part(f"held out {number(status.held_out)}", 7)]
    if status.message:
        parts.insert(0, Part(visible_line(status.message), MESSAGE))
    return parts


def number(value: float) -> str:
    """Six columns; a dash for what is not measured yet."""
    return f"{value:6.3f}" if not math.isnan(value) else "     –"


def duration(seconds: float) -> str:
    """``01:42``, or ``3:01:42``."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"
