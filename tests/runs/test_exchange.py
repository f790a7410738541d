from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.core.arrays import Array, Params
from rnn_tui.core.model import Workspace
from rnn_tui.core.parameters import (
    Architecture,
    architecture_of,
    flat_parameters,
    parameter_shapes,
    zero_state,
)
from rnn_tui.runs.errors import ConfigError
from rnn_tui.runs.exchange import (
    KEY,
    StoredNetwork,
    loading_lines,
    not_finite,
    read_network,
    to_file,
)
from rnn_tui.runs.network_symbols import in_ascending_order
from rnn_tui.text.vocabulary import Vocabulary
from tests.extras import needs

LETTERS = Vocabulary("character", tuple("\n\"'abé\U0001f600"))
V = len(LETTERS)


def network(layers: int = 1, hidden: int = 4, dtype: str = "float32", V: int = V) -> Params:
    shapes = parameter_shapes(Architecture(V, hidden, layers, V))
    flat, params = flat_parameters(shapes, dtype)
    flat[:] = np.random.default_rng(7).standard_normal(flat.size)
    return params


def exchanged(tmp_path: Path, params: Params, cell: str = "tanh") -> StoredNetwork:
    path = tmp_path / "n.safetensors"
    path.write_bytes(to_file(params, LETTERS, cell, "otter", 12))
    return read_network(path)


# -- there and back --------------------------------------------------------------------------------

numbers = {
    width: st.floats(width=width, allow_nan=False, allow_infinity=False) for width in (32, 64)
}


@given(st.data(), st.integers(1, 3), st.integers(1, 3), st.sampled_from([32, 64]))
def test_every_bit_comes_back(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, layers: int, H: int, width: Any
) -> None:
    shapes = parameter_shapes(Architecture(V, H, layers, V))
    flat, params = flat_parameters(shapes, f"float{width}")
    some = data.draw(st.lists(numbers[width], min_size=1, max_size=9))
    flat[:] = np.resize(np.array(some, flat.dtype), flat.size)
    found = exchanged(tmp_path_factory.mktemp("n"), params)
    assert found.precision == f"float{width}"
    assert (found.V, found.hidden, found.layers) == (V, H, layers)
    assert found.params.keys() == params.keys()
    for name, value in params.items():
        assert found.params[name].astype(value.dtype).tobytes() == value.tobytes()


def test_symbols_and_cell_are_read_back(tmp_path: Path) -> None:
    found = exchanged(tmp_path, network(), "relu")
    assert found.note is not None
    assert (found.note.cell, found.note.run, found.note.step) == ("relu", "otter", 12)
    assert found.noted_symbols("character") == "".join(LETTERS.symbols)
    with pytest.raises(ConfigError, match="reads characters, not bytes: use --symbols character"):
        found.noted_symbols("byte")


def test_the_names_are_those_of_pytorch() -> None:
    arrays = safetensors.numpy.load(to_file(network(2), LETTERS, "tanh", "otter", 0))
    assert {name: array.shape for name, array in arrays.items()} == {
        "rnn.weight_ih_l0": (4, V),
        "rnn.weight_hh_l0": (4, 4),
        "rnn.weight_ih_l1": (4, 4),
        "rnn.weight_hh_l1": (4, 4),
        **{f"rnn.bias_{to}h_l{k}": (4,) for to in "ih" for k in (0, 1)},
        "fc.weight": (V, 4),
        "fc.bias": (V,),
    }
    assert not arrays["rnn.bias_hh_l0"].any()


def test_the_same_network_is_the_same_bytes_in_another_process() -> None:
    code = (
        "import hashlib; from tests.runs.test_exchange import *;"
        "print(hashlib.sha256(to_file(network(2), LETTERS, 'tanh', 'a', 1)).hexdigest())"
    )
    command = [sys.executable, "-c", code]
    found = subprocess.run(command, capture_output=True, check=True, text=True, cwd=ROOT).stdout
    here = to_file(network(2), LETTERS, "tanh", "a", 1)
    assert found.strip() == hashlib.sha256(here).hexdigest()


ROOT = Path(__file__).parents[2]


def test_a_network_in_another_order_is_the_same_network() -> None:
    params = network()
    order = tuple(reversed(LETTERS.symbols))
    turned = in_ascending_order(params, order)
    assert (turned["layer0.W_xh"] == params["layer0.W_xh"][::-1]).all()
    assert (turned["W_hy"] == params["W_hy"][:, ::-1]).all()
    assert (turned["b_y"] == params["b_y"][::-1]).all()


