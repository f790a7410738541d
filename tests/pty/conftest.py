from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .runs import Run, run_in


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    with run_in(tmp_path) as run:
        yield run
