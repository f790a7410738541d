"""Screens as text, beside stored ones. RNN_TUI_SNAPSHOTS=write stores them anew."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "snapshots"
SIZES = [(80, 24), (120, 35), (200, 50)]


def looks_as_stored(name: str, text: str) -> None:
    """Compare a screen with the one that is stored under a name."""
    file = FOLDER / f"{name}.txt"
    if os.environ.get("RNN_TUI_SNAPSHOTS") == "write":
        file.write_text(text + "\n")
    assert text.splitlines() == file.read_text().splitlines()
