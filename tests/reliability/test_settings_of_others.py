"""Row C9 of the table of faults: configurations with anything in them."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.runs.configuration import FIELDS, RunConfig, check_memory, load_toml, merge
from rnn_tui.runs.errors import ConfigError

BAD = [
    ("hidden", 0),
    ("hidden", 10**9),
    ("hidden", 10**400),
    ("hidden", 1.5),
    ("hidden", True),
    ("hidden", "8"),
    ("layers", -1),
    ("held_out", 0.6),
    ("learning_rate", 0.0),
    ("learning_rate", math.nan),
    ("learning_rate", math.inf),
    ("clip", math.nan),
    ("momentum", 1.0),
    ("clip_value", -math.inf),
    ("seed", 2**63),
    ("cell", "gru"),
    ("cell", ["tanh"]),
    ("text", "a string, not a list"),
    ("corpus", "\ud800"),
    ("name", "../x"),
]


@pytest.mark.parametrize(("name", "value"), BAD)
def test_c9_a_bad_value_is_refused_by_name_in_one_line(name: str, value: object) -> None:
    with pytest.raises(ConfigError) as caught:
        merge({name: value})
    message = str(caught.value)
    assert message.startswith(f"{name} = ")
    assert "is not allowed: " in message
    assert "\n" not in message
    assert len(message) < 200


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.lists(st.text()),
    st.binary(),
)


def config_or_message(build: Callable[[], RunConfig]) -> RunConfig | None:
    """What is built, or None after a look at the message of its ConfigError."""
    try:
        return build()
    except ConfigError as error:
        message = str(error)
    assert "\n" not in message
    return None


@given(st.dictionaries(st.sampled_from(list(FIELDS)) | st.text(), ANYTHING))
def test_c9_whatever_is_given_is_a_config_or_a_config_error(settings: dict[str, Any]) -> None:
    config = config_or_message(lambda: merge(settings))
    if isinstance(config, RunConfig):
        assert merge({name: getattr(config, name) for name in FIELDS}) == config


def test_c9_an_unknown_setting_is_answered_with_the_closest() -> None:
    with pytest.raises(ConfigError, match=r"'hiden' is not a setting: did you mean hidden?"):
        merge({"hiden": 3})


@pytest.mark.parametrize("content", [b"seed =", b"a = 1\na = 2", b"a = [" * 5000, b"\xff", b"\0"])
def test_c9_a_file_that_is_not_toml_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "c.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"TOML|UTF-8") as caught:
        load_toml(path)
    assert "\n" not in str(caught.value)


@given(st.binary(max_size=200))
def test_c9_any_bytes_are_settings_or_a_config_error(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "c.toml"
        path.write_bytes(content)
        config_or_message(lambda: merge(load_toml(path)))


def test_c9_a_network_beyond_memory_is_refused_before_anything_is_allocated() -> None:
    with pytest.raises(ConfigError, match=r"about 108.1 GiB, the limit is 8: lower hidden"):
        merge({"hidden": 8192, "layers": 16})
    check_memory(RunConfig(), 65)
    with pytest.raises(ConfigError, match="GiB"):
        check_memory(RunConfig(window=4096, batch=64), 65_536)


CHILD = """
import resource, sys
from rnn_tui.cli import status_of
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
sys.exit(status_of(sys.argv[1:]))
"""
HUGE = {
    "hidden = 1000000000": "line 1: hidden = 1000000000 is not allowed: a whole number, at least 1",
    "hidden = 8192\nlayers = 16": "about 108.1 GiB, the limit is 8: lower hidden (8192)",
    "hidden = nan": "line 1: hidden = nan is not allowed",
    "learning_rate = -1": "line 1: learning_rate = -1 is not allowed: a number, above 0",
    "seed = 3\nbatch = '8'": "line 2: batch = '8' is not allowed",
    "[model]\nhidden = 2": "line 1: 'model' is not a setting",
}


@pytest.mark.parametrize("content", HUGE)
def test_c9_field_and_limit_are_told_and_nothing_is_allocated(tmp_path: Path, content: str) -> None:
    (tmp_path / "c.toml").write_text(content)
    command = ["train", "--config", "c.toml", "--runs", "runs", "--steps", "1"]
    done = subprocess.run(
        [sys.executable, "-c", CHILD, *command],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert HUGE[content] in done.stderr
    assert not (tmp_path / "runs").exists()
