"""The small RNN class for a notebook: vectors in, vectors out, arrays to look at and to change.

A thin face on the network of ``model``: one layer, one stream (B = 1), float64. The equations are
h_t = tanh(x_t Wxh + h_{t-1} Whh + bh), y_t = h_t Why + by, p_t = softmax(y_t), and the loss is the
sum over the steps of the cross-entropy -sum_i target_i ln p_i, in nats.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import islice
from typing import Any, NamedTuple, overload

import numpy as np
import numpy.typing as npt

from rnn_tui.core.arrays import Array, Floats, Params, State
from rnn_tui.core.checks import real_number, whole_number
from rnn_tui.core.initialization import initialize
from rnn_tui.core.model import Workspace
from rnn_tui.core.optim import clip_by_norm, make_optimizer
from rnn_tui.core.parameters import Architecture, flat_parameters, parameter_shapes, zero_state
from rnn_tui.core.sampling import check_sampling, distribution, draw, generate


class Outputs(NamedTuple):
    """What ``forward`` returns, one row a step."""

    hiddens: Floats  # (T, H)
    outputs: Floats  # (T, O)
    p_softmaxs: Floats  # (T, O)


class Gradients(NamedTuple):
    """What ``backward`` returns: the gradients of the summed loss, named as in the notebook."""

    dWxh: Floats  # (I, H)  # noqa: N815
    dWhh: Floats  # (H, H)  # noqa: N815
    dWhy: Floats  # (H, O)  # noqa: N815
    dbh: Floats  # (H,)
    dby: Floats  # (O,)


class _Parameter:
    """An attribute that is one array of the network: read in place, assigned by value."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __set_name__(self, owner: type[RNN], name: str) -> None:
        self._name = name

    @overload
    def __get__(self, rnn: None, owner: type[RNN]) -> _Parameter: ...
    @overload
    def __get__(self, rnn: RNN, owner: type[RNN]) -> Floats: ...
    def __get__(self, rnn: RNN | None, owner: type[RNN]) -> _Parameter | Floats:
        return self if rnn is None else rnn._params[self._key]

    def __set__(self, rnn: RNN, value: npt.ArrayLike) -> None:
        _assign(rnn._params[self._key], value, self._name)


