from __future__ import annotations

import dataclasses
import json
import math
from typing import Any

import msgspec
import pytest

from rnn_tui import __version__
from rnn_tui.runs.checkpoint import (
    Checkpoint,
    list_checkpoints,
    load_checkpoint,
    save_checkpoint,
)
from rnn_tui.runs.configuration import merge, to_toml
from rnn_tui.runs.errors import CheckpointError
from rnn_tui.runs.fingerprint import fingerprint
from rnn_tui.runs.keeping import Best, read_best
from rnn_tui.runs.tensors import Scalar
from rnn_tui.training.origin import what_differs
from rnn_tui.training.recovery import NOTICE_SECONDS
from rnn_tui.training.session import Session

from .conftest import Sessions, finish, train_to


def saved(sessions: Sessions, **settings: Any) -> Session:
    session = sessions.new(steps=5, **settings)
    finish(session)
    session.close()
    return session


def newest(session: Session) -> Checkpoint:
    return load_checkpoint(session.directory.checkpoints).checkpoint


def changed(session: Session, **scalars: Scalar) -> None:
    """The newest checkpoint, as it was written elsewhere."""
    found = newest(session)
    scalars = {**found.scalars, **scalars}
    save_checkpoint(session.directory.checkpoints, dataclasses.replace(found, scalars=scalars))


def elsewhere(**parts: Any) -> str:
    return msgspec.structs.replace(fingerprint(), **parts).to_text()


def resumed(sessions: Sessions, session: Session) -> Session:
    return sessions.open(session.directory, resume=True, steps=9)


def test_a_checkpoint_says_with_what_it_was_made(sessions: Sessions) -> None:
    scalars = newest(saved(sessions)).scalars
    assert scalars["corpus"] == sessions.made[0].facts.text_sha256
    assert scalars["version"] == __version__
    assert scalars["fingerprint"] == fingerprint().to_text()
    settings = json.loads(str(scalars["settings"]))
    assert (settings["hidden"], settings["optimizer"]) == (8, "adam")


def test_where_nothing_changed_nothing_is_said(sessions: Sessions) -> None:
    session = resumed(sessions, saved(sessions))
    assert (session.notices, session.message) == ((), "")
    session.flush()
    assert [event.kind for event in session.metrics.events_after(0)][-1] == "resumed"


BITS = "0" * 64


@pytest.mark.parametrize(
    ("scalars", "said"),
    [
        ({"fingerprint": {"numpy": "2.0.1", "bits": BITS}}, "not bit for bit: NumPy 2.0.1 → "),
        ({"fingerprint": {"blas": "MKL", "bits": BITS}}, "not bit for bit: BLAS MKL → "),
        ({"fingerprint": {"threads": 64}}, "perhaps not bit for bit: threads 64 → "),
        ({"fingerprint": {"machine": "M\x1b[1"}}, "perhaps not bit for bit: machine M␛[1 → "),
        ({"fingerprint": {"bits": BITS}}, "not bit for bit: the same products have other last"),
        ({"version": "0.0.9"}, f"perhaps not bit for bit: rnn-tui 0.0.9 → {__version__}"),
    ],
)
def test_another_machine_or_version_is_said_and_allowed(
    sessions: Sessions, scalars: dict[str, Any], said: str
) -> None:
    session = saved(sessions)
    told = {
        name: value if isinstance(value, str) else elsewhere(**value)
        for name, value in scalars.items()
    }
    changed(session, **told)
    again = resumed(sessions, session)
    assert len(again.notices) == 1
    assert again.notices[0].startswith(said)
    finish(again)
    assert again.trainer.step_number == 9


def test_it_is_shown_for_a_minute_and_stays_in_the_log(sessions: Sessions) -> None:
    session = saved(sessions)
    changed(session, version="0.0.9")
    again = resumed(sessions, session)
    assert again.status().message == again.notices[0]
    sessions.clock.now += NOTICE_SECONDS
    assert again.status().message == ""
    again.flush()
    events = [(event.kind, event.detail) for event in again.metrics.events_after(0)]
    assert events[-2:] == [("resumed", "from step 5"), ("note", again.notices[0])]


def test_settings_that_were_edited_are_said_and_used(sessions: Sessions) -> None:
    session = saved(sessions)
    edited = merge(msgspec.structs.asdict(session.config), {"momentum": 0.5, "evaluate_every": 7})
    session.directory.config_file.write_text(to_toml(edited))
    again = resumed(sessions, session)
    assert again.notices == ("the settings were changed: momentum 0.9 → 0.5",)
    assert again.config.momentum == 0.5


def test_knobs_that_were_edited_are_said_to_stay(sessions: Sessions) -> None:
    session = saved(sessions)
    edited = merge(msgspec.structs.asdict(session.config), {"clip": 0.5, "clip_value": 0.25})
    session.directory.config_file.write_text(to_toml(edited))
    again = resumed(sessions, session)
    assert [notice.partition(" as ")[0] for notice in again.notices] == [
        "clip stays",
        "clip_value stays",
    ]


