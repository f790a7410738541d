"""The symbols of a text, and their numbers."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from rnn_tui.text.corpus import SymbolKind
from rnn_tui.text.visible import visible_line

_CHUNK = 2**20  # characters turned into numbers at a time: keeps memory near the size of the text
_UNICODE = 0x110000
_BYTES = 256


class Prompt(NamedTuple):
    """What of a prompt the network can read, and what it has never seen."""

    symbols: npt.NDArray[np.intp]  # (n,), the unknown ones left out
    missing: tuple[str, ...]  # a label for each unknown symbol, in the order of the prompt


@dataclass(frozen=True)
class Vocabulary:
    """The distinct symbols of a text in ascending order; a symbol's number is its place there."""

    kind: SymbolKind
    symbols: tuple[str, ...]
    """One character each; for bytes the one whose code point is the byte (as in Latin-1)."""

    def __post_init__(self) -> None:
        """Raise ValueError unless this is a vocabulary that ``of`` could have made."""
        if self.kind not in get_args(SymbolKind):
            raise ValueError(f"a vocabulary is of characters or bytes, not of {self.kind!r}")
        limit = chr(_limit(self.kind) - 1)
        if not self.symbols or any(len(symbol) != 1 or symbol > limit for symbol in self.symbols):
            raise ValueError(f"a vocabulary needs symbols, and each must be one {self.kind}")
        if any(a >= b for a, b in zip(self.symbols, self.symbols[1:], strict=False)):
            raise ValueError("the symbols of a vocabulary must be in ascending order")

    @classmethod
    def of(cls, text: str | bytes, kind: SymbolKind) -> Vocabulary:
        """Collect the symbols of a non-empty text; bytes are UTF-8 if ``kind`` is characters."""
        present = np.zeros(_limit(kind), np.bool_)
        for codes in _codes(text, kind):
            present[codes] = True
        return cls(kind, tuple(map(chr, np.flatnonzero(present).tolist())))

    def __len__(self) -> int:
        """Return V."""
        return len(self.symbols)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The smallest unsigned dtype that holds every symbol's number."""
        return np.min_scalar_type(len(self) - 1)

    def encode(self, text: str | bytes) -> npt.NDArray[Any]:  # (n,)
        """Return the numbers of the symbols of ``text``; ValueError names the first unknown one."""
        parts = [self._known(codes) for codes in _codes(text, self.kind)]
        return np.concatenate([np.empty(0, self.dtype), *parts])

    def encode_prompt(self, text: str | bytes) -> Prompt:
        """Return the numbers of the known symbols of ``text``, and which ones are unknown."""
        codes = np.concatenate([np.empty(0, np.uint32), *_codes(text, self.kind)])
        numbers = self._lookup[codes.astype(np.intp)].astype(np.intp)
        known = numbers != self._unknown
        missing = dict.fromkeys(codes[~known].tolist())
        return Prompt(numbers[known], tuple(_label(chr(code), self.kind) for code in missing))

    def decode(self, numbers: Iterable[int]) -> str:
        """Return the text of these numbers; bytes that are not UTF-8 become U+FFFD."""
        text = "".join(self.symbols[number] for number in numbers)
        return text.encode("latin-1").decode("utf-8", "replace") if self.kind == "byte" else text

    def decoder(self) -> Callable[[int], str]:
        """Return a function that decodes one number after another, for text that is streamed.

        A byte that begins a character gives an empty string until the character is whole.
        """
        if self.kind == "character":
            return self.symbols.__getitem__
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        return lambda number: decode(self.symbols[number].encode("latin-1"))

    def _known(self, codes: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return the numbers of these code points or bytes, all of which must have one."""
        numbers: npt.NDArray[Any] = self._lookup[codes]
        unknown = numbers == self._unknown
        if unknown.any():
            first = _label(chr(int(codes[unknown.argmax()])), self.kind)
            raise ValueError(f"the symbol {first} is not in the vocabulary")
        return numbers.astype(self.dtype, copy=False)

    @property
    def _unknown(self) -> int:
        """What ``_lookup`` gives for a symbol that is not in the vocabulary."""
        return len(self)

    @cached_property
    def _lookup(self) -> npt.NDArray[Any]:
        """From code points or bytes to numbers; V, which is no symbol's, stands for unknown."""
        lookup = np.full(_limit(self.kind), self._unknown, np.min_scalar_type(self._unknown))
        lookup[[ord(symbol) for symbol in self.symbols]] = np.arange(len(self))
        return lookup


def _limit(kind: SymbolKind) -> int:
    return _BYTES if kind == "byte" else _UNICODE


def _label(symbol: str, kind: SymbolKind) -> str:
    if kind == "byte":
        return symbol if " " <= symbol <= "~" else f"\\x{ord(symbol):02x}"
    return visible_line(symbol)


def _codes(text: str | bytes, kind: SymbolKind) -> Iterator[npt.NDArray[Any]]:
    """Yield the code points or bytes of ``text``, a chunk at a time."""
    if kind == "byte":
        data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
        yield np.frombuffer(data, np.uint8)
    elif text.isascii():
        data = text if isinstance(text, bytes) else text.encode("ascii")
        yield np.frombuffer(data, np.uint8)
    else:
        characters = text if isinstance(text, str) else text.decode("utf-8")
        for start in range(0, len(characters), _CHUNK):
            part = characters[start : start + _CHUNK].encode("utf-32-le", "surrogatepass")
            yield np.frombuffer(part, "<u4")
