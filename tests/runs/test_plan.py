from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from rnn_tui.core.cells.products import Widths
from rnn_tui.runs.configuration import merge
from rnn_tui.runs.plan import Plan, keep_plan, kept_plan, planned, widths_for

CONFIG = merge({"hidden": 256, "batch": 32})

DAMAGED = [b"", b"{", b"[]", b'{"threads": "two"}', b"x" * 9000, b'{"blas": "\xff"}']
DAMAGED += [b'{"x": ' + b"[" * 4000]


@pytest.mark.parametrize(
    ("B", "H", "kernel", "widths"),
    [
        (32, 256, "Haswell", (0, 0)),  # it repacks whatever the size
        (32, 256, "", (0, 0)),
        (1, 256, "SkylakeX", (0, 0)),  # one row is no product of matrices
        (32, 128, "SkylakeX", (128, 128)),  # the whole is small enough
        (32, 256, "SkylakeX", (64, 64)),
        (32, 200, "Cooperlake", (100, 100)),
        (64, 512, "SkylakeX", (512, 512)),  # what is small enough is too narrow
    ],
)
def test_blocks_are_as_wide_as_is_multiplied_without_repacking(B, H, kernel, widths) -> None:
    assert widths_for(B, H, kernel) == Widths(*widths)


def test_what_was_measured_is_kept_and_found_again(tmp_path: Path) -> None:
    plan = planned(CONFIG, threads=7)
    assert kept_plan(tmp_path / "plan.json", CONFIG) is None
    keep_plan(tmp_path / "plan.json", plan)
    assert kept_plan(tmp_path / "plan.json", CONFIG) == plan
    assert plan.threads == 7


@pytest.mark.parametrize(
    "change",
    [{"blas": "another"}, {"threads": 0}, {"threads": 1 << 32}, {"forward": 100}, {"backward": -4}],
)
def test_a_plan_that_was_made_for_something_else_is_not_used(tmp_path: Path, change) -> None:
    keep_plan(tmp_path / "plan.json", msgspec.structs.replace(planned(CONFIG), **change))
    assert kept_plan(tmp_path / "plan.json", CONFIG) is None


@pytest.mark.parametrize("data", DAMAGED)
def test_a_damaged_plan_is_not_used(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "plan.json").write_bytes(data)
    assert kept_plan(tmp_path / "plan.json", CONFIG) is None


def test_threads_that_the_user_names_come_before_those_that_were_measured(tmp_path: Path) -> None:
    keep_plan(tmp_path / "plan.json", planned(CONFIG, threads=2))
    told = msgspec.structs.replace(CONFIG, threads=3)
    assert kept_plan(tmp_path / "plan.json", told) is None
    assert planned(told, threads=2).threads == 3
    assert isinstance(planned(told), Plan)
