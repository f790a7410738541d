"""What goes wrong in a walk, in words for people."""

from __future__ import annotations


class StepperError(Exception):
    """A command that cannot be carried out: one line that says why, and what can.

    ``column`` is where in what follows the verb, from 1; 0 where it is no place in particular.
    """

    def __init__(self, message: str, column: int = 0) -> None:
        super().__init__(message)
        self.column = column
