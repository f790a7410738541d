"""What a walk is like unless something else is said. Known before NumPy is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

LONGEST: Final = 512
"""T, the time steps, of the longest text that is walked through."""

FILE_STEPS: Final = 64
"""T where the text is a file and nothing else is asked for."""

DEFAULTS: Final[Mapping[str, int | float | str]] = {
    "hidden": 16,
    "dtype": "float64",
    "optimizer": "sgd",
    "learning_rate": 0.1,
    "batch": 1,
}
"""Where the settings of a walk differ from those of a run: small, exact and simple."""
