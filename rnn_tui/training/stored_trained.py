"""The files of a run that no server of ours trains, read as that would answer."""

from __future__ import annotations

import contextlib
import math
import threading
from collections.abc import Iterator
from typing import Final

import numpy as np

from rnn_tui.core.arrays import Array
from rnn_tui.runs.checkpoint import Checkpoint, load_checkpoint
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import CheckpointError, CorruptRunError, StorageError
from rnn_tui.runs.exchange import warning
from rnn_tui.runs.glances import stamp
from rnn_tui.runs.lock import Holder
from rnn_tui.runs.metrics import MetricsReader, Row
from rnn_tui.runs.network_symbols import run_vocabulary
from rnn_tui.text.corpus import SymbolKind
from rnn_tui.text.references import Reference, each_reference
from rnn_tui.text.split import split
from rnn_tui.training import protocol
from rnn_tui.training.news import NO_ROWS, News, news
from rnn_tui.training.turning import knob_events, turned_to
from rnn_tui.training.views import look

LOOKED_BACK: Final = 500
"""Rows over which the share of clipped steps is taken, as by the trainer."""

SMOOTHING: Final = 0.95
"""Of the loss, as by the trainer."""

CONTEXTS: Final = (0, 1, 2)
"""Symbols of context of the models that are the reference lines."""


