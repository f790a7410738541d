"""Where a walk stands, and how it moves: nothing but an index, so going back is exact."""

from __future__ import annotations

from rnn_tui.stepping.errors import StepperError
from rnn_tui.stepping.moves import Layout
from rnn_tui.stepping.visited import Visited


class Cursor:
    """A place in a trace. Raises StepperError for a move that cannot be made, and stays."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.index = 0
        self._visited = Visited()
        self._wanted: int | None = None

    def step(self, by: int) -> None:
        """``by`` operations on, or to the end."""
        self.index, self._wanted = self.layout.step(self.index, by), None

    def time_step(self, by: int) -> None:
        """``by`` time steps on, or groups where a phase has no time steps, or to the last one."""
        wanted = self.index if self._wanted is None else self._wanted
        self.index, self._wanted = self.layout.time_step(self.index, by, wanted), wanted

    def same_kind(self, by: int) -> None:
        """``by`` operations of this kind on."""
        found = self.layout.same_kind(self.index, by)
        if found is None:
            raise StepperError(self._no_more(by))
        self.index, self._wanted = found, None

    def jump(self, index: int) -> None:
        """To an operation, by its index; ``back`` returns."""
        if not 0 <= index < self.layout.size:
            raise StepperError(f"there is no operation {index + 1}: write 1 to {self.layout.size}")
        if index != self.index:
            self._visited.jumped(self.index)
        self.index, self._wanted = index, None

    def jump_to_time(self, t: int) -> None:
        """To a time step, in this pass."""
        found = self.layout.at_time(self.index, t)
        if found is None:
            raise StepperError(f"there is no time step {t}: write 1 to {self.layout.steps}")
        self.jump(found)

    def back(self, by: int) -> None:
        """To where the last jump came from (-1), or forth again (1)."""
        found = self._visited.back(self.index) if by < 0 else self._visited.ahead(self.index)
        if found is None:
            why = "no jump led here" if by < 0 else "`back` was not the last jump"
            raise StepperError(f"there is nowhere to go {'back to' if by < 0 else 'on to'}: {why}")
        self.index, self._wanted = found, None

    def _no_more(self, by: int) -> str:
        alike, (name, layer) = self.layout.alike(self.index), self.layout.kinds[self.index]
        place = alike.index(self.index)
        there = len(alike) - 1 - place if by > 0 else place
        how_many = f"only {there}" if there else "none"
        at = "" if layer is None else f" of layer {layer}"
        return f"{name}{at}: {how_many} {'after' if by > 0 else 'before'} this one"