class RNN:
    """A recurrent network of one layer, and its training and sampling, on plain vectors.

    ``input_size`` I, ``hidden_size`` H and ``output_size`` O are the lengths of the vectors.
    A 1-D vector is always one step; a list of vectors, or an array (T, I), is a sequence.

    Attributes, all float64, may be read, assigned and changed in place: ``Wxh`` (I, H), ``Whh``
    (H, H), ``Why`` (H, O), ``bh`` (H,), ``by`` (O,), and ``h`` (H,), the state that ``forward``,
    ``backward`` and ``sample`` start from and never change. ``learning_rate`` and ``clip`` (the
    largest norm of a gradient, 0 for no limit) may be changed as well.

    ``optimizer`` is one of ``optim.OPTIMIZERS``. The default is Adagrad at 0.1: weights of N(0, 1)
    give gradients of very different sizes, and Adagrad divides each by its own history: no step
    is larger than the learning rate in any weight, so the loss nearly always falls from the first
    epoch on.
    ``cell`` is "tanh" or "relu", ``initialization`` one of ``initialization.INITIALIZATIONS``. The
    same ``seed`` makes the same weights and the same samples.

    Every method raises ValueError, saying which, for numbers of the wrong size or out of range.
    """

    Wxh = _Parameter("layer0.W_xh")
    Whh = _Parameter("layer0.W_hh")
    Why = _Parameter("W_hy")
    bh = _Parameter("layer0.b_h")
    by = _Parameter("b_y")

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        *,
        learning_rate: float = 0.1,
        clip: float = 5.0,
        seed: int | np.random.Generator | None = None,
        cell: str = "tanh",
        initialization: str = "normal",
        optimizer: str = "adagrad",
    ) -> None:
        self.input_size = I = whole_number(input_size, "input_size", 1)  # noqa: E741
        self.hidden_size = H = whole_number(hidden_size, "hidden_size", 1)
        self.output_size = O = whole_number(output_size, "output_size", 1)  # noqa: E741
        self.learning_rate = real_number(learning_rate, "learning_rate")
        if not 0.0 < self.learning_rate < math.inf:
            raise ValueError(f"learning_rate must be positive and finite, not {learning_rate}")
        self.clip = real_number(clip, "clip")
        self._architecture = Architecture(I, H, 1, O, cell)
        weights, self._sampling = np.random.default_rng(seed).spawn(2)
        flat, self._params = initialize(self._architecture, initialization, weights, np.float64)
        self._optimizer = make_optimizer(optimizer, flat.size, flat.dtype)
        self._h = np.zeros(H)  # (H,)

    @property
    def h(self) -> Floats:
        """The state (H,) before the first step of every ``forward``, ``backward``, ``sample``."""
        return self._h

    @h.setter
    def h(self, value: npt.ArrayLike) -> None:
        _assign(self._h, value, "h")

    def forward(self, inputs: npt.ArrayLike) -> Outputs:
        """Run over ``inputs``, one vector (I,) or a sequence (T, I), starting from ``h``.

        Returns hiddens (T, H), outputs (T, O) and p_softmaxs (T, O); T is 1 for one vector.
        """
        x = _sequence(inputs, self.input_size, "inputs")  # (T, I)
        window = self._window(x)
        window.forward(self._params, x[:, None], self._incoming())
        hiddens = window.hidden[0][1:, 0].copy()  # (T, H)
        outputs = window.probabilities[:, 0].copy()  # (T, O), the logits until softmax
        window.softmax()
        return Outputs(hiddens, outputs, window.probabilities[:, 0].copy())

    def backward(self, inputs: npt.ArrayLike, targets: npt.ArrayLike) -> Gradients:
        """Return the gradients of the loss, summed over the steps, starting from ``h``.

        ``targets``, (O,) or (T, O), are one-hot or soft. Returns dWxh (I, H), dWhh (H, H),
        dWhy (H, O), dbh (H,) and dby (O,), by full backpropagation through the T steps.
        """
        x, target = self._pair(inputs, targets, "")
        window = self._window(x)
        self._loss_and_gradients(window, x, target, self._incoming())
        keys = ("layer0.W_xh", "layer0.W_hh", "W_hy", "layer0.b_h", "b_y")
        return Gradients(*(window.gradients[key] for key in keys))

    def train(
        self, inputs: Iterable[npt.ArrayLike], targets: Iterable[npt.ArrayLike], num_epochs: int
    ) -> None:
        """Train on a list of items, each a vector (I,) or a sequence (T_i, I), with its targets.

        Every item is one window of truncated backpropagation: forward, backward, clip, update.
        The state starts each epoch at zero and is carried along the list; ``h`` is not touched.
        Prints the loss of every epoch, the sum over the list in nats, each item before its update.
        Raises FloatingPointError if a gradient is no longer finite; the weights are then the last
        good ones.
        """
        num_epochs = whole_number(num_epochs, "num_epochs", 0)
        xs, ys = list(inputs), list(targets)
        if len(xs) != len(ys):
            raise ValueError(f"there are {len(xs)} inputs, but {len(ys)} targets")
        if not xs:
            raise ValueError("training needs at least one input")
        pairs = enumerate(zip(xs, ys, strict=True))
        items = [self._pair(x, target, f" of item {i}") for i, (x, target) in pairs]
        windows = {len(x): self._window(x) for x, _ in items}
        flat, views = flat_parameters(parameter_shapes(self._architecture), np.float64)
        for epoch in range(1, num_epochs + 1):
            loss, state = 0.0, zero_state(self._architecture, 1, np.float64)
            for x, target in items:
                window = windows[len(x)]
                loss += self._loss_and_gradients(window, x, target, state)
                state = window.final_state()
                self._update(window.gradients_flat, flat, views)
            print(f"Epoch {epoch} Loss: {loss}")  # noqa: T201 (the report of the notebook)

    def sample(
        self,
        seed: npt.ArrayLike,
        num_chars: int,
        *,
        temperature: float = 1.0,
        random_seed: int | np.random.Generator | None = None,
    ) -> list[int]:
        """Draw ``num_chars`` indices in 0..O-1, each fed back as the next one-hot input.

        ``seed`` is the first vector (I,), or a sequence (T, I) to begin with, read from ``h`` on.
        ``temperature`` 0 takes the most probable, 1 the network's own probabilities.
        ``random_seed`` makes the draws repeatable; without it they go on from the constructor's.
        """
        x = _sequence(seed, self.input_size, "seed")  # (T, I)
        check_sampling(temperature)
        num_chars = whole_number(num_chars, "num_chars", 0)
        if num_chars > 1 and self.input_size != self.output_size:
            raise ValueError(
                f"the network reads vectors of {self.input_size} numbers and writes"
                f" {self.output_size}: it cannot be fed its own draws; ask for 1 at a time"
            )
        if num_chars == 0:
            return []
        rng = self._sampling if random_seed is None else np.random.default_rng(random_seed)
        window = self._window(x)
        logits = window.forward(self._params, x[:, None], self._incoming())  # (T, 1, O)
        first = draw(distribution(logits[-1, 0], temperature), rng.random())
        if num_chars == 1:
            return [first]
        state, cell = window.final_state(), self._architecture.cell
        stream = generate(self._params, state, [first], rng, temperature, cell=cell)
        return [first, *(drawn.symbol for drawn in islice(stream, num_chars - 1))]

    def _incoming(self) -> State:
        return (self._h[None, :],)  # (1, H)

    def _window(self, x: Floats) -> Workspace:
        """New buffers for ``x`` (T, I). Nothing of a pass is kept in the network itself."""
        return Workspace(self._architecture, len(x), 1, np.float64)

    def _loss_and_gradients(
        self, window: Workspace, x: Floats, target: Floats, state: State
    ) -> float:
        """Return the summed loss of ``x`` (T, I); its gradients are then in the ``window``."""
        y = window.forward(self._params, x[:, None], state)[:, 0].copy()  # (T, O)
        log_sum, top = window.softmax()  # (T,), (T,)
        p = window.probabilities[:, 0]  # (T, O)
        dy = p * target.sum(axis=1, keepdims=True) - target  # (T, O): p - target if that sums to 1
        window.backward_from(self._params, dy[:, None])
        with np.errstate(all="ignore"):  # a network that diverged: its gradient says so
            y -= top[:, None]  # first: beside large logits the logarithm would lose its digits
            return float(np.sum(target * (log_sum[:, None] - y)))  # -ln p = ln(sum of exp) - y

    def _update(self, g: Array, flat: Array, views: Params) -> None:
        """Clip the gradients ``g`` (N,) and step, by way of ``flat`` (N,) and its ``views``."""
        if not math.isfinite(clip_by_norm(g, self.clip).norm):
            raise FloatingPointError(
                "the gradient is no longer finite, this step was not made;"
                f" try a learning_rate below {self.learning_rate}"
            )
        for name, value in self._params.items():
            views[name][...] = value
        self._optimizer.update(flat, g, self.learning_rate)
        for name, value in self._params.items():
            value[...] = views[name]

    def _pair(
        self, inputs: npt.ArrayLike, targets: npt.ArrayLike, where: str
    ) -> tuple[Floats, Floats]:
        x = _sequence(inputs, self.input_size, f"inputs{where}")  # (T, I)
        target = _sequence(targets, self.output_size, f"targets{where}")  # (T, O)
        if len(x) != len(target):
            raise ValueError(f"inputs{where} have {len(x)} steps, but targets {len(target)}")
        return x, target


def _numbers(value: npt.ArrayLike, what: str) -> Floats:
    try:
        return np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{what} must be numbers in rows of equal length: {error}") from error


def _assign(array: Floats, value: npt.ArrayLike, name: str) -> None:
    new = _numbers(value, name)
    if new.shape != array.shape:
        raise ValueError(f"{name} has the shape {array.shape}, but was given {new.shape}")
    array[...] = new


def _sequence(vectors: npt.ArrayLike, size: int, what: str) -> Floats:
    """Return ``vectors``, one (size,) or a sequence of them, as (T, size) with T at least 1."""
    array = _numbers(vectors, what)
    if array.ndim == 1 and array.size:
        array = array[None, :]  # (1, size): a vector is one step, not a walk over its numbers
    if array.ndim != 2 or array.shape[1] != size or not len(array):
        found: Any = np.shape(vectors)
        raise ValueError(
            f"{what} must be a vector of {size} numbers or a sequence (T, {size}) of them,"
            f" not of shape {found}"
        )
    if not np.isfinite(array).all():
        raise ValueError(f"{what} must be finite numbers, but hold NaN or infinity")
    return array
