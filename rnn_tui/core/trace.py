"""The textbook run over one window: every operation in order, with what it read and gave.

Slow on purpose and written apart from the fast path, which the tests hold against it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import ParamSpec, overload

import numpy as np
import numpy.typing as npt

from rnn_tui.core.arrays import Array, Params, State
from rnn_tui.core.record import Given, Operation
from rnn_tui.core.textbook_pass import Places, TextbookPass, sum_of_parts
from rnn_tui.core.updates import Update
from rnn_tui.core.work import Result, finished

__all__ = ["Trace", "Update", "trace", "tracing"]

Asked = ParamSpec("Asked")


@dataclass(frozen=True, eq=False)
class Trace(Sequence[Operation]):
    """The operations of one window, in order: forward, loss, backward, sums, clipping, update.

    ``given`` is what came from outside, by name: parameters (``layer0.W_xh``), the incoming state
    (``state.layer0``), ``x_1``.., ``target_1``.. (``(B,)`` symbols or ``(B, I)`` vectors), the
    constants ``T·B``, ``limit``, ``bound``, ``η`` .., and moments (``mean.layer0.W_xh``).
    ``places`` says where what is. All arrays are read-only.
    """

    operations: tuple[Operation, ...] = field(repr=False)
    given: Mapping[str, Given] = field(repr=False)
    places: Places = field(repr=False)

    def __len__(self) -> int:
        return len(self.operations)

    @overload
    def __getitem__(self, index: int) -> Operation: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Operation, ...]: ...
    def __getitem__(self, index: int | slice) -> Operation | tuple[Operation, ...]:
        return self.operations[index]

    @property
    def loss(self) -> float:
        """The mean cross-entropy in nats."""
        return float(self.operations[self.places.loss].value.real)

    @cached_property
    def givens(self) -> Mapping[str, Array]:
        """The values of what came from outside."""
        return {name: given.value for name, given in self.given.items()}

    @property
    def gradients(self) -> Params:
        """By parameter, before clipping."""
        return {name: self.operations[i].value for name, i in self.places.gradients.items()}

    @property
    def new_state(self) -> State:
        """h_T, one (B, H) a layer."""
        return tuple(self.operations[i].value for i in self.places.hidden[-1])

    @property
    def state_gradient(self) -> State:
        """The gradient of the incoming state, one (B, H) a layer."""
        return tuple(self.operations[i].value for i in self.places.state_gradient)

    @property
    def updated(self) -> Params | None:
        """The parameters after the update; None if there was none."""
        updated = self.places.updated
        return (
            None if updated is None else {k: self.operations[i].value for k, i in updated.items()}
        )

    @cached_property
    def contributions(self) -> Mapping[str, tuple[Operation, ...]]:
        """What each parameter's gradient is the sum of, from t = T to 1."""
        places = self.places.contributions
        return {name: tuple(self.operations[i] for i in parts) for name, parts in places.items()}

    def sum_so_far(self, name: str, index: int) -> Array:
        """The part of the gradient of ``name`` that operations up to ``index`` have found."""
        parts = [part for part in self.contributions[name] if part.index <= index]
        return sum_of_parts(parts) if parts else np.zeros_like(self.given[name].value)

    def uses(self, index: int) -> tuple[int, ...]:
        """The operations that read the value of operation ``index``, in order."""
        return self._uses.get(index, ())

    def uses_of_given(self, name: str) -> tuple[int, ...]:
        """The operations that read what was given as ``name``, in order."""
        return self._uses.get(name, ())

    @cached_property
    def _uses(self) -> Mapping[int | str, tuple[int, ...]]:
        found: dict[int | str, list[int]] = {}
        for operation in self.operations:
            for source in operation.operands.sources.values():
                key = source.index if isinstance(source, Operation) else source.name
                found.setdefault(key, []).append(operation.index)
        return {key: tuple(dict.fromkeys(indexes)) for key, indexes in found.items()}


def tracing(
    params: Mapping[str, Array],
    inputs: npt.ArrayLike,
    targets: npt.ArrayLike,
    state: State,
    cell: str = "tanh",
    clip: float | None = None,
    update: Update | None = None,
    clip_value: float | None = None,
) -> Generator[float, None, Trace]:
    """Run the textbook over one window: yields how much is done (0..1) and returns the trace.

    Takes what ``loss_and_gradients`` takes, raises what it raises, and equals it up to rounding.
    ``clip`` is the largest norm that all gradients together may have, ``clip_value`` the largest
    magnitude of an element, which is cut before (0, infinity or None: any); ``update`` adds the
    update of the parameters by an optimiser. It is there also where something is not finite and
    training would leave it out.
    """
    book = TextbookPass(params, inputs, targets, state, cell)
    yield from book.run(clip, clip_value, update)
    return Trace(tuple(book.recorder.operations), book.given, book.places())


def _at_once(
    work: Callable[Asked, Generator[float, None, Result]],
) -> Callable[Asked, Result]:
    def whole(*args: Asked.args, **kwargs: Asked.kwargs) -> Result:
        return finished(work(*args, **kwargs))

    return whole


trace = _at_once(tracing)
"""What ``tracing`` returns in the end; takes the same."""
