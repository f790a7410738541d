"""The symbols of a network that comes from elsewhere: their order, and whether a text has others.

A vocabulary of ours is in ascending order. Another program may have numbered its symbols in any
order: the same network is then one whose rows and columns are ordered anew.
"""

from __future__ import annotations

from rnn_tui.core.arrays import Params
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import ConfigError, CorruptRunError
from rnn_tui.text.corpus import SymbolKind
from rnn_tui.text.visible import visible_line
from rnn_tui.text.vocabulary import Vocabulary

_MOST_MISSING = 10


def run_vocabulary(directory: RunDirectory, text: bytes) -> Vocabulary:
    """The vocabulary of a run: that of its text, or of the network that it began with.

    ``text`` is the run's. CorruptRunError if what the run says of it cannot be.
    """
    facts = directory.facts()
    kind: SymbolKind = "byte" if facts.vocabulary_kind == "byte" else "character"
    if not facts.vocabulary:
        return Vocabulary.of(text, kind)
    try:
        return Vocabulary(kind, tuple(facts.vocabulary))
    except ValueError as error:
        raise CorruptRunError(f"{directory.facts_file} is damaged: {error}") from None


def symbol_order(
    V: int, kind: SymbolKind, given: str, whole: str | bytes, noted: str = ""
) -> tuple[str, ...]:
    """The symbols of a network of V symbols in the order of its own numbers.

    They are those that the user gave (``--vocabulary``), or those that the file notes, or all 256
    bytes, or the sorted symbols of the whole text. ConfigError where they are not V.
    """
    if given:
        return _checked(_split(given, kind), V, kind, "--vocabulary")
    if noted:
        return _checked(tuple(noted), V, kind, "the vocabulary in the file")
    if kind == "byte" and V == 256:
        return tuple(map(chr, range(256)))
    order = Vocabulary.of(whole, kind).symbols
    if len(order) != V:
        raise ConfigError(
            f"the network has {V} symbols, and the text {len(order)}: "
            "give --vocabulary, the symbols in the order of the network's numbers"
        )
    return order


def _split(given: str, kind: SymbolKind) -> tuple[str, ...]:
    try:
        data = given.encode()
    except UnicodeEncodeError:
        raise ConfigError("--vocabulary is not UTF-8: write it so") from None
    return tuple(given if kind == "character" else data.decode("latin-1"))


def _checked(order: tuple[str, ...], V: int, kind: SymbolKind, whose: str) -> tuple[str, ...]:
    seen: set[str] = set()
    for symbol in order:
        if symbol in seen:
            raise ConfigError(f"{whose} has {symbol_label(symbol, kind)} twice")
        seen.add(symbol)
    if len(order) != V:
        raise ConfigError(f"{whose} has {len(order)} symbols, and the network {V}")
    if kind == "byte" and max(order) > "\xff":
        raise ConfigError(f"{whose} has {symbol_label(max(order), 'character')}: that is no byte")
    return order


def in_ascending_order(params: Params, order: tuple[str, ...]) -> Params:
    """The same network with its symbols numbered in ascending order, as a vocabulary is."""
    ascending = sorted(range(len(order)), key=order.__getitem__)
    changed = {
        "layer0.W_xh": params["layer0.W_xh"][ascending],  # (V, H)
        "W_hy": params["W_hy"][:, ascending],  # (H, V)
        "b_y": params["b_y"][ascending],  # (V,)
    }
    return {name: changed.get(name, value) for name, value in params.items()}


def require_known(text: str | bytes, vocabulary: Vocabulary, whose: str, advice: str) -> None:
    """ConfigError for symbols of a text that are not in the vocabulary, which is called so."""
    present = Vocabulary.of(text, vocabulary.kind).symbols
    known = set(vocabulary.symbols)
    missing = [symbol for symbol in present if symbol not in known]
    if missing:
        named = " ".join(
            symbol_label(symbol, vocabulary.kind) for symbol in missing[:_MOST_MISSING]
        )
        more = f" and {len(missing) - _MOST_MISSING} more" if len(missing) > _MOST_MISSING else ""
        raise ConfigError(f"{whose} has no {named}{more}: {advice}")


def symbol_label(symbol: str, kind: SymbolKind) -> str:
    """A symbol as it is named in a sentence."""
    if kind == "byte" and not " " < symbol <= "~":
        return f"\\x{ord(symbol):02x}"
    return f"“{visible_line(symbol)}”"
