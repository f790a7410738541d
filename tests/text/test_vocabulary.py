"""Symbols have numbers, and numbers are symbols again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.text.vocabulary import Vocabulary

texts = st.text(min_size=1)  # hypothesis leaves surrogates out, as UTF-8 does


@given(texts)
def test_characters_survive_the_round_trip(text: str) -> None:
    vocabulary = Vocabulary.of(text, "character")
    assert vocabulary.symbols == tuple(sorted(set(text)))
    assert vocabulary.decode(vocabulary.encode(text)) == text


@given(texts)
def test_a_text_and_its_utf8_are_the_same(text: str) -> None:
    vocabulary = Vocabulary.of(text, "character")
    assert Vocabulary.of(text.encode(), "character") == vocabulary
    assert np.array_equal(vocabulary.encode(text.encode()), vocabulary.encode(text))


@given(st.binary(min_size=1))
def test_bytes_have_the_numbers_of_their_order(data: bytes) -> None:
    vocabulary = Vocabulary.of(data, "byte")
    order = sorted(set(data))
    assert vocabulary.encode(data).tolist() == [order.index(byte) for byte in data]


@given(texts)
def test_bytes_decode_to_text_at_once_and_one_by_one(text: str) -> None:
    vocabulary = Vocabulary.of(text, "byte")
    numbers = vocabulary.encode(text).tolist()
    decode = vocabulary.decoder()
    assert vocabulary.decode(numbers) == text
    assert "".join(decode(number) for number in numbers) == text


def test_a_decoder_of_characters_gives_each_at_once() -> None:
    vocabulary = Vocabulary.of("abc", "character")
    assert [vocabulary.decoder()(number) for number in (2, 0)] == ["c", "a"]


@pytest.mark.parametrize(("size", "dtype"), [(1, "u1"), (256, "u1"), (257, "u2"), (65_537, "u4")])
def test_numbers_take_as_few_bytes_as_they_can(size: int, dtype: str) -> None:
    text = "".join(map(chr, range(0x10000, 0x10000 + size)))
    vocabulary = Vocabulary.of(text, "character")
    numbers = vocabulary.encode(text)
    assert numbers.dtype == vocabulary.dtype == np.dtype(dtype)
    assert np.array_equal(numbers, np.arange(size))


def test_a_long_text_is_encoded_in_chunks() -> None:
    text = "aé漢" * 400_000
    assert np.array_equal(Vocabulary.of(text, "character").encode(text), [0, 1, 2] * 400_000)


def test_nothing_is_encoded_as_nothing() -> None:
    assert len(Vocabulary.of("abc", "character").encode("")) == 0


def test_an_unknown_symbol_is_named() -> None:
    with pytest.raises(ValueError, match="symbol ␛ is not"):
        Vocabulary.of("abc", "character").encode("ab\x1bz")
    with pytest.raises(ValueError, match=r"symbol \\xc3 is not"):
        Vocabulary.of(b"abc", "byte").encode("é")


def test_a_prompt_may_hold_symbols_that_were_never_seen() -> None:
    vocabulary = Vocabulary.of("abc", "character")
    prompt = vocabulary.encode_prompt("a?b?\ud800c")
    assert prompt.symbols.tolist() == [0, 1, 2]
    assert prompt.symbols.dtype == np.intp
    assert prompt.missing == ("?", "�")


@given(st.text(st.characters(codec=None)), st.sampled_from(["character", "byte"]))
def test_every_prompt_is_read(text: str, kind: str) -> None:
    vocabulary = Vocabulary.of("the cat", kind)  # type: ignore[arg-type]
    known = [symbol for symbol in text if symbol in "the cat"]
    assert vocabulary.decode(vocabulary.encode_prompt(text).symbols) == "".join(known)