# -- what is refused, or told ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "note",
    [
        *("", "null", "[]", "{}", "[" * 50_000, '{"symbols":"word","vocabulary":"","cell":"tanh"}'),
        *('{"symbols":"byte","vocabulary":1,"cell":"tanh"}', '{"vocabulary":"\\ud800"}'),
    ],
)
def test_a_note_that_is_damaged_is_refused(tmp_path: Path, note: str) -> None:
    path = tmp_path / "n.safetensors"
    arrays = safetensors.numpy.load(to_file(network(), LETTERS, "tanh", "otter", 12))
    safetensors.numpy.save_file(arrays, path, {KEY: note})
    with pytest.raises(ConfigError, match=r"n\.safetensors: its metadata rnn-tui is damaged"):
        read_network(path)


def test_a_checkpoint_is_told_from_a_state_dict(tmp_path: Path) -> None:
    path = tmp_path / "step.safetensors"
    safetensors.numpy.save_file({"params/W_hy": np.ones((2, 2)), "state/000": np.ones(2)}, path)
    with pytest.raises(ConfigError, match="checkpoint of a run, no state dict: rnn-tui export"):
        read_network(path)


def test_weights_that_are_not_finite_are_counted(tmp_path: Path) -> None:
    params = network()
    assert not_finite(params) == ""
    params["W_hy"][0, :2] = np.nan
    params["b_y"][3] = -np.inf
    found = exchanged(tmp_path, params)
    assert not_finite(found.params) == f"W_hy: 2 of {4 * V}, b_y: 1 of {V}"


# -- in PyTorch itself -----------------------------------------------------------------------------


def our_logits(params: Params, symbols: Array, cell: str) -> Array:
    """Logits (T, B, V) by the fast path."""
    architecture, dtype = architecture_of(params, cell), params["b_y"].dtype
    T, B = symbols.shape
    workspace = Workspace(architecture, T, B, dtype)
    return workspace.forward(params, symbols, zero_state(architecture, B, dtype))


@needs("pytorch", "torch")
@pytest.mark.parametrize("cell", ["tanh", "relu"])
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-5), ("float64", 1e-12)])
def test_pytorch_loads_it_as_told_and_computes_the_same(
    tmp_path: Path, cell: str, layers: int, dtype: str, tolerance: float
) -> None:
    path, params = tmp_path / "it's.safetensors", network(layers, 5, dtype)
    path.write_bytes(to_file(params, LETTERS, cell, "otter", 12))
    symbols = np.random.default_rng(1).integers(0, V, (9, 2))
    code = [
        *loading_lines(str(path), params, cell),
        f"x = torch.nn.functional.one_hot(torch.tensor({symbols.tolist()}), {V})",
        "h, _ = network['rnn'](x.to(network['fc'].weight.dtype))",
        "y = network['fc'](h)",
        "print(json.dumps([vocabulary, str(y.dtype), y.tolist()]))",
    ]
    command = [sys.executable, "-c", "\n".join(code)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    vocabulary, kind, theirs = json.loads(done.stdout)
    assert (vocabulary, kind) == ("".join(LETTERS.symbols), f"torch.{dtype}")
    np.testing.assert_allclose(theirs, our_logits(params, symbols, cell), rtol=0, atol=tolerance)


SAVING = """
import sys, torch, safetensors.torch
torch.manual_seed(3)
class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Embedding(7, 3)
        self.encoder = torch.nn.RNN(3, 5, 2, nonlinearity="relu")
        self.head = torch.nn.Linear(5, 7)
    def forward(self, x):
        return self.head(self.encoder(self.embedding(x))[0])
model = Model()
safetensors.torch.save_file(model.state_dict(), sys.argv[1])
x = torch.tensor([[0], [6], [3], [3]])
print(model(x).tolist())
"""


@needs("pytorch", "torch")
def test_a_network_that_pytorch_saved_computes_the_same_here(tmp_path: Path) -> None:
    path = str(tmp_path / "m.safetensors")
    command = [sys.executable, "-c", SAVING, path]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    found = read_network(Path(path))
    assert (found.V, found.hidden, found.layers, found.precision) == (7, 5, 2, "float32")
    ours = our_logits(found.params, np.array([[0], [6], [3], [3]]), "relu")
    np.testing.assert_allclose(ours, json.loads(done.stdout), rtol=0, atol=1e-6)
