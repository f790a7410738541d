"""Prompts: any Unicode at all is read as far as the network can, and the rest named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.sampling.engine import Engine
from rnn_tui.sampling.prompt import PromptError, prompt_symbols
from rnn_tui.sampling.settings import Settings
from rnn_tui.text.visible import visible_line
from tests.sampling.networks import LETTERS, byte_weights, make_weights, symbols_of

ANY_TEXT = st.text(st.characters(exclude_categories=()) | st.sampled_from(LETTERS))
CHARACTERS, BYTES = make_weights(), byte_weights(layers=1)


@given(ANY_TEXT)
def test_what_the_network_knows_is_read_and_the_rest_is_told_by_its_place(text: str) -> None:
    found = prompt_symbols(CHARACTERS.vocabulary, text)
    assert found.text == "".join(c for c in text if c in LETTERS)
    assert found.places == tuple(i for i, c in enumerate(text) if c not in LETTERS)
    assert CHARACTERS.vocabulary.decode(found.symbols) == found.text
    assert all(visible_line(label) == label.strip() != "" for label in found.missing)


@given(ANY_TEXT)
def test_any_prompt_can_be_read_and_gone_on_from(text: str) -> None:
    engine = Engine(CHARACTERS, Settings(length=3))
    read = list(engine.prompt(text))
    assert len(read) == sum(c in LETTERS for c in text)
    assert len(list(engine)) == 3


@given(ANY_TEXT)
def test_a_network_of_bytes_knows_every_text(text: str) -> None:
    engine = Engine(BYTES, Settings(length=1))
    read = symbols_of(engine.prompt(text))
    assert bytes(read) == text.encode("utf-8", "surrogatepass")


def test_a_character_is_left_out_whole_when_one_of_its_bytes_is_lacking() -> None:
    vocabulary = type(BYTES.vocabulary)("byte", tuple("abc\xc3"))  # é is \xc3\xa9
    found = prompt_symbols(vocabulary, "aéb")
    assert (found.text, found.places, found.missing) == ("ab", (1,), ("é",))


@given(ANY_TEXT)
def test_a_refusal_is_one_line_and_comes_at_once(text: str) -> None:
    engine = Engine(CHARACTERS, Settings(missing="refuse"))
    if set(text) <= set(LETTERS):
        engine.prompt(text)
    else:
        with pytest.raises(PromptError, match=r"the network has never seen .*prompt") as raised:
            engine.prompt(text)
        assert visible_line(str(raised.value)) == str(raised.value)


def test_a_refusal_names_a_few_and_counts_the_rest() -> None:
    with pytest.raises(PromptError, match=r"never seen 1 2 3 4 5 and 2 more: take it out"):
        prompt_symbols(CHARACTERS.vocabulary, "1a234567", "refuse")
