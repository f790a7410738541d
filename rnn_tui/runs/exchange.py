"""A network as a file that PyTorch reads, and such a file as a network.

The file is a state dict in the safetensors format (see ``pytorch``). Its metadata has one entry of
ours, JSON, with what a state dict lacks: the symbols in the order of their numbers, and the cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal, NamedTuple

import msgspec
import numpy as np
import safetensors.numpy

from rnn_tui.core.arrays import Params
from rnn_tui.runs.errors import ConfigError
from rnn_tui.runs.pytorch import from_pytorch, to_pytorch
from rnn_tui.runs.tensor_file import read_tensors
from rnn_tui.text.corpus import SymbolKind
from rnn_tui.text.vocabulary import Vocabulary

KEY: Final = "rnn-tui"
"""The entry of the metadata: one, since the library puts several in a random order."""

Precision = Literal["float32", "float64"]


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """What the metadata says of a network, beside its weights."""

    symbols: SymbolKind
    vocabulary: str  # symbol i is character i; a byte is the character of its number
    cell: Literal["tanh", "relu"]
    run: str = ""
    step: int = 0


class StoredNetwork(NamedTuple):
    """A network of a file: float64, ``precision`` is what its numbers fit into."""

    params: Params
    precision: Precision
    note: Note | None  # None where another program wrote the file

    @property
    def V(self) -> int:  # noqa: N802 (the name of the equations)
        """How many symbols it reads and predicts."""
        return len(self.params["b_y"])

    @property
    def hidden(self) -> int:
        """Units in each layer."""
        return len(self.params["W_hy"])

    @property
    def layers(self) -> int:
        """Layers, one on top of the other."""
        return sum(name.endswith(".W_hh") for name in self.params)

    def noted_symbols(self, kind: SymbolKind) -> str:
        """The symbols that the file notes, "" if none; ConfigError if they are of another kind."""
        if self.note is None:
            return ""
        if self.note.symbols != kind:
            noted = self.note.symbols
            raise ConfigError(f"the network reads {noted}s, not {kind}s: use --symbols {noted}")
        return self.note.vocabulary


def to_file(params: Params, vocabulary: Vocabulary, cell: str, run: str, step: int) -> bytes:
    """The bytes of a file with this network; the same bytes for the same network."""
    note = {
        "symbols": vocabulary.kind,
        "vocabulary": "".join(vocabulary.symbols),
        "cell": cell,
        "run": run,
        "step": step,
    }
    data: bytes = safetensors.numpy.save(
        to_pytorch(params), {KEY: msgspec.json.encode(note).decode()}
    )
    return data


def read_network(path: Path) -> StoredNetwork:
    """The network of a file. ConfigError, naming the file, if it holds none; StorageError."""
    arrays, metadata = read_tensors(path)
    try:
        _refuse_checkpoint(arrays)
        params, note = from_pytorch(arrays), _note(metadata)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error
    wide = any(array.dtype == np.float64 for array in arrays.values())
    return StoredNetwork(params, "float64" if wide else "float32", note)


def _refuse_checkpoint(arrays: Params) -> None:
    if arrays and all(name.startswith(("params/", "moments/", "state/")) for name in arrays):
        raise ConfigError(
            "it is a checkpoint of a run, no state dict: rnn-tui export RUN makes one of it"
        )


def _note(metadata: Mapping[str, str]) -> Note | None:
    if KEY not in metadata:
        return None
    try:
        return msgspec.json.decode(metadata[KEY], type=Note)
    except (msgspec.DecodeError, RecursionError):
        raise ConfigError(f"its metadata {KEY} is damaged: write the file anew") from None


def not_finite(params: Params) -> str:
    """Which weights are not finite numbers, one by one, such as "W_hy: 3 of 24"; "" if none."""
    counted = {name: value.size - np.isfinite(value).sum() for name, value in params.items()}
    return ", ".join(
        f"{name}: {count:,} of {params[name].size:,}" for name, count in counted.items() if count
    )


LARGE: Final = 1e18
"""The square of a larger number is near the end of what float32 holds."""


def unusual(params: Params) -> str:
    """Which weights are finite and yet no good to compute with, one by one; "" if none.

    Such as "W_hy: 3 of 24 beyond 1e+18, b_y: 1 of 3 denormal", which are slow, and lose digits.
    """
    told = []
    for name, value in params.items():
        size = np.abs(value)
        large = np.count_nonzero((size > LARGE) & np.isfinite(size))
        denormal = np.count_nonzero((size > 0) & (size < np.finfo(value.dtype).tiny))
        kinds = ((large, f"beyond {LARGE:g}"), (denormal, "denormal"))
        told += [f"{name}: {n:,} of {value.size:,} {kind}" for n, kind in kinds if n]
    return ", ".join(told)


def warning(params: Params) -> str:
    """What a title says of weights that are not as they should be; "" where all is well."""
    odd, poor = not_finite(params), unusual(params)
    return (f" · not finite: {odd}" if odd else "") + (f" · {poor}" if poor else "")


def loading_lines(file: str, network: Params, cell: str) -> tuple[str, ...]:
    """Four lines of Python that load the file into PyTorch, strictly."""
    H, V = network["W_hy"].shape
    layers = sum(name.endswith(".W_hh") for name in network)
    double = ".double()" if network["W_hy"].dtype == np.float64 else ""
    rnn = f"torch.nn.RNN({V}, {H}, {layers}, nonlinearity={cell!r})"
    modules = f"{{'rnn': {rnn}, 'fc': torch.nn.Linear({H}, {V})}}"
    note = f"safetensors.safe_open({file!r}, 'pt').metadata()[{KEY!r}]"
    return (
        "import json, safetensors, torch; from safetensors.torch import load_file",
        f"network = torch.nn.ModuleDict({modules}){double}  # inputs: one-hot (T, B, {V})",
        f"network.load_state_dict(load_file({file!r}))",
        f"vocabulary = json.loads({note})['vocabulary']  # symbol i is vocabulary[i]",
    )
