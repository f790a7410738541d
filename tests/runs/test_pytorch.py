from __future__ import annotations

import numpy as np
import pytest

from rnn_tui.core.arrays import Array, Params
from rnn_tui.core.trace import trace
from rnn_tui.runs.errors import ConfigError
from rnn_tui.runs.pytorch import from_pytorch, to_pytorch

V, H, L, E = 5, 4, 2, 3


def state_dict(
    inputs: int = V, layers: int = L, rnn: str = "rnn.", fc: str = "fc.", seed: int = 1
) -> Params:
    """What ``model.state_dict()`` of an nn.RNN and an nn.Linear holds."""
    rng = np.random.default_rng(seed)
    found: Params = {}
    for k in range(layers):
        found[f"{rnn}weight_ih_l{k}"] = rng.standard_normal((H, H if k else inputs))
        found[f"{rnn}weight_hh_l{k}"] = rng.standard_normal((H, H))
        found[f"{rnn}bias_ih_l{k}"] = rng.standard_normal(H)
        found[f"{rnn}bias_hh_l{k}"] = rng.standard_normal(H)
    return found | {f"{fc}weight": rng.standard_normal((V, H)), f"{fc}bias": rng.standard_normal(V)}


def torch_logits(
    state: Params, x: Array, relu: bool = False, rnn: str = "rnn.", fc: str = "fc."
) -> Array:
    """The equations in the documentation of torch.nn.RNN and torch.nn.Linear; x is (T, I)."""
    layers = sum("weight_hh" in name for name in state)
    h = np.zeros((layers, H))
    logits = []
    for x_t in x:
        below = x_t
        for k in range(layers):
            W_ih, W_hh = state[f"{rnn}weight_ih_l{k}"], state[f"{rnn}weight_hh_l{k}"]
            b_ih, b_hh = state[f"{rnn}bias_ih_l{k}"], state[f"{rnn}bias_hh_l{k}"]
            z = W_ih @ below + b_ih + W_hh @ h[k] + b_hh
            below = h[k] = np.maximum(z, 0) if relu else np.tanh(z)
        logits.append(state[f"{fc}weight"] @ below + state[f"{fc}bias"])
    return np.array(logits)  # (T, V)


SYMBOLS = np.array([3, 0, 4, 4, 1, 2, 0])


def our_logits(params: Params, cell: str = "tanh") -> Array:
    layers = sum(name.endswith("W_hh") for name in params)
    inputs = SYMBOLS[:, np.newaxis]
    state = tuple(np.zeros((1, H)) for _ in range(layers))
    walk = trace(params, inputs, inputs, state, cell)
    return np.concatenate([stop.value for stop in walk if stop.name == "readout"])  # (T, V)


@pytest.mark.parametrize("cell", ["tanh", "relu"])
@pytest.mark.parametrize("layers", [1, 3])
def test_the_logits_are_those_of_pytorchs_equations(cell: str, layers: int) -> None:
    state = state_dict(layers=layers)
    expected = torch_logits(state, np.eye(V)[SYMBOLS], cell == "relu")
    np.testing.assert_allclose(our_logits(from_pytorch(state), cell), expected, rtol=1e-12)


def test_an_embedding_is_folded_into_the_first_layer() -> None:
    state = state_dict(inputs=E)
    embedding = np.random.default_rng(2).standard_normal((V, E))
    ours = from_pytorch({"embedding.weight": embedding, **state})
    assert ours["layer0.W_xh"].shape == (V, H)
    expected = torch_logits(state, embedding[SYMBOLS])
    np.testing.assert_allclose(our_logits(ours), expected, rtol=1e-12)


@pytest.mark.parametrize("bias", [True, False])
def test_an_embedding_as_wide_as_the_state_is_told_by_bias_or_name(bias: bool) -> None:
    state = state_dict(inputs=H)
    embedding = np.random.default_rng(2).standard_normal((V, H))
    expected = torch_logits(state | ({} if bias else {"fc.bias": np.zeros(V)}), embedding[SYMBOLS])
    if not bias:
        del state["fc.bias"]
    np.testing.assert_allclose(
        our_logits(from_pytorch({"emb.weight": embedding, **state})), expected, rtol=1e-12
    )
    if not bias:
        with pytest.raises(ConfigError, match="cannot tell readout and embedding"):
            from_pytorch({"lookup.weight": embedding, **state})


def test_biases_that_are_missing_are_zeros() -> None:
    state = state_dict()
    zeros = {k: np.zeros_like(v) if "bias" in k else v for k, v in state.items()}
    without = {k: v for k, v in state.items() if "bias" not in k}
    expected = torch_logits(zeros, np.eye(V)[SYMBOLS])
    np.testing.assert_allclose(our_logits(from_pytorch(without)), expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("rnn", "fc"), [("", "linear."), ("module.encoder.rnn.", "module.decoder."), ("rnn.", "")]
)
def test_any_prefix_will_do(rnn: str, fc: str) -> None:
    state = state_dict(rnn=rnn, fc=fc)
    expected = torch_logits(state, np.eye(V)[SYMBOLS], rnn=rnn, fc=fc)
    np.testing.assert_allclose(our_logits(from_pytorch(state)), expected, rtol=1e-12)


def test_a_single_rnn_cell_is_one_layer() -> None:
    state = state_dict(layers=1)
    cell = {name.replace("_l0", ""): value for name, value in state.items()}
    assert all(
        (a == b).all()
        for a, b in zip(from_pytorch(state).values(), from_pytorch(cell).values(), strict=True)
    )


def test_half_precision_keeps_its_numbers() -> None:
    state = {name: value.astype(np.float16) for name, value in state_dict().items()}
    ours = from_pytorch(state)
    assert ours["W_hy"].dtype == np.float64
    assert (ours["W_hy"] == state["fc.weight"].T).all()


def test_there_and_back_again_is_the_same_network() -> None:
    ours = from_pytorch(state_dict(layers=3))
    assert all(
        value.tobytes() == ours[name].tobytes()
        for name, value in from_pytorch(to_pytorch(ours)).items()
    )
    ours["layer0.b_h"][:] = -0.0
    assert np.signbit(from_pytorch(to_pytorch(ours))["layer0.b_h"]).all()
    assert to_pytorch(ours).keys() == state_dict(layers=3).keys()
