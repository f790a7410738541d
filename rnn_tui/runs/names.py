"""Names of runs: what is allowed, and a friendly one where none is given."""

from __future__ import annotations

import random
import re
from collections.abc import Container

from rnn_tui.runs.errors import ConfigError
from rnn_tui.text.visible import visible_line

MAX_LENGTH = 64
MAX_LABEL = 100
"""Characters of a name of a series, an array or an axis; what is longer is cut."""

MAX_SERIES = 10_000
"""Names of series in a run."""

_ALLOWED = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}")

_ADJECTIVES = """
    amber bold brave bright brisk calm clear crisp curious early eager fair gentle glad golden
    green happy humble jolly keen kind late light lively lucky mellow merry mild misty modest
    neat
    nimble noble patient plain polite proud quick quiet rapid ready silent silver simple sleepy
    smooth snowy soft steady still sunny swift tidy warm wise young
""".split()  # noqa: SIM905 (a list of words reads best as words)
_ANIMALS = """
    badger bear beaver bee bison crab crane crow deer dingo dove duck eagle egret falcon ferret
    finch fox frog gecko goose hare hawk heron ibex ibis jay koala lark lemur lynx magpie mole
    moose moth newt otter owl panda pigeon pony puffin quail rabbit raven robin salmon seal shrew
    sloth snail sparrow squid stork swan tiger toad trout turtle walrus weasel whale wolf wren
""".split()  # noqa: SIM905 (a list of words reads best as words)


def check_name(name: str) -> str:
    """Return ``name`` if a run may bear it; ConfigError otherwise.

    A name is one component of a path and nothing else: no separator, no leading dot.
    """
    if isinstance(name, str) and _ALLOWED.fullmatch(name):
        return name
    raise ConfigError(
        f"name = {clipped(name)} is not allowed: 1 to 64 of the characters A-Z a-z 0-9 . _ - "
        "and no dot in front"
    )


def is_name(name: str) -> bool:
    """Say whether a run may bear ``name``."""
    return _ALLOWED.fullmatch(name) is not None


def free_name(taken: Container[str], source: random.Random | None = None) -> str:
    """Return a name such as ``quiet-otter`` that is not in ``taken``."""
    source = source or random.Random()  # noqa: S311 (a label, not a secret)
    for _ in range(100):
        name = f"{source.choice(_ADJECTIVES)}-{source.choice(_ANIMALS)}"
        if name not in taken:
            return name
    while (name := f"run-{source.randrange(10**9)}") in taken:
        pass
    return name


def numbered(name: str, number: int) -> str:
    """Return ``name`` with a number after it, for one that is taken."""
    end = f"-{number}"
    return f"{name[: MAX_LENGTH - len(end)]}{end}"


def run_name(text: str) -> str:
    """Return a name that a run may bear and that is as near to ``text`` as can be."""
    allowed = re.sub(r"[^A-Za-z0-9._-]+", "-", text).lstrip(".")[:MAX_LENGTH]
    return allowed if is_name(allowed) else "run"


def label(name: object) -> str:
    """Return the name of a series or an array as it is kept: one short line that does nothing."""
    return visible_line(str(name)[:MAX_LABEL]).strip()[:MAX_LABEL] or "unnamed"


def clipped(value: object, limit: int = 60) -> str:
    """Return ``value`` as it would be typed, in ASCII and on one line, at most ``limit`` long."""
    text = ascii(value)
    return text if len(text) <= limit else text[: limit - 3] + "..."
