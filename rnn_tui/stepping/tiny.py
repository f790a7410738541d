"""A network that is checked with pencil and paper: T = 3, H = 2, V = 3, weights of one decimal."""

from __future__ import annotations

import numpy as np

from rnn_tui.core.arrays import Array
from rnn_tui.core.trace import Update
from rnn_tui.stepping.window import Window, make_window
from rnn_tui.text.vocabulary import Vocabulary

TEXT = "abca"
STATE = ((0.4, -0.6),)  # (B, H)
WEIGHTS: dict[str, Array] = {
    "layer0.W_xh": np.array([[0.6, -0.4], [-0.3, 0.8], [0.5, 0.2]]),  # (V, H): rows of a, b, c
    "layer0.W_hh": np.array([[0.5, -0.3], [0.2, 0.4]]),  # (H, H)
    "layer0.b_h": np.array([0.1, -0.1]),  # (H,)
    "W_hy": np.array([[1.0, -0.5, 0.2], [-0.4, 0.8, 0.3]]),  # (H, V)
    "b_y": np.array([0.0, 0.1, -0.1]),  # (V,)
}
CLIP = 0.5
"""Below the norm of the gradients, so that the walk has something to clip."""
LEARNING_RATE = 0.5


def tiny_window() -> Window:
    """The window of the walk that is printed in the documentation: reads a b c, is to say b c a."""
    vocabulary = Vocabulary.of(TEXT, "character")
    symbols = vocabulary.encode(TEXT)[:, np.newaxis]  # (T + 1, B)
    return make_window(
        WEIGHTS,
        symbols[:-1],
        symbols[1:],
        (np.array(STATE),),
        vocabulary,
        "the network of pencil and paper",
        clip=CLIP,
        update=Update("sgd", LEARNING_RATE),
    )
