"""rnn-tui: train a recurrent network on your own text in the terminal, and watch it learn."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rnn_tui.core.elman import RNN
    from rnn_tui.monitoring.monitor import Monitor

__version__ = "0.1.0"
__all__ = ["RNN", "Monitor", "__version__"]


def __getattr__(name: str) -> object:
    """Load NumPy only when the network is asked for: ``rnn-tui --help`` stays quick."""
    if name == "RNN":
        from rnn_tui.core.elman import RNN

        return RNN
    if name == "Monitor":
        from rnn_tui.monitoring.monitor import Monitor

        return Monitor
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Show what can be had to tab completion before it is loaded."""
    return sorted({*globals(), *__all__})
