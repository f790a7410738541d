"""What goes wrong at the sampler, in words for people."""

from __future__ import annotations


class SamplerError(Exception):
    """Something that cannot be done: one line that says why, and what can."""
