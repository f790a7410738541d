"""Row C6 of the table of faults: files with the right names and the wrong shapes, and so on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.core.arrays import Array, Params
from rnn_tui.runs.checkpoint import Checkpoint
from rnn_tui.runs.errors import CheckpointError, ConfigError
from rnn_tui.runs.pytorch import from_pytorch
from rnn_tui.runs.tensors import from_bytes, to_bytes
from rnn_tui.training.trainer import Trainer
from tests.runs.test_pytorch import state_dict
from tests.training.conftest import everything, make_trainer

# -- checkpoints of a run ----------------------------------------------------------------------


def trained() -> Trainer:
    trainer = make_trainer(layers=2)
    for _ in range(3):
        trainer.step()
    return trainer


TRAINED = trained()
GOOD = from_bytes(to_bytes(TRAINED.checkpoint()), "good")
NAMES = tuple(GOOD.params)


def other(array: Array, how: str) -> Array:
    """An array of another shape or dtype."""
    if how == "dtype":
        return array.astype(np.float64)
    return {"turned": array[..., np.newaxis], "flat": array.ravel()[:-1], "empty": array[:0]}[how]


@given(st.data())
def test_c6_a_checkpoint_of_another_network_is_refused_with_each_difference(
    data: st.DataObject,
) -> None:
    kinds = st.sampled_from(["missing", "dtype", "turned", "flat", "empty"])
    wrong = data.draw(st.dictionaries(st.sampled_from(NAMES), kinds, min_size=1, max_size=4))
    extra = data.draw(st.lists(st.from_regex(r"[a-z]{1,9}", fullmatch=True), max_size=2))
    params = {
        name: other(array, wrong[name]) if name in wrong else array
        for name, array in GOOD.params.items()
        if wrong.get(name) != "missing"
    } | {name: np.ones(2, np.float32) for name in extra}
    order = data.draw(st.permutations(list(params)))
    checkpoint = replace(GOOD, params={name: params[name] for name in order})
    trainer = make_trainer(layers=2)
    before = everything(trainer)
    with pytest.raises(CheckpointError, match="this checkpoint is of another network: ") as refused:
        trainer.restore(from_bytes(to_bytes(checkpoint), "x"))
    for name in (*wrong, *extra):
        assert name in str(refused.value)
    assert everything(trainer) == before


@given(st.permutations(NAMES))
def test_c6_the_order_of_the_arrays_says_nothing(order: list[str]) -> None:
    trainer = make_trainer(layers=2)
    trainer.restore(replace(GOOD, params={name: GOOD.params[name] for name in order}))
    assert everything(trainer) == everything(TRAINED)


MOMENTS, STATE = GOOD.moments, GOOD.state
PARTS: dict[str, tuple[dict[str, Any], str]] = {
    "no moments": ({"moments": {}}, "has the moments"),
    "one moment too many": ({"moments": {**MOMENTS, "x": np.ones(2)}}, "has the moments"),
    "a short moment": (
        {"moments": {name: value[:-1] for name, value in MOMENTS.items()}},
        "moment mean of adam must be float32 of shape",
    ),
    "a wide moment": (
        {"moments": {name: value.astype(np.float64) for name, value in MOMENTS.items()}},
        "must be float32",
    ),
    "no state": ({"state": ()}, "the state has 0 layers, expected 2"),
    "another batch": ({"state": tuple(h[:1] for h in STATE)}, "state of layer 0 has shape"),
    "no scalars": ({"scalars": {}}, "optimizer_steps"),
    "a text for a number": ({"scalars": {**GOOD.scalars, "position": "x"}}, "invalid literal"),
    "a place behind the text": ({"scalars": {**GOOD.scalars, "position": 10**9}}, "position"),
    "knobs that are none": ({"scalars": {**GOOD.scalars, "knobs": "[]"}}, "Expected"),
}


@pytest.mark.parametrize("what", PARTS)
def test_c6_what_stands_beside_the_weights_has_to_fit_too(what: str) -> None:
    changes, told = PARTS[what]
    trainer = make_trainer(layers=2)
    weights = trainer.flat.tobytes()
    checkpoint: Checkpoint = replace(GOOD, **changes)
    with pytest.raises(CheckpointError, match="the checkpoint does not fit this run") as refused:
        trainer.restore(checkpoint)
    assert told in str(refused.value)
    assert trainer.flat.tobytes() == weights


# -- state dicts of PyTorch --------------------------------------------------------------------

V, H = 5, 4


def gated(gates: int) -> Params:
    return {
        "rnn.weight_ih_l0": np.ones((gates * H, V)),
        "rnn.weight_hh_l0": np.ones((gates * H, H)),
        "fc.weight": np.ones((V, H)),
    }


def changed(**arrays: Array | None) -> Params:
    found = state_dict() | {name.replace("__", "."): array for name, array in arrays.items()}
    return {name: array for name, array in found.items() if array is not None}


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (gated(4), "of an LSTM"),
        (gated(3), "of a GRU"),
        (changed(rnn__weight_ih_l0_reverse=np.ones((H, V))), "bidirectional"),
        (changed(rnn__weight_hr_l0=np.ones((2, H))), "projection"),
        (changed(norm__weight=np.ones(H)), "no place for norm.weight"),
        (changed(fc2__weight=np.ones((V, V)), fc2__bias=np.ones(V)), "cannot tell readout"),
        (changed(fc__weight=None), "no place for fc.bias"),
        (changed(fc__weight=None, fc__bias=None), "no nn.Linear weight"),
        (changed(rnn__weight_hh_l1=None), "weight_hh_l1 is missing"),
        (changed(rnn__bias_ih_l1=np.ones(H + 1)), "bias_ih_l1 has shape"),
        (changed(rnn__weight_hh_l0=np.ones(H)), "weight_hh_l0 has shape"),
        (changed(rnn__weight_hh_l0=np.ones((H, 0))), "weight_hh_l0 has shape"),
        (changed(rnn__weight_ih_l0=np.ones(())), "weight_ih_l0 has shape"),
        (changed(rnn__weight_ih_l0=np.ones((H, 7))), "reads vectors of 7 numbers"),
        (changed(other__weight_hh_l0=np.ones((H, H))), "two recurrent networks"),
        ({"fc.weight": np.ones((V, H))}, "no weight_ih_l0"),
        ({}, "no weight_ih_l0"),
    ],
)
def test_c6_what_is_no_such_network_is_refused_in_one_sentence(state: Params, told: str) -> None:
    with pytest.raises(ConfigError) as refused:
        from_pytorch(state)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def test_c6_everything_that_is_wrong_is_listed_one_by_one() -> None:
    state = changed(
        rnn__weight_hh_l1=np.ones((H, H + 1)),
        rnn__bias_ih_l0=np.ones(2),
        norm__weight=np.ones(H),
        fc__bias=np.ones(V + 1),
    )
    with pytest.raises(ConfigError) as refused:
        from_pytorch(state)
    assert str(refused.value).split(": ")[0].split("; ") == [
        "rnn.bias_ih_l0 has shape (2,), expected (4,)",
        "rnn.weight_hh_l1 has shape (4, 5), expected (4, 4)",
        "fc.bias has shape (6,), expected (5,)",
        "there is no place for norm.weight (4,)",
    ]


@given(st.data())
def test_c6_whatever_is_wrong_is_named(data: st.DataObject) -> None:
    """Shapes that are wrong, weights that are missing, arrays too many, in any order."""
    state = state_dict(layers=3)
    names = [name for name in state if name not in ("rnn.weight_hh_l0", "rnn.weight_ih_l0")]
    wrong = data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=4, unique=True))
    for name in wrong:
        shape = data.draw(st.lists(st.integers(0, 3), max_size=4))
        if name.startswith("rnn.weight") and data.draw(st.booleans()):
            del state[name]
        else:
            state[name] = np.ones([7, *shape])
    extra = data.draw(st.lists(st.from_regex(r"x\.[a-z]{1,9}", fullmatch=True), max_size=2))
    state |= {name: np.ones(1) for name in extra}
    shuffled = data.draw(st.permutations(list(state)))
    with pytest.raises(ConfigError) as refused:
        from_pytorch({name: state[name] for name in shuffled})
    for name in (*wrong, *extra):
        assert name.removeprefix("rnn.") in str(refused.value)


def test_c6_of_very_many_faults_the_first_are_listed() -> None:
    with pytest.raises(ConfigError, match="and 80 more: this program reads"):
        from_pytorch(state_dict() | {f"x{i}": np.ones(3) for i in range(90)})


def test_c6_two_names_for_one_array_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"rnn\.weight_hh_l0 and rnn\.weight_hh are the same"):
        from_pytorch(changed(rnn__weight_hh=np.ones((H, H))))
    with pytest.raises(ConfigError, match=r"no place for rnn\.weight_hh_l99999 "):
        from_pytorch(changed(rnn__weight_hh_l99999=np.ones((H, H))))
