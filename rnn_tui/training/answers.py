"""What a session answers to each request of the protocol."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rnn_tui.runs.errors import RunError
from rnn_tui.training import protocol
from rnn_tui.training.knob_answers import list_knobs, set_learning_rate, turn, undo
from rnn_tui.training.knob_messages import ListKnobs, Turn, Undo
from rnn_tui.training.news import news
from rnn_tui.training.protocol import Request, Response
from rnn_tui.training.ring_answers import recent_state
from rnn_tui.training.ring_messages import RecentState
from rnn_tui.training.session import Session
from rnn_tui.training.stream import checked_temperature
from rnn_tui.training.views import look
from rnn_tui.training.weights_answers import next_weights, take_weights
from rnn_tui.training.weights_messages import NextWeights, TakeWeights
from rnn_tui.training.window_answers import next_array, next_window
from rnn_tui.training.window_messages import NextArray, NextWindow

LARGEST_VIEWS = 48 * 2**20
"""Bytes of arrays that one answer may have."""


def answer(session: Session, client: int, request: Request) -> Response:
    """Answer one request of one client; what is wrong with it is answered with ``Failed``."""
    if session.ended:
        return protocol.Failed("the run has ended")
    try:
        return _ANSWERS[type(request)](session, client, request)
    except (ValueError, RunError) as error:
        return protocol.Failed(str(error))


def _hello(session: Session, client: int, request: protocol.Hello) -> Response:
    if request.version != protocol.VERSION:
        return protocol.Failed(
            f"this run speaks version {protocol.VERSION} of the protocol, "
            f"you speak {request.version}: use the rnn-tui that started it"
        )
    session.watchers.greet(client, request.who)
    return welcome(session)


def welcome(session: Session) -> protocol.Welcome:
    """What does not change."""
    config = session.config
    return protocol.Welcome(
        version=protocol.VERSION,
        name=session.directory.name,
        text=session.facts.text_name,
        symbol_kind=session.vocabulary.kind,
        symbols=session.vocabulary.symbols,
        characters=session.facts.text_symbols,
        cell=config.cell,
        hidden=config.hidden,
        layers=config.layers,
        batch=config.batch,
        window=config.window,
        optimizer=config.optimizer,
        clip=config.clip,
        dtype=config.dtype,
        steps=session.steps,
        parameters=tuple(
            protocol.ParameterInfo(name, value.shape)
            for name, value in session.trainer.params.items()
        ),
        threads=session.plan.threads,
    )


def _poll(session: Session, client: int, request: protocol.Poll) -> Response:
    if request.after_event < protocol.NO_EVENT:  # who wants none only asks how it stands
        session.attend(client)
    session.flush()
    found = news(session.metrics, request)
    return protocol.Update(
        status=session.status(),
        rows=found.rows,
        spans=found.spans,
        held_out=found.held_out,
        events=found.events,
        references=tuple(
            protocol.ReferenceLine(reference.name, reference.nats)
            for reference in session.measuring.references[max(0, request.references) :]
        ),
        views=_looks(session, request.views),
        sample=_sample(session, client, request),
        more=found.more,
    )


def _sample(session: Session, client: int, request: protocol.Poll) -> protocol.SampleText | None:
    stream = session.streams.get(client)
    if stream is None:
        return None
    return stream.answer(request.sample_after if stream.number == request.sample else 0)


def _looks(session: Session, views: tuple[protocol.View, ...]) -> tuple[protocol.ViewData, ...]:
    """All of them; ValueError as soon as they are more than a message should hold."""
    found: list[protocol.ViewData] = []
    size = 0
    for view in views:
        found.append(_look(session, view))
        size += len(found[-1].values.data)
        if size > LARGEST_VIEWS:
            raise ValueError("more was asked for than any screen shows: make it smaller")
    return tuple(found)


def _look(session: Session, view: protocol.View) -> protocol.ViewData:
    if view.kind == "hidden":
        return _look_at_hidden(session, view)
    trainer = session.trainer
    arrays = {"weights": trainer.params, "gradients": trainer.workspace.gradients}[view.kind]
    if view.name not in arrays:
        raise ValueError(f"there is no parameter {view.name!r}")
    return look(view, np.atleast_2d(arrays[view.name]))


def _look_at_hidden(session: Session, view: protocol.View) -> protocol.ViewData:
    layers = len(session.trainer.workspace.hidden)
    if not (view.name.isdecimal() and int(view.name) < layers):
        raise ValueError(f"there is no layer {view.name!r}: this run has {layers}")
    window = session.trainer.window
    hidden = session.trainer.workspace.hidden[int(view.name)][1:, 0]  # (T, H): the batch's first
    symbols = np.zeros(0, np.int64) if window is None else window.inputs[:, 0]
    return look(view, hidden.T[:, : symbols.size], symbols)


def _pause(session: Session, _client: int, _request: protocol.Pause) -> Response:
    changed = session.phase == "training"
    session.pause()
    return protocol.Done(changed=changed)


def _resume(session: Session, _client: int, _request: protocol.Resume) -> Response:
    session.go_on()
    return protocol.Done()


def _step_once(session: Session, _client: int, _request: protocol.StepOnce) -> Response:
    session.step_once()
    return protocol.Done()


def _start_sample(session: Session, client: int, request: protocol.StartSample) -> Response:
    session.start_sample(client, request)
    return protocol.Done()


def _set_temperature(session: Session, client: int, request: protocol.SetTemperature) -> Response:
    value = checked_temperature(request.value)
    if client in session.streams:
        session.streams[client].temperature = value
    return protocol.Done()


def _stop_sample(session: Session, client: int, _request: protocol.StopSample) -> Response:
    if client in session.streams:
        session.streams[client].stop()
    return protocol.Done()


def _save(session: Session, _client: int, _request: protocol.Save) -> Response:
    session.save()
    return protocol.Done(f"saved step {session.saved_step:,}")


def _stop(session: Session, _client: int, _request: protocol.Stop) -> Response:
    session.save()  # what cannot be saved is not thrown away: the session stays
    session.close()
    return protocol.Done(f"saved step {session.saved_step:,}")


def _leave_running(_session: Session, _client: int, _request: protocol.LeaveRunning) -> Response:
    return protocol.Done()


_ANSWERS: dict[type[Any], Callable[..., Response]] = {
    protocol.Hello: _hello,
    protocol.Poll: _poll,
    protocol.Pause: _pause,
    protocol.Resume: _resume,
    protocol.StepOnce: _step_once,
    protocol.SetLearningRate: set_learning_rate,
    protocol.StartSample: _start_sample,
    protocol.SetTemperature: _set_temperature,
    protocol.StopSample: _stop_sample,
    protocol.Save: _save,
    protocol.Stop: _stop,
    protocol.LeaveRunning: _leave_running,
    NextWindow: next_window,
    NextArray: next_array,
    TakeWeights: take_weights,
    NextWeights: next_weights,
    ListKnobs: list_knobs,
    Turn: turn,
    Undo: undo,
    RecentState: recent_state,
}
