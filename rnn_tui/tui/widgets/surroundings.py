"""What a widget that draws its own lines has to know about the app around it."""

from __future__ import annotations

import os
from typing import Any
from weakref import WeakKeyDictionary

from textual.widget import Widget

from rnn_tui.tui.renderables.characters import plain_characters
from rnn_tui.tui.renderables.heatmap import ASCII_SHADES, SHADES, Shades
from rnn_tui.tui.renderables.palette import DARK_BACKGROUND, LIGHT_BACKGROUND, Rgb


def only_ascii() -> bool:
    """Whether the terminal is to be sent nothing but ASCII."""
    return plain_characters(os.environ)


def shades(widget: Widget) -> Shades | None:
    """The characters to draw a matrix with, where there is no colour or too little; else None.

    Of a scale, 16 colours leave some eight bands, in no order that an eye would see.
    """
    if only_ascii():
        return ASCII_SHADES
    app = widget.app
    few_colors = not app.is_headless and app.console.color_system == "standard"
    return SHADES if app.no_color or few_colors else None


def surroundings(widget: Widget) -> tuple[Rgb, bool]:
    """The background that a widget is drawn on, and whether the theme is a dark one.

    Asked for every line that is drawn, and the same for all of them: found once for a theme.
    """
    theme = widget.app.theme
    known = _KNOWN.get(widget)
    if known is None or known[0] != theme:
        known = _KNOWN[widget] = theme, *_look_around(widget)
    return known[1], known[2]


_KNOWN: WeakKeyDictionary[Widget, tuple[str, Rgb, bool]] = WeakKeyDictionary()


def _look_around(widget: Widget) -> tuple[Rgb, bool]:
    dark = is_dark(widget.app)
    background = widget.background_colors[1]
    if background.a < 1 or background.ansi is not None:
        return (DARK_BACKGROUND if dark else LIGHT_BACKGROUND), dark
    return Rgb(*background.rgb), dark


def is_dark(app: Any) -> bool:
    """Whether the theme of the app is a dark one."""
    return bool(app.current_theme.dark)
