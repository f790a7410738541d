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

The gradient of ``b_h`` is that of each of the two biases; that of a folded ``W_xh`` is not that of
the embedding, but dE = dW_xh · weight_ih_l0.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import permutations
from typing import NamedTuple

import numpy as np

from rnn_tui.core.arrays import Array, Params
from rnn_tui.runs.errors import ConfigError

_RECURRENT = re.compile(
    r"(?P<prefix>(?:.*\.)?)(?P<kind>weight|bias)_(?P<to>ih|hh|hr)(?:_l(?P<layer>\d+))?"
    r"(?P<reverse>_reverse)?",
    re.ASCII | re.DOTALL,
)
_GATES = {3: "a GRU", 4: "an LSTM"}
_ADVICE = "this program reads nn.RNN, then nn.Linear, with one-hot inputs or an nn.Embedding"


class _Linear(NamedTuple):
    """A matrix that does not belong to the recurrent layers, and its bias."""

    name: str
    weight: Array
    bias: Array | None


def from_pytorch(tensors: Mapping[str, Array]) -> Params:
    """Parameters of ours, float64, from a state dict (see above). Raises ConfigError."""
    layers, rest = _recurrent_layers(tensors)
    H = layers[0]["weight_hh"].shape[1]
    readout, embedding = _readout_and_embedding(rest, H, layers[0]["weight_ih"].shape[1])
    params: Params = {}
    for k, layer in enumerate(layers):
        params[f"layer{k}.W_xh"] = layer["weight_ih"].T  # (I, H)
        params[f"layer{k}.W_hh"] = layer["weight_hh"].T  # (H, H)
        nothing = np.zeros(H)
        params[f"layer{k}.b_h"] = layer.get("bias_ih", nothing) + layer.get("bias_hh", nothing)
    if embedding is not None:
        params["layer0.W_xh"] = embedding.weight @ params["layer0.W_xh"]  # (V, H)
    params["W_hy"] = readout.weight.T  # (H, V)
    params["b_y"] = np.zeros(len(readout.weight)) if readout.bias is None else readout.bias  # (V,)
    return {name: np.ascontiguousarray(value) for name, value in params.items()}


def _recurrent_layers(tensors: Mapping[str, Array]) -> tuple[list[dict[str, Array]], Params]:
    """The arrays of each layer by kind, such as ``weight_ih``; and those of no layer."""
    found: dict[int, dict[str, Array]] = {}
    rest: Params = {}
    prefixes: set[str] = set()
    for name, value in tensors.items():
        match = _RECURRENT.fullmatch(name)
        wide = np.asarray(value, np.float64)
        if match is None:
            rest[name] = wide
            continue
        if match["reverse"]:
            raise ConfigError(f"{_short(name)} is of a bidirectional network: {_ADVICE}")
        if match["to"] == "hr":
            raise ConfigError(f"{_short(name)} is the projection of an LSTM: {_ADVICE}")
        prefixes.add(match["prefix"])
        layer = found.setdefault(int(match["layer"] or 0), {})
        layer[f"{match['kind']}_{match['to']}"] = wide
    if not found:
        raise ConfigError(f"the file holds no weight_ih_l0: {_ADVICE}")
    if len(prefixes) > 1:
        which = " and ".join(_short(prefix) or "no prefix" for prefix in sorted(prefixes)[:2])
        raise ConfigError(f"the file holds two recurrent networks, {which}: {_ADVICE}")
    return _checked_layers(found), rest


def _checked_layers(found: dict[int, dict[str, Array]]) -> list[dict[str, Array]]:
    H = 0
    for k in range(len(found)):
        layer = found.get(k, {})
        for kind in ("weight_ih", "weight_hh"):
            if kind not in layer:
                raise ConfigError(f"{kind}_l{k} is missing from the file")
        H = H or _hidden(layer["weight_hh"])
        _require(layer["weight_hh"], (H, H), f"weight_hh_l{k}")
        width = (layer["weight_ih"].shape or (0, 0))[-1] if k == 0 else H
        _require(layer["weight_ih"], (H, width), f"weight_ih_l{k}")
        for kind in ("bias_ih", "bias_hh"):
            _require(layer.get(kind, np.zeros(H)), (H,), f"{kind}_l{k}")
    return [found[k] for k in range(len(found))]


def _hidden(weight_hh: Array) -> int:
    """H; ConfigError where the rows say that the cell has gates."""
    rows, H = map(int, weight_hh.shape) if weight_hh.ndim == 2 else (0, 0)
    if not rows or not H:
        raise ConfigError(f"weight_hh_l0 has shape {weight_hh.shape}, expected (H, H)")
    gates = _GATES.get(rows // H) if rows % H == 0 else None
    if gates:
        raise ConfigError(
            f"weight_hh_l0 has {rows // H} x {H} rows, so it is of {gates}: {_ADVICE}"
        )
    return H


def _readout_and_embedding(rest: Params, H: int, width: int) -> tuple[_Linear, _Linear | None]:
    """What turns h into logits, and what turned symbols into vectors of size ``width``, if any."""
    linears = _linears(rest)
    if not linears:
        raise ConfigError(f"the file holds no nn.Linear weight (V, {H}) as a readout: {_ADVICE}")
    if len(linears) == 1:
        _require(linears[0].weight, (len(linears[0].weight), H), linears[0].name)
        if len(linears[0].weight) != width:
            raise ConfigError(
                f"the network reads vectors of {width} numbers and predicts"
                f" {len(linears[0].weight)} symbols: {_ADVICE}"
            )
        return linears[0], None
    fitting = [pair for pair in permutations(linears, 2) if _fit(*pair, H, width)]
    if len(fitting) > 1:  # by shape, either could be either
        fitting = [pair for pair in fitting if "emb" in pair[1].name.lower()]
    if len(fitting) != 1 or len(linears) > 2:
        names = ", ".join(f"{_short(linear.name)} {linear.weight.shape}" for linear in linears[:4])
        raise ConfigError(f"cannot tell readout and embedding among {names}: {_ADVICE}")
    return fitting[0]


def _fit(readout: _Linear, embedding: _Linear, H: int, width: int) -> bool:
    """Whether the shapes allow these two, (V, H) and (V, E); an embedding has no bias."""
    V = len(readout.weight)
    shapes = (readout.weight.shape, embedding.weight.shape) == ((V, H), (V, width))
    return shapes and embedding.bias is None


def _linears(rest: Params) -> list[_Linear]:
    """The matrices among the rest with their biases; ConfigError for all that is neither."""
    found, left = [], dict(rest)
    for name, value in rest.items():
        if value.ndim == 2 and name.rpartition(".")[2] == "weight":
            bias = left.pop(name.removesuffix("weight") + "bias", None)
            if bias is not None:
                _require(bias, (len(value),), name.removesuffix("weight") + "bias")
            found.append(_Linear(name, left.pop(name), bias))
    if left:
        name = next(iter(left))
        raise ConfigError(f"there is no place for {_short(name)} {left[name].shape}: {_ADVICE}")
    return found


def _require(array: Array, shape: tuple[int, ...], name: str) -> None:
    if array.shape != shape or 0 in shape:
        raise ConfigError(f"{_short(name)} has shape {array.shape}, expected {shape}")


def _short(name: str) -> str:
    return name[:60]
