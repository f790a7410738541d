"""Our two themes: one accent, quiet borders, loud data."""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="rnn-dark",
    primary="#56b4e9",
    secondary="#8a94a6",
    accent="#56b4e9",
    warning="#e69f00",
    error="#ff5f87",
    success="#2fc79a",
    foreground="#d9dee7",
    background="#0f1318",
    surface="#141920",
    panel="#1b222b",
    dark=True,
)
LIGHT = Theme(
    name="rnn-light",
    primary="#0072b2",
    secondary="#5a6472",
    accent="#0072b2",
    warning="#9a5b00",
    error="#c4004f",
    success="#00795a",
    foreground="#1c232b",
    background="#fbfbf8",
    surface="#f3f3ee",
    panel="#e6e7e2",
    dark=False,
)
