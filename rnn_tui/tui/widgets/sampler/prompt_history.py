"""The prompts that were written before."""

from __future__ import annotations

from typing import Final

MOST: Final = 200
"""Prompts that are kept, the latest ones."""


class PromptHistory:
    """Goes back to earlier prompts and forth again, to what was being written."""

    def __init__(self) -> None:
        self._prompts: list[str] = []
        self._place = 0
        self._draft = ""

    def add(self, text: str) -> None:
        """Remember a prompt, unless it is empty or was the last one, too."""
        if text and text not in self._prompts[-1:]:
            self._prompts = [*self._prompts[1 - MOST :], text]
        self._place = len(self._prompts)

    def before(self, current: str) -> str | None:
        """The prompt before, in place of ``current``; None where there is none."""
        place = self._place
        if place == len(self._prompts):
            self._draft = current
            if self._prompts[-1:] == [current]:  # it was sent, and is still there
                place -= 1
        if place <= 0:
            return None
        self._place = place - 1
        return self._prompts[self._place]

    def after(self) -> str | None:
        """The prompt after, at last what was being written; None where that is there already."""
        if self._place >= len(self._prompts):
            return None
        self._place += 1
        return self._prompts[self._place] if self._place < len(self._prompts) else self._draft
