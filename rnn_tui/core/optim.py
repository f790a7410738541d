"""Optimisers on one flat buffer: every parameter of the network is a view of it.

Each update is a few passes over the whole buffer, in place, with scratch space that is allocated
once. The moments are flat buffers too, so that a checkpoint saves and restores them by name, and
a run that is restored makes the same bits as one that was never stopped.

Here theta is the buffer of parameters, g that of gradients, eta the learning rate, t the number
of this update counted from 1; products and roots are elementwise.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from rnn_tui.core.arrays import Array
from rnn_tui.core.clipping import ClippedNorm, clip_by_norm, clip_by_value, gradient_norm

__all__ = [
    "OPTIMIZERS",
    "SGD",
    "Adagrad",
    "Adam",
    "AdamW",
    "ClippedNorm",
    "Momentum",
    "Optimizer",
    "RMSprop",
    "clip_by_norm",
    "clip_by_value",
    "gradient_norm",
    "make_optimizer",
]


def _fraction(value: float) -> bool:
    return 0.0 <= value < 1.0


def _positive(value: float) -> bool:
    return 0.0 < value < math.inf


def _not_negative(value: float) -> bool:
    return 0.0 <= value < math.inf


_RULES: dict[str, tuple[Callable[[float], bool], str]] = {
    "momentum": (_fraction, "at least 0 and below 1"),
    "decay": (_fraction, "at least 0 and below 1"),
    "beta1": (_fraction, "at least 0 and below 1"),
    "beta2": (_fraction, "at least 0 and below 1"),
    "epsilon": (_positive, "positive"),
    "weight_decay": (_not_negative, "0 or positive"),
}


class Optimizer:
    """What all optimisers share: named moments, a count of updates, one scratch buffer.

    ``size`` is the number N of parameters, ``dtype`` theirs; ``options`` are those in ``defaults``.
    Raises ValueError for an option that does not exist or is out of range.
    """

    name: ClassVar[str]
    moment_names: ClassVar[tuple[str, ...]] = ()
    defaults: ClassVar[dict[str, float]] = {}

    def __init__(self, size: int, dtype: npt.DTypeLike, **options: float) -> None:
        self.options = _checked_options(self.name, self.defaults, options)
        self.moments: dict[str, Array] = {
            name: np.zeros(size, dtype=dtype) for name in self.moment_names
        }
        self.steps = 0
        self._scratch: Array = np.empty(size, dtype=dtype)  # (N,)

    def update(self, parameters_flat: Array, gradients_flat: Array, learning_rate: float) -> None:
        """Change ``parameters_flat`` (N,) in place by one step along ``gradients_flat`` (N,).

        Gradients are read, never changed, and must be finite, and so must their squares, which
        the moments keep: ask ``clip_by_norm`` first.
        Raises ValueError if a buffer has another shape, or for a learning rate below 0 or NaN.
        """
        shape = self._scratch.shape
        if parameters_flat.shape != shape or gradients_flat.shape != shape:
            raise ValueError(
                f"{self.name} was made for {shape[0]} parameters, but was given"
                f" parameters of shape {parameters_flat.shape}"
                f" and gradients of shape {gradients_flat.shape}"
            )
        if not 0.0 <= learning_rate < math.inf:
            raise ValueError(f"the learning rate must be 0 or positive, not {learning_rate}")
        self.steps += 1
        # A Python float takes the dtype of the buffer; a NumPy float64 would widen every pass.
        # Numbers out of range show in the parameters; warnings would be printed over the screen.
        with np.errstate(all="ignore"):
            self._apply(parameters_flat, gradients_flat, float(learning_rate))

    def restore(self, moments: Mapping[str, Array], steps: int) -> None:
        """Take over the moments (copied in place) and the count of updates of another run.

        Raises ValueError if a moment is missing, too many, or of another shape or dtype.
        """
        if set(moments) != set(self.moments):
            expected, found = sorted(self.moments), sorted(moments)
            raise ValueError(f"{self.name} has the moments {expected}, but was given {found}")
        for name, mine in self.moments.items():
            theirs = moments[name]
            if (theirs.shape, theirs.dtype) != (mine.shape, mine.dtype):
                raise ValueError(
                    f"moment {name} of {self.name} must be {mine.dtype} of shape {mine.shape},"
                    f" not {theirs.dtype} of shape {theirs.shape}"
                )
        if steps < 0:
            raise ValueError(f"the number of updates must be 0 or positive, not {steps}")
        for name, mine in self.moments.items():
            mine[...] = moments[name]
        self.steps = steps

    def _apply(self, theta: Array, g: Array, eta: float) -> None:
        raise NotImplementedError


class SGD(Optimizer):
    """Gradient descent (Robbins and Monro 1951): theta <- theta - eta g."""

    name = "sgd"

    def _apply(self, theta: Array, g: Array, eta: float) -> None:
        np.multiply(g, eta, out=self._scratch)
        theta -= self._scratch


class Momentum(Optimizer):
    """Heavy ball (Polyak 1964): v <- mu v + g; theta <- theta - eta v.

    With eta outside of v, a change of the learning rate acts at once.
    """

    name = "momentum"
    moment_names = ("velocity",)
    defaults: ClassVar[dict[str, float]] = {"momentum": 0.9}

    def _apply(self, theta: Array, g: Array, eta: float) -> None:
        v, mu = self.moments["velocity"], self.options["momentum"]
        v *= mu
        v += g
        np.multiply(v, eta, out=self._scratch)
        theta -= self._scratch


class Adagrad(Optimizer):
    """Adagrad (Duchi, Hazan and Singer 2011, diagonal form).

    s <- s + g^2; theta <- theta - eta g / (sqrt(s) + epsilon).
    """

    name = "adagrad"
    moment_names = ("squares",)
    defaults: ClassVar[dict[str, float]] = {"epsilon": 1e-8}

    def _apply(self, theta: Array, g: Array, eta: float) -> None:
        s = self.moments["squares"]
        np.multiply(g, g, out=self._scratch)
        s += self._scratch
        _descend(theta, g, s, eta, self.options["epsilon"], self._scratch)


class RMSprop(Optimizer):
    """RMSprop (Tieleman and Hinton 2012, lecture 6.5).

    s <- rho s + (1 - rho) g^2; theta <- theta - eta g / (sqrt(s) + epsilon), rho is ``decay``.
    """

    name = "rmsprop"
    moment_names = ("squares",)
    defaults: ClassVar[dict[str, float]] = {"decay": 0.9, "epsilon": 1e-8}

    def _apply(self, theta: Array, g: Array, eta: float) -> None:
        s = self.moments["squares"]
        _average_squares(s, g, self.options["decay"], self._scratch)
        _descend(theta, g, s, eta, self.options["epsilon"], self._scratch)


class Adam(Optimizer):
    """Adam (Kingma and Ba 2015, algorithm 1, in the order of operations of its section 2).

    m <- beta1 m + (1 - beta1) g; v <- beta2 v + (1 - beta2) g^2;
    theta <- theta - eta mhat / (sqrt(vhat) + epsilon), mhat = m / (1 - beta1^t),
    vhat = v / (1 - beta2^t). Both corrections are scalars, so they go into eta and epsilon:
    with c = sqrt(1 - beta2^t) the same step is eta c / (1 - beta1^t) m / (sqrt(v) + c epsilon).
    """

    name = "adam"
    moment_names = ("mean", "squares")
    defaults: ClassVar[dict[str, float]] = {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}

    def _apply(self, theta: Array, g: Array, eta: float) -> None:
        m, v = self.moments["mean"], self.moments["squares"]
        beta1, beta2 = self.options["beta1"], self.options["beta2"]
        np.multiply(g, 1.0 - beta1, out=self._scratch)
        m *= beta1
        m += self._scratch
        _average_squares(v, g, beta2, self._scratch)
        c = math.sqrt(1.0 - beta2**self.steps)
        eta_t = eta * c / (1.0 - beta1**self.steps)
        _descend(theta, m, v, eta_t, c * self.options["epsilon"], self._scratch)


class AdamW(Adam):
    """Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2).

    theta <- theta - eta lambda theta, then the step of Adam, whose moments never see the decay.
    lambda is ``weight_decay``. It acts on the whole buffer, the biases included.
    """

    name = "adamw"
    defaults: ClassVar[dict[str, float]] = {**Adam.defaults, "weight_decay": 0.01}

    def _apply(self, theta: Array, g: Array, eta: float) -> None:
        theta *= 1.0 - eta * self.options["weight_decay"]
        super()._apply(theta, g, eta)


OPTIMIZERS: dict[str, type[Optimizer]] = {
    kind.name: kind for kind in (SGD, Momentum, Adagrad, RMSprop, Adam, AdamW)
}


def make_optimizer(name: str, size: int, dtype: npt.DTypeLike, **options: float) -> Optimizer:
    """Return the optimiser called ``name`` for ``size`` parameters of ``dtype``.

    Raises ValueError for an unknown name or option; the message lists those there are.
    """
    if name not in OPTIMIZERS:
        raise ValueError(f"no optimizer is called {name!r}; choose one of {', '.join(OPTIMIZERS)}")
    return OPTIMIZERS[name](size, dtype, **options)


def _checked_options(
    name: str, defaults: dict[str, float], options: dict[str, float]
) -> dict[str, float]:
    for option, value in options.items():
        if option not in defaults:
            known = ", ".join(defaults) or "none"
            raise ValueError(f"{name} has no option {option!r}; its options: {known}")
        fits, words = _RULES[option]
        if not fits(value):
            raise ValueError(f"{option} of {name} must be {words}, not {value}")
    return {**defaults, **{option: float(value) for option, value in options.items()}}


def _average_squares(s: Array, g: Array, rho: float, scratch: Array) -> None:
    """Move the running mean of the squares: s <- rho s + (1 - rho) g^2, all (N,)."""
    np.multiply(g, g, out=scratch)
    scratch *= 1.0 - rho
    s *= rho
    s += scratch


def _descend(
    theta: Array, direction: Array, s: Array, eta: float, epsilon: float, scratch: Array
) -> None:
    """theta <- theta - eta direction / (sqrt(s) + epsilon), all (N,)."""
    np.sqrt(s, out=scratch)
    scratch += epsilon
    np.divide(direction, scratch, out=scratch)
    scratch *= eta
    theta -= scratch
