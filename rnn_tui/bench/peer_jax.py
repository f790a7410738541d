"""The same training step in JAX, one compiled function with donated buffers, on one thread."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final, NamedTuple

import numpy as np

from rnn_tui.bench.rule import Make, Rule
from rnn_tui.core.arrays import Array, Params
from rnn_tui.text.batches import Window

NAMES: Final = ("layer0.W_xh", "layer0.W_hh", "layer0.b_h", "W_hy", "b_y")
FLAGS: Final = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
"""One thread; that the process is kept on one core decides it where these are not heeded."""

UNROLLED: Final = 32
"""So many time steps are unrolled altogether: more take too long to compile."""


def forms() -> dict[str, Make]:
    """The way to write it that was quickest of those tried; ImportError without JAX.

    Rows of W_xh are looked up, all products that need not wait for h_{t-1} stand outside ``scan``.
    With one-hot vectors instead of look-ups a step took 9 to 140% longer. To unroll the scan
    altogether wins up to 12% (see ``UNROLLED``); by two steps, 1 to 5%, but at B = 1 that takes
    twice as long.
    """
    os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {FLAGS}".strip()
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    jax = import_module("jax")
    return {"jit and scan": lambda params, rule: _Network(jax, params, rule)}


class _Trained(NamedTuple):
    """All that a step takes over from the one before; its buffers are donated."""

    params: tuple[Any, ...]
    mean: tuple[Any, ...]
    squares: tuple[Any, ...]
    steps: Any
    h: Any  # (B, H)


class _Network:
    def __init__(self, jax: Any, params: Mapping[str, Array], rule: Rule) -> None:
        self.jnp = jax.numpy
        values = tuple(self.jnp.array(params[name]) for name in NAMES)
        zeros = [tuple(map(self.jnp.zeros_like, values)) for _ in range(2)]
        steps = self.jnp.zeros((), "int32")
        self.trained = _Trained(values, zeros[0], zeros[1], steps, None)
        self._loss: Any = float("nan")
        self._compiled = _compiled_step(jax, rule)

    @property
    def params(self) -> Params:
        """Under our names."""
        return dict(zip(NAMES, map(np.asarray, self.trained.params), strict=True))

    @property
    def loss(self) -> float:
        """Of the last step."""
        return float(self._loss)

    def step(self, window: Window) -> None:
        """One window of symbols ``(T, B)``."""
        if window.reset:
            b_h = self.trained.params[2]
            zeros = self.jnp.zeros((window.inputs.shape[1], len(b_h)), b_h.dtype)
            self.trained = self.trained._replace(h=zeros)
        x, targets = window.inputs.astype(np.int32), window.targets.astype(np.int32)
        self.trained, self._loss = self._compiled(self.trained, x, targets)

    def wait(self) -> None:
        """Calls return before their work is done."""
        self._loss.block_until_ready()
        self.trained.params[0].block_until_ready()


def _loss_function(jax: Any) -> Any:
    """The mean loss of a window, and the state after it."""
    jnp = jax.numpy

    def loss(params: tuple[Any, ...], h: Any, x: Any, targets: Any) -> tuple[Any, Any]:
        W_xh, W_hh, b_h, W_hy, b_y = params
        a = W_xh[x] + b_h  # (T, B, H)

        def cell(h: Any, a_t: Any) -> tuple[Any, Any]:
            h = jnp.tanh(a_t + h @ W_hh)  # (B, H)
            return h, h

        T, B, _ = a.shape
        together = T if T <= UNROLLED else min(B, 2)
        h, hidden = jax.lax.scan(cell, h, a, unroll=together)  # (B, H), (T, B, H)
        logits = hidden @ W_hy + b_y  # (T, B, V)
        picked = jnp.take_along_axis(logits, targets[..., None], -1)[..., 0]  # (T, B)
        return jnp.mean(jax.nn.logsumexp(logits, -1) - picked), h

    return loss


def _compiled_step(jax: Any, rule: Rule) -> Any:
    jnp = jax.numpy
    gradients_of = jax.value_and_grad(_loss_function(jax), has_aux=True)
    beta1, beta2 = rule.beta1, rule.beta2

    def step(trained: _Trained, x: Any, targets: Any) -> tuple[_Trained, Any]:
        (loss, h), gradients = gradients_of(trained.params, trained.h, x, targets)
        norm = jnp.sqrt(sum(jnp.vdot(g, g) for g in gradients))
        scale = jnp.minimum(1.0, rule.clip / norm)
        gradients = [g * scale for g in gradients]
        mean = [beta1 * m + (1 - beta1) * g for m, g in zip(trained.mean, gradients, strict=True)]
        squares = [
            beta2 * v + (1 - beta2) * g * g for v, g in zip(trained.squares, gradients, strict=True)
        ]
        steps = trained.steps + 1
        t = steps.astype(norm.dtype)
        c = jnp.sqrt(1 - beta2**t)
        eta = rule.learning_rate * c / (1 - beta1**t)
        params = [
            theta - eta * m / (jnp.sqrt(v) + c * rule.epsilon)
            for theta, m, v in zip(trained.params, mean, squares, strict=True)
        ]
        return _Trained(tuple(params), tuple(mean), tuple(squares), steps, h), loss

    return jax.jit(step, donate_argnums=0)
