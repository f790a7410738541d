"""A PyTorch network as one of ours: the state dict of ``nn.RNN`` and ``nn.Linear``.

PyTorch keeps matrices with the outputs as rows and adds two biases; ours has row vectors and one
bias, so that, for k = 0..L-1 (torch.nn.RNN's documentation gives the equations):

===========================  ===================  ===============================================
state dict                   shape                here
===========================  ===================  ===============================================
``weight_ih_l{k}``           (H, I), k > 0 (H, H) ``layer{k}.W_xh`` (I, H) is its transpose
``weight_hh_l{k}``           (H, H)               ``layer{k}.W_hh`` (H, H) is its transpose
``bias_ih_l{k}``             (H,)                 ``layer{k}.b_h`` (H,) is the sum of both
``bias_hh_l{k}``             (H,)
``weight`` of the Linear     (V, H)               ``W_hy`` (H, V) is its transpose
``bias`` of the Linear       (V,)                 ``b_y`` (V,)
``weight`` of an Embedding   (V, E), E = I        ``layer0.W_xh`` (V, H) = weight · weight_ih_l0ᵀ
===========================  ===================  ===============================================

A bias that is missing is zeros. Names may have any prefix (``rnn.``, ``module.fc.``); what is the
readout and what the embedding is told by shape, by the bias, and, where both would fit, by "emb" in
the name. ``nn.RNNCell`` (no ``_l{k}``) is a single layer. The nonlinearity is not in a state dict:
it is said with ``--cell``. Whatever else a state dict holds is refused, for the network would be
another one without it.

In the other direction b_h is ``bias_ih_l{k}``, ``bias_hh_l{k}`` is zeros, and the layers are
called ``rnn.`` and ``fc.``, as ``load_state_dict`` of a module with an nn.RNN and an nn.Linear of
these names takes them, strictly. There and back again leaves every bit as it was.

The gradient of ``b_h`` is that of each of the two biases; that of a folded ``W_xh`` is not that of
the embedding, but dE = dW_xh · weight_ih_l0.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import permutations
from typing import NamedTuple, TypeAlias

import numpy as np

from rnn_tui.core.arrays import Array, Params
from rnn_tui.runs.errors import ConfigError
from rnn_tui.runs.tensor_file import listed

Shape: TypeAlias = tuple[int, ...]
Shapes: TypeAlias = Mapping[str, Shape]

_RECURRENT = re.compile(
    r"(?P<prefix>(?:.*\.)?)(?P<kind>weight|bias)_(?P<to>ih|hh|hr)(?:_l(?P<layer>\d{1,4}))?"
    r"(?P<reverse>_reverse)?",
    re.ASCII | re.DOTALL,
)
_GATES = {3: "a GRU", 4: "an LSTM"}
_ADVICE = "this program reads nn.RNN, then nn.Linear, with one-hot inputs or an nn.Embedding"


class _Linear(NamedTuple):
    """A matrix that does not belong to the recurrent layers, and its bias, by their names."""

    weight: str
    bias: str | None
    shape: Shape


class Layout(NamedTuple):
    """Which array of a state dict is what, by their names."""

    layers: tuple[Mapping[str, str], ...]  # of each layer by kind, such as weight_ih
    readout: _Linear
    embedding: _Linear | None


def from_pytorch(tensors: Mapping[str, Array]) -> Params:
    """Parameters of ours, float64, from a state dict (see above). Raises ConfigError."""
    found = layout({name: np.shape(value) for name, value in tensors.items()})
    wide = {name: np.asarray(value, np.float64) for name, value in tensors.items()}
    params: Params = {}
    for k, layer in enumerate(found.layers):
        params[f"layer{k}.W_xh"] = wide[layer["weight_ih"]].T  # (I, H)
        params[f"layer{k}.W_hh"] = wide[layer["weight_hh"]].T  # (H, H)
        params[f"layer{k}.b_h"] = _sum_of_biases(layer, wide)  # (H,)
    if found.embedding is not None:
        params["layer0.W_xh"] = wide[found.embedding.weight] @ params["layer0.W_xh"]  # (V, H)
    readout, bias = wide[found.readout.weight], found.readout.bias
    params["W_hy"] = readout.T  # (H, V)
    params["b_y"] = np.zeros(len(readout)) if bias is None else wide[bias]  # (V,)
    return {name: np.ascontiguousarray(value) for name, value in params.items()}


def _sum_of_biases(layer: Mapping[str, str], wide: Params) -> Array:
    """The bias of a layer (H,). Where one of the two is 0 the other stays, a minus zero too."""
    nothing = np.zeros(wide[layer["weight_hh"]].shape[0])
    one, two = (wide[layer[k]] if k in layer else nothing for k in ("bias_ih", "bias_hh"))
    return np.where(two == 0, one, one + two)


def to_pytorch(params: Params) -> Params:
    """The state dict of an nn.RNN called ``rnn`` and an nn.Linear called ``fc``; copies."""
    found: Params = {}
    layers = sum(name.endswith(".W_hh") for name in params)
    for k in range(layers):
        found[f"rnn.weight_ih_l{k}"] = params[f"layer{k}.W_xh"].T  # (H, I)
        found[f"rnn.weight_hh_l{k}"] = params[f"layer{k}.W_hh"].T  # (H, H)
        found[f"rnn.bias_ih_l{k}"] = params[f"layer{k}.b_h"]  # (H,)
        found[f"rnn.bias_hh_l{k}"] = np.zeros_like(params[f"layer{k}.b_h"])
    found |= {"fc.weight": params["W_hy"].T, "fc.bias": params["b_y"]}  # (V, H), (V,)
    return {name: np.array(value, order="C") for name, value in found.items()}


def layout(shapes: Shapes) -> Layout:
    """What each array is, told by names and shapes alone. ConfigError lists all that is wrong."""
    faults: list[str] = []
    found, rest = _recurrent(shapes, faults)
    if not found:
        raise ConfigError(f"the file holds no weight_ih_l0: {_ADVICE}")
    H = _hidden(shapes, found, faults)
    width = _width(shapes, found)
    layers = [found.get(k, {}) for k in range(max(found) + 1)]
    if H:
        for k, layer in enumerate(layers):
            _check_layer(shapes, layer, k, H, H if k else width, faults)
    linears = _linears(shapes, rest, faults)
    if not linears:
        faults.append(f"the file holds no nn.Linear weight (V, {H or 'H'}) as a readout")
    if len(linears) == 1 and H:
        _check_readout(linears[0], H, width, faults)
    if faults:
        raise ConfigError(f"{listed(faults)}: {_ADVICE}")
    return Layout(tuple(layers), *_readout_and_embedding(linears, H, width))


def _recurrent(
    shapes: Shapes, faults: list[str]
) -> tuple[dict[int, dict[str, str]], dict[str, Shape]]:
    """The names in each layer by kind, such as ``weight_ih``; and what belongs to no layer."""
    found: dict[int, dict[str, str]] = {}
    rest: dict[str, Shape] = {}
    prefixes: set[str] = set()
    for name, shape in shapes.items():
        match = _RECURRENT.fullmatch(name)
        if match is None:
            rest[name] = shape
        elif match["reverse"]:
            faults.append(f"{_short(name)} is of a bidirectional network")
        elif match["to"] == "hr":
            faults.append(f"{_short(name)} is the projection of an LSTM")
        else:
            prefixes.add(match["prefix"])
            layer = found.setdefault(int(match["layer"] or 0), {})
            kind = f"{match['kind']}_{match['to']}"
            if layer.setdefault(kind, name) != name and len(prefixes) == 1:
                faults.append(f"{_short(layer[kind])} and {_short(name)} are the same")
    if len(prefixes) > 1:
        which = " and ".join(_short(prefix) or "no prefix" for prefix in sorted(prefixes)[:2])
        faults.append(f"the file holds two recurrent networks, {which}")
    return found, rest


def _hidden(shapes: Shapes, found: Mapping[int, Mapping[str, str]], faults: list[str]) -> int:
    """H; 0 where it cannot be told. The rows say whether the cell has gates."""
    name = found.get(0, {}).get("weight_hh")
    if name is None:
        faults.append("weight_hh_l0 is missing")
        return 0
    rows, H = shapes[name] if len(shapes[name]) == 2 else (0, 0)
    gates = _GATES.get(rows // H) if H and rows % H == 0 else None
    if gates:
        faults.append(f"{_short(name)} has {rows // H} x {H} rows, so it is of {gates}")
    elif not rows or not H:
        faults.append(f"{_short(name)} has shape {shapes[name]}, expected (H, H)")
    return 0 if gates else H


def _width(shapes: Shapes, found: Mapping[int, Mapping[str, str]]) -> int:
    """I, how many numbers a vector has that the first layer reads."""
    shape = shapes.get(found.get(0, {}).get("weight_ih", ""), ())
    return shape[-1] if shape else 0


def _check_layer(
    shapes: Shapes, layer: Mapping[str, str], k: int, H: int, width: int, faults: list[str]
) -> None:
    expected = {"weight_ih": (H, width), "weight_hh": (H, H), "bias_ih": (H,), "bias_hh": (H,)}
    for kind, shape in expected.items():
        if kind in layer:
            _compare(layer[kind], shapes[layer[kind]], shape, faults)
        elif kind.startswith("weight") and f"{kind}_l{k} is missing" not in faults:
            faults.append(f"{kind}_l{k} is missing")


def _linears(shapes: Shapes, rest: Mapping[str, Shape], faults: list[str]) -> list[_Linear]:
    """The matrices among the rest with their biases; all that is neither is a fault."""
    found, left = [], dict(rest)
    for name, shape in rest.items():
        if len(shape) == 2 and name.rpartition(".")[2] == "weight":
            bias = name.removesuffix("weight") + "bias"
            if left.pop(bias, None) is not None:
                _compare(bias, shapes[bias], shape[:1], faults)
            found.append(_Linear(name, bias if bias in rest else None, left.pop(name)))
    faults.extend(f"there is no place for {_short(name)} {shape}" for name, shape in left.items())
    return found


def _readout_and_embedding(
    linears: list[_Linear], H: int, width: int
) -> tuple[_Linear, _Linear | None]:
    """What turns h into logits, and what turned symbols into vectors of size ``width``, if any."""
    if len(linears) == 1:
        return linears[0], None
    fitting = [pair for pair in permutations(linears, 2) if _fit(*pair, H, width)]
    if len(fitting) > 1:  # by shape, either could be either
        fitting = [pair for pair in fitting if "emb" in pair[1].weight.lower()]
    if len(fitting) != 1 or len(linears) > 2:
        names = ", ".join(f"{_short(linear.weight)} {linear.shape}" for linear in linears[:4])
        raise ConfigError(f"cannot tell readout and embedding among {names}: {_ADVICE}")
    return fitting[0]


def _check_readout(linear: _Linear, H: int, width: int, faults: list[str]) -> None:
    """The readout of a network that reads one-hot vectors."""
    V = linear.shape[0]
    _compare(linear.weight, linear.shape, (V, H), faults)
    if width != V:
        faults.append(f"the network reads vectors of {width} numbers and predicts {V} symbols")


def _fit(readout: _Linear, embedding: _Linear, H: int, width: int) -> bool:
    """Whether the shapes allow these two, (V, H) and (V, E); an embedding has no bias."""
    V = readout.shape[0]
    shapes = (readout.shape, embedding.shape) == ((V, H), (V, width))
    return shapes and V > 0 and embedding.bias is None


def _compare(name: str, shape: Shape, expected: Shape, faults: list[str]) -> None:
    if shape != expected or 0 in expected:
        faults.append(f"{_short(name)} has shape {shape}, expected {expected}")


def _short(name: str) -> str:
    return name[:60]
