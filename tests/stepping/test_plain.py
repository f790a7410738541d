from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from rnn_tui.stepping.plain import json_lines, operation_lines, text_lines
from rnn_tui.stepping.sources import step_config, string_text, text_window
from rnn_tui.stepping.tiny import tiny_window
from rnn_tui.stepping.window import Window, make_window
from rnn_tui.text.vocabulary import Vocabulary

KEYS = ["index", "phase", "t", "layer", "name", "formula", "operands", "value"]


def fresh(words: str = "hello", **settings: object) -> Window:
    config = step_config(settings)
    return text_window(string_text(words, config.symbols), config)


def strict(line: str) -> Any:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    return json.loads(line, parse_constant=refuse)


def broken() -> Window:
    """A network that has diverged."""
    whole = fresh()
    params = dict(whole.params) | {"b_y": np.array([np.nan, np.inf, -np.inf, 0.0])}
    state = whole.state
    return make_window(params, whole.inputs, whole.targets, state, whole.vocabulary, "broken")


# -- JSON ------------------------------------------------------------------------------------------


def test_each_operation_is_an_object_a_line_with_its_keys_in_order() -> None:
    trace = fresh(layers=2).trace()
    lines = list(json_lines(trace))
    assert len(lines) == len(trace)
    for line, operation in zip(lines, trace, strict=True):
        found = strict(line)
        assert list(found) == KEYS
        assert list(found["operands"]) == list(operation.operands)
        for key in ("index", "phase", "t", "layer", "name", "formula"):
            assert found[key] == getattr(operation, key)
        assert "\n" not in line
        assert line.isascii()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_numbers_read_back_as_the_same_bits(dtype: str) -> None:
    trace = fresh(dtype=dtype).trace()
    for line, operation in zip(json_lines(trace), trace, strict=True):
        found = strict(line)
        pairs = [(found["value"], operation.value)]
        pairs += [(found["operands"][name], value) for name, value in operation.operands.items()]
        for written, value in pairs:
            read = np.array(written, value.dtype)
            assert read.shape == value.shape
            assert read.tobytes() == np.ascontiguousarray(value).tobytes()


def test_what_is_not_finite_is_a_string_and_the_rest_stays_a_number() -> None:
    readout = next(
        found
        for line in json_lines(broken().trace())
        if (found := strict(line))["t"] == 1 and found["name"] == "readout"
    )
    assert readout["operands"]["b_y"] == ["NaN", "Infinity", "-Infinity", 0.0]
    assert all(
        math.isnan(float(word)) or math.isinf(float(word)) for word in readout["value"][0][:3]
    )


def test_fewer_digits_are_rounded_ones() -> None:
    trace = fresh().trace()
    for line, operation in zip(json_lines(trace, digits=4), trace, strict=True):
        np.testing.assert_allclose(strict(line)["value"], operation.value, rtol=6e-4)
    assert max(map(len, json_lines(trace, digits=4))) < max(map(len, json_lines(trace)))


# -- text ------------------------------------------------------------------------------------------


def test_the_walk_says_what_it_is_of_and_how_it_ends() -> None:
    window = fresh("hello", hidden=3)
    trace = window.trace()
    lines = list(text_lines(window, trace))
    assert lines[0] == "“hello” · fresh weights, seed 1"
    assert lines[1] == "T = 4, B = 1, V = 4, H = 3, L = 1, tanh, float64"
    assert lines[-1].startswith(f"{len(trace)} operations; loss {trace.loss:.6g} nats")


def test_every_operation_has_place_formula_sentence_operands_and_result() -> None:
    window = tiny_window()
    trace = window.trace()
    stop = next(o for o in trace if (o.name, o.t) == ("tanh", 2))
    lines = list(operation_lines(stop, trace, window))
    assert lines[0] == f"{stop.index + 1}/{len(trace)}  forward  tanh, t = 2, layer 0"
    assert lines[1] == "    h_2 = tanh(z_2)"
    reads, gives = lines.index("    reads z_2 (1, 2)"), lines.index("    gives h_2 (1, 2)")
    assert 2 < reads < gives
    assert [float(n) for n in lines[gives + 1].split()] == pytest.approx(stop.value[0], rel=1e-5)


