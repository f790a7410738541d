from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from rnn_tui.core.arrays import Params
from rnn_tui.core.initialization import initialize
from rnn_tui.core.parameters import Architecture
from rnn_tui.runs.errors import ConfigError
from rnn_tui.stepping.sources import (
    file_text,
    step_config,
    string_text,
    text_window,
    weights_window,
)
from rnn_tui.stepping.window import Window
from rnn_tui.text.errors import CorpusError
from rnn_tui.training.making import initialization_stream


def fresh(words: str = "hello", **settings: object) -> Window:
    config = step_config(settings)
    return text_window(string_text(words, config.symbols), config)


def test_each_target_is_the_next_symbol() -> None:
    window = fresh("hello")
    assert [window.input_symbol(t) for t in range(1, 5)] == list("hell")
    assert [window.vocabulary.symbols[n] for n in window.targets[:, 0]] == list("ello")
    assert window.vocabulary.symbols == tuple("ehlo")
    assert not any(h.any() for h in window.state)


def test_fresh_weights_are_those_of_a_run_with_that_seed() -> None:
    window = fresh("hello", seed=7, hidden=5, layers=2, cell="relu", initialization="identity")
    architecture = Architecture(4, 5, 2, 4, "relu")
    _, params = initialize(architecture, "identity", initialization_stream(7), np.float64)
    assert all((window.params[name] == value).all() for name, value in params.items())
    assert window.cell == "relu"
    assert "seed 7" in window.title


def test_a_walk_is_small_and_exact_unless_something_else_is_said() -> None:
    window = fresh()
    assert window.state[0].shape == (1, 16)
    assert window.dtype == np.float64
    assert (window.update.optimizer, window.update.learning_rate) == ("sgd", 0.1)
    assert fresh(dtype="float32").dtype == np.float32


def test_the_update_is_that_of_the_optimiser_that_was_chosen() -> None:
    window = fresh(optimizer="momentum", momentum=0.5, learning_rate=0.25, clip=2.0, clip_value=1.0)
    assert (window.clip, window.clip_value) == (2.0, 1.0)
    assert window.update.optimizer == "momentum"
    assert window.update.options["momentum"] == 0.5
    assert window.update.learning_rate == 0.25
    assert window.trace().updated is not None


def test_bytes_are_symbols_where_they_are_asked_for() -> None:
    window = fresh("né", symbols="byte")
    assert (window.steps, len(window.vocabulary)) == (2, 3)


@pytest.mark.parametrize("words", ["", "a"])
def test_a_text_of_less_than_two_symbols_is_refused(words: str, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="fewer than two symbols"):
        string_text(words, "character")


def test_a_long_string_is_walked_through_only_where_its_beginning_is_asked_for() -> None:
    assert len(string_text("ab" * 256 + "a", "character").symbols) == 513
    with pytest.raises(CorpusError, match="514 symbols"):
        string_text("ab" * 257, "character")
    assert string_text("ab" * 257, "character", 3).symbols == "abab"


def test_what_is_not_utf8_is_refused_unless_bytes_are_symbols() -> None:
    words = b"a\xffb".decode("utf-8", "surrogateescape")
    with pytest.raises(CorpusError, match="not UTF-8"):
        string_text(words, "character")
    assert string_text(words, "byte").symbols == b"a\xffb"


def test_of_a_file_the_beginning_is_read(tmp_path: Path) -> None:
    (tmp_path / "novel.txt").write_text("abcdefgh" * 50)
    text = file_text(str(tmp_path / "novel.txt"), "character")
    assert (len(text.symbols), len(text.whole)) == (65, 400)
    assert text.title == "novel.txt, its first 65 symbols"
    short = file_text(str(tmp_path / "novel.txt"), "byte", 4)
    assert short.symbols == b"abcde"
    window = text_window(short, step_config({"symbols": "byte"}))
    assert len(window.vocabulary) == 5  # that of what is walked through


def test_a_network_that_no_memory_could_walk_through_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"needs about [\d.]+ GiB"):
        fresh(hidden=8192, layers=4)
    with pytest.raises(ConfigError, match="hidden = 0 is not allowed"):
        fresh(hidden=0)


# -- the weights of a file -------------------------------------------------------------------------


def model(tmp_path: Path, V: int) -> tuple[Path, Params]:
    rng = np.random.default_rng(3)
    arrays = {
        "rnn.weight_ih_l0": rng.standard_normal((4, V)),
        "rnn.weight_hh_l0": rng.standard_normal((4, 4)),
        "fc.weight": rng.standard_normal((V, 4)),
        "fc.bias": rng.standard_normal(V),
    }
    path = tmp_path / "model.safetensors"
    safetensors.numpy.save_file(arrays, path)
    return path, arrays


def test_the_symbols_of_a_file_are_those_of_the_whole_text(tmp_path: Path) -> None:
    path, arrays = model(tmp_path, 3)
    (tmp_path / "t.txt").write_text("bababac")
    text = file_text(str(tmp_path / "t.txt"), "character", 3)
    window = weights_window(text, path, step_config({}))
    assert window.vocabulary.symbols == ("a", "b", "c")
    assert (window.params["W_hy"] == arrays["fc.weight"].T).all()
    assert "model.safetensors" in window.title


def test_any_order_of_the_symbols_is_the_same_network(tmp_path: Path) -> None:
    path, arrays = model(tmp_path, 3)
    text = string_text("abba", "character")
    window = weights_window(text, path, step_config({}), "cab")
    assert window.vocabulary.symbols == ("a", "b", "c")
    a, b = 1, 2  # their numbers in the file
    assert (window.params["layer0.W_xh"][0] == arrays["rnn.weight_ih_l0"][:, a]).all()
    assert window.params["b_y"].tolist() == arrays["fc.bias"][[a, b, 0]].tolist()
    assert (window.params["W_hy"][:, 1] == arrays["fc.weight"][b]).all()


@pytest.mark.parametrize(
    ("vocabulary", "told"),
    [
        ("", "the network has 3 symbols, and the text 2"),
        ("ab", "has 2 symbols, and the network 3"),
        ("aba", "“a” twice"),
        ("bcd", "vocabulary has no “a”"),
    ],
)
def test_a_vocabulary_that_does_not_fit_is_refused(
    tmp_path: Path, vocabulary: str, told: str
) -> None:
    path, _ = model(tmp_path, 3)
    with pytest.raises(ConfigError, match=told):
        weights_window(string_text("abba", "character"), path, step_config({}), vocabulary)


def test_256_symbols_are_all_bytes(tmp_path: Path) -> None:
    path, _ = model(tmp_path, 256)
    config = step_config({"symbols": "byte"})
    window = weights_window(string_text("né", "byte"), path, config)
    assert window.inputs[:, 0].tolist() == [0x6E, 0xC3]


def test_a_file_of_another_network_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gru.safetensors"
    arrays = {"weight_ih_l0": np.ones((12, 3)), "weight_hh_l0": np.ones((12, 4))}
    safetensors.numpy.save_file(arrays, path)
    with pytest.raises(ConfigError, match=r"gru\.safetensors: .* of a GRU"):
        weights_window(string_text("abba", "character"), path, step_config({}))
