"""Tests that need an optional extra: left out where it is not installed, and the suite says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from importlib.util import find_spec

import pytest

_BEGINNING = "left out without the extra "


def needs(extra: str, module: str) -> pytest.MarkDecorator:
    """For tests that import ``module``, which ``pip install -e .[extra]`` brings."""
    missing = find_spec(module) is None
    return pytest.mark.skipif(missing, reason=f"{_BEGINNING}{extra}")


def left_out(reasons: Iterable[str]) -> list[str]:
    """One line for each extra that some of the skipped tests would have needed."""
    counted = Counter(reason.partition(_BEGINNING)[2] for reason in reasons if _BEGINNING in reason)
    return [
        f"left out for want of the extra {extra} (pip install -e '.[{extra}]'): "
        f"{count} test{'s' if count > 1 else ''}"
        for extra, count in sorted(counted.items())
    ]
