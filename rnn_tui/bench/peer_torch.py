"""The same training step in PyTorch, eager, on one thread."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from rnn_tui.bench.rule import Make, Rule
from rnn_tui.core.arrays import Array, Params
from rnn_tui.text.batches import Window


def forms() -> dict[str, Make]:
    """Two ways to write it, of which the quicker one counts; ImportError without PyTorch.

    ``nn.RNN`` multiplies whatever it reads with its input weights. The cheapest that it can be
    given is one-hot vectors, themselves looked up (a product of T B V H, small at V = 65); an
    embedding before it would add one of T B H H, and compute something else. The other form looks
    rows of W_xh up, as we do, and pays for it with a loop in Python: it was 1 to 18% quicker at
    every shape of the grid. Adam is ``fused``; ``foreach`` and the default were measured with
    ``nn.RNN``, and were slower than that loop everywhere.
    """
    torch = import_module("torch")
    torch.set_num_threads(1)

    return {
        "nn.RNN": lambda params, rule: _OneHot(torch, params, rule),
        "look-up and loop": lambda params, rule: _LookUp(torch, params, rule),
    }


class _Network:
    """What both forms share: the readout, the loss, clipping and Adam."""

    def __init__(self, torch: Any, params: Mapping[str, Array], rule: Rule) -> None:
        self.torch, self.rule = torch, rule
        self.V = len(params["b_y"])
        self.readout = torch.nn.Linear(*params["W_hy"].shape)
        self.readout.weight.data = self._tensor(params["W_hy"].T)  # (V, H)
        self.readout.bias.data = self._tensor(params["b_y"])
        self.trained = [*self._recurrent(params), *self.readout.parameters()]
        options = {"lr": rule.learning_rate, "betas": (rule.beta1, rule.beta2), "eps": rule.epsilon}
        self.optimizer = torch.optim.Adam(self.trained, fused=True, **options)
        self.h: Any = None  # (1, B, H); None is zeros
        self._loss = torch.tensor(float("nan"))

    def _tensor(self, array: Array) -> Any:
        return self.torch.from_numpy(array.copy(order="C"))

    def _recurrent(self, params: Mapping[str, Array]) -> list[Any]:
        """The trained parameters of the layer."""
        raise NotImplementedError

    def _hidden(self, x: Any) -> Any:
        """All hidden states (T, B, H) of symbols (T, B); ``h`` becomes the last."""
        raise NotImplementedError

    @property
    def loss(self) -> float:
        """Of the last step."""
        return float(self._loss.item())

    def step(self, window: Window) -> None:
        """One window of symbols ``(T, B)``."""
        x = self.torch.from_numpy(window.inputs.copy())
        targets = self.torch.from_numpy(window.targets.copy())
        if window.reset:
            self.h = None
        logits = self.readout(self._hidden(x))  # (T, B, V)
        loss = self.torch.nn.functional.cross_entropy(logits.view(-1, self.V), targets.view(-1))
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.torch.nn.utils.clip_grad_norm_(self.trained, self.rule.clip)
        self.optimizer.step()
        self.h, self._loss = self.h.detach(), loss.detach()

    def wait(self) -> None:
        """Eager code on a processor is done when it returns."""


class _OneHot(_Network):
    """``nn.RNN`` on one-hot vectors, which are looked up; its second bias stays zero."""

    def _recurrent(self, params: Mapping[str, Array]) -> list[Any]:
        W_xh, W_hh, b_h = (params[f"layer0.{name}"] for name in ("W_xh", "W_hh", "b_h"))
        self.rnn = rnn = self.torch.nn.RNN(*W_xh.shape)
        rnn.weight_ih_l0.data, rnn.weight_hh_l0.data = self._tensor(W_xh.T), self._tensor(W_hh.T)
        rnn.bias_ih_l0.data = self._tensor(b_h)
        rnn.bias_hh_l0.data = self._tensor(b_h * 0)
        rnn.bias_hh_l0.requires_grad_(False)
        self.one_hot = self.torch.eye(self.V, dtype=rnn.bias_ih_l0.dtype)  # (V, V)
        return [p for p in rnn.parameters() if p.requires_grad]

    def _hidden(self, x: Any) -> Any:
        hidden, self.h = self.rnn(self.torch.nn.functional.embedding(x, self.one_hot), self.h)
        return hidden

    @property
    def params(self) -> Params:
        """Under our names."""
        rnn, readout = self.rnn, self.readout
        return {
            "layer0.W_xh": rnn.weight_ih_l0.detach().numpy().T,
            "layer0.W_hh": rnn.weight_hh_l0.detach().numpy().T,
            "layer0.b_h": rnn.bias_ih_l0.detach().numpy(),
            "W_hy": readout.weight.detach().numpy().T,
            "b_y": readout.bias.detach().numpy(),
        }


class _LookUp(_Network):
    """Rows of W_xh, and the recurrence step by step."""

    def _recurrent(self, params: Mapping[str, Array]) -> list[Any]:
        parameter = self.torch.nn.Parameter
        self.W_xh, self.W_hh, self.b_h = (
            parameter(self._tensor(params[f"layer0.{name}"])) for name in ("W_xh", "W_hh", "b_h")
        )
        return [self.W_xh, self.W_hh, self.b_h]

    def _hidden(self, x: Any) -> Any:
        a = self.torch.nn.functional.embedding(x, self.W_xh) + self.b_h  # (T, B, H)
        h = self.torch.zeros_like(a[0]) if self.h is None else self.h  # (B, H)
        states = []
        for a_t in a.unbind(0):
            h = self.torch.addmm(a_t, h, self.W_hh).tanh()  # (B, H)
            states.append(h)
        self.h = h
        return self.torch.stack(states)  # (T, B, H)

    @property
    def params(self) -> Params:
        """Under our names."""
        return {
            "layer0.W_xh": self.W_xh.detach().numpy(),
            "layer0.W_hh": self.W_hh.detach().numpy(),
            "layer0.b_h": self.b_h.detach().numpy(),
            "W_hy": self.readout.weight.detach().numpy().T,
            "b_y": self.readout.bias.detach().numpy(),
        }
