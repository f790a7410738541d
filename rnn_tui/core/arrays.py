"""Names for the arrays that travel through the package."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
"""An array of any dtype; its shape is said where it is used."""

Floats: TypeAlias = npt.NDArray[np.float64]
"""An array that is always float64, whatever the network's dtype: probabilities, statistics."""

Params: TypeAlias = dict[str, Array]
"""Parameters, gradients or moments by name, such as ``layer0.W_xh``."""

State: TypeAlias = tuple[Array, ...]
"""The hidden state: one array ``(B, H)`` a layer."""
