"""The last net before the terminal."""

from __future__ import annotations

import re

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from rnn_tui.text.visible import visible_line
from rnn_tui.tui.renderables.characters import plain

ACTING = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What a terminal might obey: C0, DEL, C1, the controls of direction, and lone surrogates."""


class AsciiOnly(LineFilter):
    """For a terminal that has nothing else: every character becomes one of ASCII, as wide."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """The segments in ASCII."""
        if "".join([text for text, _, _ in segments]).isascii():
            return segments
        return [
            segment if segment.control else Segment(plain(segment.text), segment.style)
            for segment in segments
        ]


class VisibleOnly(LineFilter):
    """Replaces what could act on the terminal, should a widget ever have let it through."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """The segments, shown as characters."""
        if not ACTING.search("".join([text for text, _, control in segments if not control])):
            return segments
        return [
            segment
            if segment.control
            else Segment(ACTING.sub(lambda m: visible_line(m[0]), segment.text), segment.style)
            for segment in segments
        ]
