"""A slider on one line: a name, the value between two arrows, and a track with a knob."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from rnn_tui.tui.renderables.characters import plain

_ARROWS: Final = ("◀", "▶")
_LEAST_TRACK: Final = 3


@dataclass(frozen=True)
class SliderStyles:
    """The styles of the parts of a slider."""

    label: Style
    value: Style
    track: Style
    rest: Style
    knob: Style


@dataclass(frozen=True)
class SliderLayout:
    """Where the parts of a slider lie on its line; a track of 0 cells is not drawn."""

    width: int
    label: str
    value_width: int
    track: int

    @property
    def down(self) -> int:
        """The column of the arrow that lowers the value."""
        return len(self.label)

    @property
    def track_start(self) -> int:
        """The first column of the track."""
        return self.down + self.value_width + 3

    @property
    def up(self) -> int:
        """The column of the arrow that raises the value."""
        return self.track_start + self.track + 1 if self.track else self.track_start

    def share_at(self, x: int) -> float:
        """How far along the track, 0 to 1, a column lies."""
        return min(max((x - self.track_start) / max(self.track - 1, 1), 0.0), 1.0)


def lay_out_slider(width: int, label: str, value_width: int) -> SliderLayout:
    """Fit a slider into a width: first the track gives way, then the name."""
    arrows = value_width + 4
    name = f"{label} " if label and len(label) + 1 + arrows <= width else ""
    track = width - len(name) - arrows - 1
    return SliderLayout(width, name, value_width, track if track >= _LEAST_TRACK else 0)


def render_slider(
    layout: SliderLayout, text: str, share: float, styles: SliderStyles, only_ascii: bool = False
) -> Strip:
    """The line of a slider, exactly as wide as its layout.

    Args:
        layout: where the parts lie.
        text: the value, as it is to be read.
        share: where the knob stands, from 0 to 1.
        styles: of the parts.
        only_ascii: for terminals without the characters.
    """
    low, high = _ARROWS
    segments = [
        Segment(layout.label, styles.label),
        Segment(f"{low} ", styles.track),
        Segment(text.rjust(layout.value_width), styles.value),
        Segment(" ", styles.track),
    ]
    if layout.track:
        knob = round(min(max(share, 0.0), 1.0) * (layout.track - 1))
        segments += [
            Segment("━" * knob, styles.track),
            Segment("●", styles.knob),
            Segment("─" * (layout.track - 1 - knob), styles.rest),
            Segment(" ", styles.track),
        ]
    segments.append(Segment(high, styles.track))
    if only_ascii:
        segments = [Segment(plain(part), style) for part, style, _ in segments]
    return Strip(segments).adjust_cell_length(layout.width, styles.label)
