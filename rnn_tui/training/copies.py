"""Copies of the weights for those who sample from them while training goes on."""

from __future__ import annotations

from typing import NamedTuple

from rnn_tui.core.arrays import Array


class WeightsCopy(NamedTuple):
    """All weights (N,) as they were after ``step`` updates."""

    step: int
    flat: Array


class WeightsCopies(dict[int, WeightsCopy]):
    """One copy for each client that is fetching one, by its number."""

    def take(self, client: int, step: int, flat: Array) -> WeightsCopy:
        """Copy ``flat`` (N,) for a client, in the place of its earlier copy."""
        self.pop(client, None)  # its memory is free before more is asked for
        self[client] = WeightsCopy(step, flat.copy())
        return self[client]

    def part(self, client: int, step: int, start: int, most: int) -> Array:
        """At most ``most`` elements (n,) from ``start`` on; the last of them end the copy.

        Raises ValueError where the client has no copy of ``step``.
        """
        copy = self.get(client)
        if copy is None or copy.step != step:
            raise ValueError(f"there is no copy of the weights of step {step:,}: take one first")
        if start + most >= copy.flat.size:
            del self[client]
        return copy.flat[start : start + most]
