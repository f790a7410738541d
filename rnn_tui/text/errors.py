"""The one error that a text can cause."""

from __future__ import annotations


class CorpusError(Exception):
    """A text cannot be trained on; the message is one line that says why and what to do."""
