"""Strips taken apart into cells, and the shortest words that give a cell its colours."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

UPPER: Final = "▀"
LOWER: Final = "▄"

SINGLE: Final = re.compile(r"[\x20-\x7e\xa1-\xac\xae-\u02ff\u0391-\u0482‐-‧‰-⁞←-⋿─-◼✓✗⠀-⣿]*")
"""Characters that every terminal gives one cell, and that no other character changes."""

MOST_STYLES: Final = 8192
"""Styles that are remembered; a screen has hundreds."""


class Look(NamedTuple):
    """How a cell is to look, in the numbers of the control sequence that asks for it.

    ``front`` is empty where nothing in the cell has that colour.
    """

    front: str
    back: str
    more: str = ""
    """Bold, italic and the like."""


PLAIN: Final = Look("39", "49")
"""How everything looks after a reset."""


class Cells(NamedTuple):
    """What a strip puts into each cell of a line."""

    texts: list[str]
    looks: list[Look]


def change(before: Look, after: Look) -> str:
    """The sequence that makes what is written next look like ``after``; "" if it does already."""
    if after.more != before.more:
        words = ["0", after.more, after.front, after.back]
    else:
        words = [after.front] * (after.front != before.front)
        words += [after.back] * (after.back != before.back)
    given = ";".join(filter(None, words))
    return f"\x1b[{given}m" if given else ""


def changed(before: Look, after: Look) -> Look:
    """How what is written next looks after ``change``: a colour that was not asked for stays."""
    kept = "39" if after.more != before.more else before.front
    return after if after.front else after._replace(front=kept)


class Looks:
    """Takes strips apart, for a terminal of so many colours."""

    def __init__(self, colors: ColorSystem) -> None:
        self._colors = colors
        self._known: dict[Style | None, Look] = {None: PLAIN}
        self._same: dict[Look, Look] = {PLAIN: PLAIN}
        self._halves: dict[Look, tuple[str, Look]] = {}

    def cells(self, strip: Strip) -> Cells | None:
        """Each cell of a strip; None where a character may take more cells than one, or none."""
        cells = Cells([], [])
        texts, looks = cells
        for segment in strip:
            text, style, control = segment
            if control or not SINGLE.fullmatch(text) or (style is not None and style.link):
                return None
            look = self._known.get(style) or self._look(style)
            if text[:1] == UPPER and not look.more and text == UPPER * len(text):
                half, look = self._halves.get(look) or self._half(look)
                text = half * len(text)
            elif not look.more and text.isspace():
                look = self._without_front(look)
            texts += text
            looks += [look] * len(text)
        return cells

    def _look(self, style: Style | None) -> Look:
        """The look of a style that has not been met, remembered."""
        style = style or Style.null()
        if len(self._known) > MOST_STYLES:
            self._known, self._same, self._halves = {None: PLAIN}, {PLAIN: PLAIN}, {}
        color, ground = style.color, style.bgcolor
        front = ";".join(color.downgrade(self._colors).get_ansi_codes()) if color else "39"
        back = ";".join(ground.downgrade(self._colors).get_ansi_codes(False)) if ground else "49"
        more = Strip.render_ansi(style.without_color, ColorSystem.TRUECOLOR)
        self._known[style] = look = self._kept(Look(front, back, more))
        return look

    def _half(self, look: Look) -> tuple[str, Look]:
        """The same cell with its two colours in one order: fewer looks, and fewer changes.

        What has one colour only is a space, which takes one byte.
        """
        front, back = look.front.removeprefix("38;"), look.back.removeprefix("48;")
        named = look.front == front or look.back == back  # the numbers of both sides differ
        if front == back:
            found = " ", self._without_front(look)
        elif named or front < back:
            found = UPPER, look
        else:
            found = LOWER, self._kept(Look(f"38;{back}", f"48;{front}"))
        self._halves[look] = found
        return found

    def _without_front(self, look: Look) -> Look:
        return self._kept(Look("", look.back))

    def _kept(self, look: Look) -> Look:
        """One object for all looks that are equal: they are compared often."""
        return self._same.setdefault(look, look)


def rendered(strip: Iterable[Segment], colors: ColorSystem) -> str:
    """A strip as it is, each of its segments with all of its looks, and plain after it."""
    return "".join(
        segment.text
        if segment.style is None
        else Strip.render_style(segment.style, segment.text, colors)
        for segment in strip
    )
