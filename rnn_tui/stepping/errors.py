"""What goes wrong in a walk, in words for people."""

from __future__ import annotations


class StepperError(Exception):
    """A command that cannot be carried out: one line that says why, and what can."""
