"""The cells by name."""

from __future__ import annotations

from collections.abc import Mapping

from rnn_tui.core.cells import textbook
from rnn_tui.core.cells.rnn import RELU, TANH, ElmanCell

CELLS: Mapping[str, ElmanCell] = {
    "tanh": ElmanCell(TANH, textbook.ElmanTextbook(textbook.TANH)),
    "relu": ElmanCell(RELU, textbook.ElmanTextbook(textbook.RELU)),
}