def test_the_time_is_put_in_everywhere() -> None:
    window = tiny_window()
    trace = window.trace()
    for stop in (stop for stop in trace if stop.t):
        lines = list(operation_lines(stop, trace, window))
        arrays = [line for line in lines if line.startswith(("    reads ", "    gives "))]
        for line in (lines[1], *arrays):
            assert "_{t-1}" not in line
            assert "_t " not in line
            assert "^t " not in line


def test_symbols_are_shown_beside_their_numbers() -> None:
    window = tiny_window()
    lines = list(text_lines(window, window.trace()))
    assert "    reads x_3 (1)  2  “c”" in lines
    assert "    reads target_3 (1)  0  “a”" in lines


def test_a_large_array_is_its_range_and_its_ends_unless_all_is_asked_for() -> None:
    window = fresh(hidden=9)
    trace = window.trace()
    stop = next(o for o in trace if o.name == "multiply state" and o.t == 2)
    W, short = window.params["layer0.W_hh"], list(operation_lines(stop, trace, window))
    at = next(i for i, line in enumerate(short) if line.startswith("    reads W_hh (9, 9)  "))
    assert f"{W.min():.6g} .. {W.max():.6g}, norm {np.linalg.norm(W):.6g}" in short[at]
    assert short[at + 1].split() == [
        *(f"{number:.6g}" for number in W.ravel()[:3]),
        "…",
        *(f"{number:.6g}" for number in W.ravel()[-3:]),
    ]
    whole = list(operation_lines(stop, trace, window, full=True))
    at = whole.index("    reads W_hh (9, 9)")
    numbers = " ".join(whole[at + 1 : at + 1 + 18]).split()
    assert [float(number) for number in numbers] == pytest.approx(W.ravel(), rel=1e-5)


def test_zeros_take_one_word_and_have_no_sign() -> None:
    window = fresh()
    lines = list(text_lines(window, window.trace()))
    assert "    reads h_0 (1, 16)  all 0" in lines
    assert not any("-0" in line.split() for line in lines)


def test_what_is_not_finite_is_written_too() -> None:
    window = broken()
    assert any("nan" in line and "-inf" in line for line in text_lines(window, window.trace()))


def test_numbers_fit_into_80_columns_and_never_touch() -> None:
    window = fresh(optimizer="adamw", hidden=7)
    trace = window.trace()
    for stop in trace:
        lines = list(operation_lines(stop, trace, window, full=True))
        gives = next(i for i, line in enumerate(lines) if line.startswith("    gives"))
        numbers = lines[gives + 1 :]
        assert all(len(line) <= 80 for line in numbers)
        found = [float(number) for line in numbers for number in line.split()]
        assert not found or found == pytest.approx(stop.value.ravel(), rel=1e-5)


def test_nothing_of_the_text_can_act_on_a_terminal() -> None:
    vocabulary = Vocabulary.of("\x1b\u202e\n", "character")
    plain = fresh("\x1b\u202e\n\x1b")
    assert plain.vocabulary == vocabulary
    for line in text_lines(plain, plain.trace()):
        assert line.isprintable()


def test_lines_are_made_when_they_are_asked_for() -> None:
    trace = fresh().trace()
    lines = json_lines(trace)
    assert strict(next(lines))["index"] == 0
    assert strict(next(lines))["index"] == 1


# -- everywhere the same ---------------------------------------------------------------------------

WALK = """
from rnn_tui.stepping import plain, sources
config = sources.step_config({"seed": 5, "layers": 2, "optimizer": "adam"})
window = sources.text_window(sources.string_text("hello world", "character"), config)
trace = window.trace()
print(*plain.text_lines(window, trace), *plain.json_lines(trace, digits=10), sep="\\n")
"""


def test_other_kernels_of_the_same_arithmetic_write_the_same_walk() -> None:
    """Another BLAS and other vector instructions: the last bits differ, the lines do not."""

    def walk(**environ: str) -> str:
        environment = {**os.environ, "PYTHONIOENCODING": "utf-8", **environ}
        command = [sys.executable, "-W", "ignore", "-c", WALK]
        done = subprocess.run(command, env=environment, capture_output=True, check=True, text=True)
        return done.stdout

    other = walk(OPENBLAS_CORETYPE="Nehalem", NPY_DISABLE_CPU_FEATURES="AVX2 FMA3 X86_V3 X86_V4")
    assert other == walk()