class TrainedFiles:
    """A run as it was left: its log, and the newest checkpoint that is whole.

    Any thread may call it, one at a time. Raises RunError where the run cannot be read.

    Args:
        directory: the run's.
        resume: the command that goes on with it.
        holder: who trains it, and cannot be talked to.
    """

    def __init__(self, directory: RunDirectory, resume: str, holder: Holder | None = None) -> None:
        self._directory, self._resume, self._holder = directory, resume, holder
        self._config, self._facts = directory.config(), directory.facts()
        self._counting: Iterator[Reference] | None = None
        kind, symbols, self._no_text = self._read_text()
        self._saved_at = stamp(directory.checkpoints)
        self._checkpoint, self._missing = _newest(directory)
        self._log = opened_log(directory)
        self._clip = self._last_clip()
        self._references: list[Reference] = []
        self._ended = threading.Event()
        self.refusal = f"nobody trains {directory.name}: {resume}"
        if holder is not None:
            self.refusal = f"another version of rnn-tui trains {directory.name}: use that one"
        self.welcome = protocol.Welcome(
            version=protocol.VERSION,
            name=directory.name,
            text=self._facts.text_name,
            symbol_kind=kind,
            symbols=symbols,
            characters=self._facts.text_symbols,
            cell=self._config.cell,
            hidden=self._config.hidden,
            layers=self._config.layers,
            batch=self._config.batch,
            window=self._config.window,
            optimizer=self._config.optimizer,
            clip=self._config.clip,
            dtype=self._config.dtype,
            steps=self._config.steps,
            parameters=tuple(
                protocol.ParameterInfo(name, value.shape)
                for name, value in (self._checkpoint.params if self._checkpoint else {}).items()
            ),
        )

    def _read_text(self) -> tuple[SymbolKind, tuple[str, ...], str]:
        """The kind of the symbols, they themselves, and why they are not known where that is so.

        Without its text a run has no reference lines, and its symbols have no names.
        """
        try:
            text = self._directory.text()
        except (CorruptRunError, StorageError) as error:
            kind: SymbolKind = "byte" if self._facts.vocabulary_kind == "byte" else "character"
            return kind, tuple(self._facts.vocabulary), str(error)
        vocabulary = run_vocabulary(self._directory, text)
        self._counting = each_reference(
            *split(vocabulary.encode(text), self._config.held_out), len(vocabulary), CONTEXTS
        )
        return vocabulary.kind, vocabulary.symbols, ""

    def taken_up(self) -> bool:
        """Whether somebody else trains the run now, or nobody any more."""
        return self._directory.holder() != self._holder

    def answer(self, request: protocol.Poll, reason: str) -> protocol.Update:
        """What a server would answer; ``reason`` is why there is none."""
        self._renew()
        found = News(NO_ROWS, None, (), (), False)
        if self._log is not None:
            found = news(self._log, request)
        elif (log := opened_log(self._directory)) is not None:
            self._log, found = log, News(NO_ROWS, None, (), (), True)
        return protocol.Update(
            status=self._status(reason),
            rows=found.rows,
            spans=found.spans,
            held_out=found.held_out,
            events=found.events,
            references=tuple(
                protocol.ReferenceLine(reference.name, reference.nats)
                for reference in self._references[max(0, request.references) :]
            ),
            views=tuple(view for asked in request.views if (view := self._look(asked))),
            sample=None,
            more=found.more,
        )

    def _renew(self) -> None:
        """Read the checkpoint that was written meanwhile, if it can be read."""
        found = stamp(self._directory.checkpoints)
        if found != self._saved_at:
            self._saved_at = found
            checkpoint, missing = _newest(self._directory)
            if checkpoint is not None or self._checkpoint is None:
                self._checkpoint, self._missing = checkpoint, missing

    def _look(self, view: protocol.View) -> protocol.ViewData | None:
        """What a checkpoint holds of it: no gradients, and of the hidden state the carried one."""
        checkpoint = self._checkpoint
        if checkpoint is None:
            return None
        if view.kind == "weights" and view.name in checkpoint.params:
            return look(view, np.atleast_2d(checkpoint.params[view.name]))
        if view.kind == "hidden" and view.name.isdecimal():
            layer = int(view.name)
            if layer < len(checkpoint.state):
                carried: Array = checkpoint.state[layer][:1].T  # (H, 1): the first of the batch
                return look(view, carried, np.zeros(0, np.int64))
        return None

    def _status(self, reason: str) -> protocol.Status:
        self._count_on()
        rows, held_out = _last_rows(self._log), self._log and self._log.last_held_out()
        last = rows[-1] if rows else None
        saved = self._checkpoint
        can_go_on = self._holder is None and not self._no_text
        advice = f"resume with: {self._resume}" if can_go_on else ""
        damaged = self._log.damaged if self._log is not None else ""
        said = (reason, self._no_text, self._missing, damaged, advice)
        return protocol.Status(
            phase="read-only",
            step=last.step if last else saved.step if saved else 0,
            epoch=int(last.epoch) if last else 0,
            loss=last.loss if last else math.nan,
            smoothed_loss=_smoothed(rows),
            held_out=held_out.loss if held_out else math.nan,
            gradient_norm=last.gradient_norm if last else math.nan,
            clipped_share=sum(row.scale < 1 for row in rows) / max(1, len(rows)),
            learning_rate=last.learning_rate if last else self._config.learning_rate,
            characters_per_second=0.0,
            seconds=last.seconds if last else 0.0,
            saved_step=saved.step if saved else -1,
            not_finite=int(saved.scalars.get("not_finite") or 0) if saved else 0,
            message=" · ".join(filter(None, said)),
            clip=self._clip,
        )

    def _last_clip(self) -> float:
        """The limit of the gradient's norm that was in force in the end."""
        clip = self._config.clip
        for event in knob_events(self._log) if self._log is not None else ():
            if event.name == "clip":
                with contextlib.suppress(ValueError, TypeError):
                    clip = float(turned_to(event))
        return clip

    def _count_on(self) -> None:
        """Have the reference lines computed, once, by a thread that nobody waits for."""
        counting, self._counting = self._counting, None
        if counting is not None:
            threading.Thread(target=self._count, args=(counting,), daemon=True).start()

    def _count(self, counting: Iterator[Reference]) -> None:
        for reference in counting:
            if self._ended.is_set():
                return
            self._references.append(reference)

    def close(self) -> None:
        """Let go of the log."""
        self._ended.set()
        if self._log is not None:
            self._log.close()


def opened_log(directory: RunDirectory) -> MetricsReader | None:
    """The log of a run; None where it has not begun."""
    file = directory.metrics_file
    return MetricsReader(file) if file.exists() and file.stat().st_size else None


def _newest(directory: RunDirectory) -> tuple[Checkpoint | None, str]:
    """The newest checkpoint that is whole, and what is wrong with its weights, or why none is."""
    if not any(directory.checkpoints.glob("step-*.json")):
        return None, "no checkpoint was written yet"
    try:
        checkpoint = load_checkpoint(directory.checkpoints).checkpoint
    except CheckpointError as error:
        return None, str(error)
    return checkpoint, warning(checkpoint.params).removeprefix(" · ")


def _last_rows(log: MetricsReader | None) -> list[Row]:
    last = log.last() if log is not None else None
    return log.rows_after(last.step - LOOKED_BACK) if log is not None and last is not None else []


def _smoothed(rows: list[Row]) -> float:
    """The moving average of the last losses, without the bias of its start."""
    total = weight = 0.0
    for row in rows:
        if math.isfinite(row.loss):
            total = SMOOTHING * total + (1 - SMOOTHING) * row.loss
            weight = SMOOTHING * weight + (1 - SMOOTHING)
    return total / weight if weight else math.nan
