"""What is walked through: the parameters, the state and the text of one window, frozen."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from rnn_tui.core import trace as textbook
from rnn_tui.core.arrays import Array, Params, State
from rnn_tui.core.parameters import dtype_of
from rnn_tui.core.record import read_only
from rnn_tui.text.vocabulary import Vocabulary

if TYPE_CHECKING:
    from rnn_tui.core.trace import Trace, Update


@dataclass(frozen=True, eq=False)
class Window:
    """One window of a text and the network that reads it. Its arrays are read-only.

    ``inputs`` and ``targets`` are symbols ``(T, B)``, ``state`` one ``(B, H)`` array a layer.
    ``clip`` is the largest norm that all gradients together may have, ``clip_value`` the largest
    element; 0 is no limit. Without ``update`` the walk ends before the optimiser.
    """

    params: Params
    inputs: Array
    targets: Array
    state: State
    vocabulary: Vocabulary
    title: str
    """What it is, such as "quiet-otter · step 12,481"; from data, so not to be drawn as it is."""
    cell: str = "tanh"
    clip: float = 0.0
    clip_value: float = 0.0
    update: Update | None = None
    row: int | None = None
    """The row of the batch, from 0, that this is; None: all that there were."""
    suspect: int | None = None
    """The row where a step went wrong that was not finite; None: it was finite, or nobody knows."""
    rows: int = 1
    """How many rows the batch had."""
    trained_dtype: np.dtype[Any] | None = None
    """The dtype of the weights before they were widened; None: they are as they were."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """The precision of the walk."""
        return dtype_of(self.params)

    @property
    def steps(self) -> int:
        """T, the time steps."""
        return int(self.inputs.shape[0])

    @property
    def batch(self) -> int:
        """B, the rows side by side."""
        return int(self.inputs.shape[1])

    def input_symbol(self, t: int, b: int = 0) -> str:
        """The symbol that is read at time step ``t``, 1..T, in row ``b``."""
        return self.vocabulary.symbols[int(self.inputs[t - 1, b])]

    def one_row(self, row: int) -> Window:
        """Row ``row``, from 0, of the batch alone: B = 1. IndexError if there is no such row."""
        if self.row is not None or not 0 <= row < self.batch:
            raise IndexError(f"row {row} is not among the {self.batch} of this window")
        only = slice(row, row + 1)
        return replace(
            self,
            inputs=self.inputs[:, only],  # (T, 1)
            targets=self.targets[:, only],  # (T, 1)
            state=tuple(h[only] for h in self.state),  # (1, H) a layer
            row=row,
        )

    def trace(self) -> Trace:
        """The textbook run over this window."""
        return textbook.trace(*self._arguments())

    def tracing(self) -> Generator[float, None, Trace]:
        """The same as a generator: yields progress, 0..1, and returns the ``Trace``."""
        return textbook.tracing(*self._arguments())

    def _arguments(self) -> tuple[Any, ...]:
        network = (self.params, self.inputs, self.targets, self.state, self.cell)
        return (*network, self.clip, self.update, self.clip_value)


def make_window(
    params: Mapping[str, npt.ArrayLike],
    inputs: npt.ArrayLike,
    targets: npt.ArrayLike,
    state: State,
    vocabulary: Vocabulary,
    title: str,
    *,
    dtype: npt.DTypeLike = np.float64,
    **settings: Any,
) -> Window:
    """A window whose arrays are read-only copies of ``dtype``; symbols become integers.

    ``settings`` are the other fields of ``Window``. Float32 is widened without rounding, so that
    the numbers are those that were trained; only what is computed from them has more digits.
    """
    wanted = np.dtype(dtype)
    arrays = {name: np.asarray(value) for name, value in params.items()}
    before = dtype_of(arrays)
    return Window(
        {name: read_only(value.astype(wanted)) for name, value in arrays.items()},
        read_only(np.array(inputs, np.intp)),  # (T, B)
        read_only(np.array(targets, np.intp)),  # (T, B)
        tuple(read_only(np.array(h, wanted)) for h in state),  # (B, H) a layer
        vocabulary,
        title,
        trained_dtype=None if before == wanted else before,
        **settings,
    )
