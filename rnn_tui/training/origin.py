"""With what a checkpoint was made: the text, the settings, the version, the machine.

It is written into each checkpoint, and compared when a run goes on from one. Another text is
refused, for the network's symbols would mean something else; all else is allowed, and said.
"""

from __future__ import annotations

import dataclasses
import json
from typing import NamedTuple

import msgspec

from rnn_tui import __version__
from rnn_tui.runs.checkpoint import Checkpoint
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import CheckpointError
from rnn_tui.runs.fingerprint import differences, fingerprint, from_text
from rnn_tui.runs.settings import FIELDS, RunConfig
from rnn_tui.text.visible import visible_line

HARMLESS = frozenset(
    {
        *("name", "text", "corpus", "pattern", "errors"),
        *("evaluate_every", "checkpoint_every", "keep_every", "threads"),
    }
)
"""Settings that change no weight of a run that has its text, but for last bits: see threads."""

KNOBS = frozenset({"clip", "clip_value", "schedule", "window"})
"""Settings that a checkpoint holds the values of itself: knobs may have been turned."""

LONGEST = 80
"""Characters of a part of a message."""


class Origin(NamedTuple):
    """What the checkpoints of a run are made with, here and now."""

    corpus: str  # SHA-256 of the text
    settings: str  # those that decide what is computed, JSON
    version: str  # of rnn-tui
    fingerprint: str  # JSON

    def stamped(self, checkpoint: Checkpoint) -> Checkpoint:
        """The checkpoint with all this in it."""
        scalars = {**checkpoint.scalars, **self._asdict()}
        return dataclasses.replace(checkpoint, scalars=scalars)


def origin_of(corpus: str, config: RunConfig) -> Origin:
    """What a run's checkpoints are made with in this process; ``corpus``: SHA-256 of its text."""
    harmless = HARMLESS
    if config.schedule == "constant" or config.decay_steps:
        harmless |= {"steps"}  # nothing comes to its end with them
    settings = {k: v for k, v in msgspec.structs.asdict(config).items() if k not in harmless}
    return Origin(
        corpus=corpus,
        settings=json.dumps(settings, sort_keys=True),
        version=__version__,
        fingerprint=fingerprint().to_text(),
    )


def require_same_text(directory: RunDirectory, checkpoint: Checkpoint) -> None:
    """CheckpointError for a checkpoint that was trained on another text than the run's."""
    corpus = checkpoint.scalars.get("corpus")
    if corpus is not None and corpus != directory.facts().text_sha256:
        raise CheckpointError(
            f"the checkpoint of step {checkpoint.step:,} was trained on another text than "
            f"{directory.text_file}: put that text back, or start a new run"
        )


def what_differs(checkpoint: Checkpoint, here: Origin) -> tuple[str, ...]:
    """In a line each: what is not as it was when the checkpoint was made. Unknown is equal."""
    lines = []
    changed = _changed_settings(checkpoint.scalars.get("settings"), here.settings)
    kept = {name: changed.pop(name) for name in KNOBS & changed.keys()}
    if changed:
        said = ", ".join(f"{name} {old} → {new}" for name, (old, new) in changed.items())
        lines.append(f"the settings were changed: {said}")
    for name, (_, new) in sorted(kept.items()):
        lines.append(f"{name} stays as it is in the checkpoint, not {new}: turn the knob instead")
    before, now = from_text(checkpoint.scalars.get("fingerprint")), fingerprint()
    parts = [_short(part) for part in differences(before, now)] if before else []
    if (version := checkpoint.scalars.get("version", here.version)) != here.version:
        parts.append(f"rnn-tui {_short(version)} → {here.version}")
    if parts:
        certain = before is not None and before.bits != now.bits
        lines.append(("" if certain else "perhaps ") + "not bit for bit: " + ", ".join(parts))
    return tuple(lines)


def _changed_settings(before: object, here: str) -> dict[str, tuple[str, str]]:
    """Of each setting that was edited: its old and its new value."""
    try:
        old, new = json.loads(str(before)), json.loads(here)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(old, dict):
        return {}
    names = [name for name in FIELDS if name in old and name in new and old[name] != new[name]]
    return {name: (_short(old[name]), _short(new[name])) for name in names}


def _short(value: object) -> str:
    return visible_line(str(value))[:LONGEST]