def test_the_number_of_steps_matters_only_to_a_schedule_that_ends_with_them(
    sessions: Sessions,
) -> None:
    for schedule, told in (("constant", 0), ("cosine", 1)):
        session = saved(sessions, schedule=schedule)
        more = merge(msgspec.structs.asdict(session.config), {"steps": 9})
        session.directory.config_file.write_text(to_toml(more))
        assert len(resumed(sessions, session).notices) == told


def test_another_text_is_refused(sessions: Sessions) -> None:
    session = saved(sessions)
    changed(session, corpus="0" * 64)
    with pytest.raises(CheckpointError, match=r"step 5 was trained on another text .* put that"):
        resumed(sessions, session)
    assert list_checkpoints(session.directory.checkpoints) == (5,)


@pytest.mark.parametrize("odd", [None, 5, "", "[]", "{", '{"clip": [1]}', "\x1b"])
def test_what_cannot_be_read_is_no_obstacle(sessions: Sessions, odd: Scalar) -> None:
    session = saved(sessions)
    found = newest(session)
    scalars = {**found.scalars, "fingerprint": odd, "settings": odd}
    lines = what_differs(dataclasses.replace(found, scalars=scalars), session.saving.origin)
    assert all(line.isprintable() for line in lines)


def test_a_checkpoint_that_says_nothing_of_its_origin_is_taken_as_it_is(
    sessions: Sessions,
) -> None:
    session = saved(sessions)
    save_checkpoint(session.directory.checkpoints, session.trainer.checkpoint())
    assert resumed(sessions, session).notices == ()


# -- which checkpoints stay ------------------------------------------------------------------


def losses(session: Session) -> dict[int, float]:
    session.flush()
    return {point.step: point.loss for point in session.metrics.held_out_after(0)}


def best_of(session: Session) -> Best:
    step, loss = min(losses(session).items(), key=lambda item: (item[1], item[0]))
    return Best(step, loss)


def test_the_best_is_saved_with_the_next_checkpoint_and_stays(sessions: Sessions) -> None:
    session = sessions.new(evaluate_every=5, checkpoint_every=50, learning_rate=0.01)
    train_to(session, 41)
    session.trainer.learning_rate_factor = 3000.0  # from here on it only gets worse
    train_to(session, 301)
    best = best_of(session)
    assert read_best(session.directory.checkpoints) == best
    assert best.step < 60
    assert list_checkpoints(session.directory.checkpoints) == (best.step, 200, 250, 300)
    checkpoint = load_checkpoint(session.directory.checkpoints, best.step).checkpoint
    assert checkpoint.scalars["held_out_loss"] == best.loss


def test_the_best_is_saved_although_the_weights_became_infinite(sessions: Sessions) -> None:
    session = sessions.new(evaluate_every=5)
    train_to(session, 7)
    best = session.trainer.held_out_loss
    session.trainer.flat[0] = math.inf
    with pytest.raises(CheckpointError, match="step 7 are not finite"):
        session.save()
    assert read_best(session.directory.checkpoints) == Best(5, best)
    assert load_checkpoint(session.directory.checkpoints).checkpoint.not_finite() == ()


def test_a_best_of_steps_that_are_no_longer_is_not_saved(sessions: Sessions) -> None:
    session = sessions.new(evaluate_every=5, checkpoint_every=1000)
    train_to(session, 3)
    session.turn("clip", 0.5)
    train_to(session, 7)
    session.undo()
    train_to(session, 4)
    session.close()
    assert list_checkpoints(session.directory.checkpoints) == (3, 4)


def test_every_so_many_steps_one_stays_for_good(sessions: Sessions) -> None:
    session = sessions.new(checkpoint_every=2, keep_every=7)
    train_to(session, 31)
    assert list_checkpoints(session.directory.checkpoints) == (7, 14, 21, 26, 28, 30)


def test_without_checkpoints_between_the_best_is_not_saved_either(sessions: Sessions) -> None:
    session = sessions.new(checkpoint_every=0, evaluate_every=2)
    train_to(session, 11)
    assert list_checkpoints(session.directory.checkpoints) == ()


def test_a_kill_between_the_save_and_its_note_costs_the_best_nothing(sessions: Sessions) -> None:
    session = sessions.new(evaluate_every=5, checkpoint_every=5)
    train_to(session, 6)
    (session.directory.checkpoints / "best.json").unlink()
    again = sessions.resumed(session)
    assert read_best(again.directory.checkpoints) == best_of(again) == Best(5, losses(again)[5])


def test_a_best_that_was_superseded_is_forgotten(sessions: Sessions) -> None:
    session = sessions.new(evaluate_every=5, checkpoint_every=4)
    train_to(session, 9)  # at 8 the best, that of 5, was written too
    for step in (5, 8):
        (session.directory.checkpoints / f"step-00000000{step}.json").write_text("{")
    again = sessions.resumed(session)
    assert again.trainer.step_number == 4
    assert read_best(again.directory.checkpoints) is None
    train_to(again, 9)
    assert read_best(again.directory.checkpoints) == best_of(again)
