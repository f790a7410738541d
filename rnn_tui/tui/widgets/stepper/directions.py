"""The sign and the word of each phase, the same wherever a phase is named."""

from __future__ import annotations

from typing import Final

DIRECTIONS: Final = {
    "forward": "▶ FORWARD",
    "loss": "● LOSS",
    "backward": "◀ BACKWARD",
    "sum": "Σ SUMS",
    "clip": "┤ CLIP",
    "update": "⇒ UPDATE",
}
"""The sign alone says it without colours; an arrow is where the next time step lies."""
