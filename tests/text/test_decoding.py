"""Bytes are UTF-8, or the message says what they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.text import decoding
from rnn_tui.text.decoding import utf8
from rnn_tui.text.errors import CorpusError


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"good\xff", r"not UTF-8 at byte 4 (0xff): use --errors replace"),
        (b"\xef\xbb\xbfgood\xff", r"not UTF-8 at byte 7 (0xff)"),
        (b"abc\xed\xa0\x80", "not UTF-8 at byte 3"),  # a surrogate
        (b"cut \xe6\xbc", "not UTF-8 at byte 4"),
        ("text".encode("utf-16"), "looks like UTF-16"),
        ("text".encode("utf-32"), "looks like UTF-32"),
        ("text that is longer".encode("utf-16-le"), "iconv -f UTF-16LE"),
        ("text that is longer".encode("utf-16-be"), "iconv -f UTF-16BE"),
        ("text that is longer".encode("utf-32-le"), "iconv -f UTF-32LE"),
        ("text that is longer".encode("utf-32-be"), "iconv -f UTF-32BE"),
    ],
)
def test_what_is_no_utf8_is_named(data: bytes, message: str) -> None:
    with pytest.raises(CorpusError) as refusal:
        utf8(data, "a file", "strict")
    assert str(refusal.value).startswith("a file ")
    assert message in str(refusal.value)


@given(st.text(max_size=200), st.integers(0x80, 0xFF))
def test_the_first_wrong_byte_is_found_wherever_it_is(text: str, byte: int) -> None:
    data = b"a" + text.encode() + bytes([byte]) + b"a"
    with pytest.raises(CorpusError, match=f"at byte {len(data) - 2} "):
        utf8(data, "a file", "strict")


@given(st.text(max_size=12))
def test_short_texts_are_never_taken_for_another_encoding(text: str) -> None:
    assert utf8(text.encode(), "a file", "strict") == text.removeprefix("\ufeff").encode()


def test_characters_cut_by_a_chunk_are_counted_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "aé漢😀" * 3
    for size in range(1, 8):
        monkeypatch.setattr(decoding, "_CHUNK", size)
        assert decoding.count_distinct(text.encode()) == 4
