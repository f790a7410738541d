"""What runs differ in, which are meant, and in which order."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from rnn_tui.runs.comparing import checked_order, differences, in_order, matching, spread
from rnn_tui.runs.errors import ConfigError
from rnn_tui.runs.glances import Best, Glance
from rnn_tui.runs.listing import RunSummary


def glance(name: str, best: float | None = None, kind: str = "trained", **more: Any) -> Glance:
    summary = RunSummary(
        name,
        Path(name),
        more.pop("state", "stopped"),
        step=more.pop("step", 10),
        loss=more.pop("loss", None),
        created=more.pop("created", "2026-01-01"),
    )
    found = None if best is None else Best(1, best)
    return Glance(summary, kind, best=found, settings=more.pop("settings", {}), **more)


def names(glances: list[Glance]) -> list[str]:
    return [one.name for one in glances]


def test_settings_that_are_the_same_everywhere_are_no_difference() -> None:
    runs = [
        glance("a", settings={"hidden": "64", "seed": "1", "cell": "tanh"}),
        glance("b", settings={"hidden": "128", "seed": "1", "cell": "tanh", "new": "1"}),
        glance("broken"),
    ]
    assert differences(runs) == ("hidden", "new")
    assert spread(runs[:2], "hidden") == 2
    assert differences(runs[:1]) == differences([]) == ()


def test_runs_of_other_programs_are_compared_among_themselves() -> None:
    ours = glance("a", settings={"hidden": "64"})
    theirs = [glance(name, kind="monitored", settings={"lr": name}) for name in "xy"]
    assert differences([ours, theirs[0]]) == ()
    assert differences([ours, *theirs]) == ("lr",)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("", ["fox", "owl"]),
        ("OW", ["owl"]),
        ("o w", ["owl"]),
        ("#good", ["owl"]),
        ("#goo", []),
        ("goo", ["owl"]),
        ("hidden=64", ["fox"]),
        ("hidden=6", []),
        ("training", ["fox"]),
        ("!training", ["owl"]),
        ("!", ["fox", "owl"]),
    ],
)
def test_runs_are_found_by_every_word(wanted: str, found: list[str]) -> None:
    runs = [
        glance("fox", state="training", settings={"hidden": "64"}),
        glance("owl", tags=("good",), settings={"hidden": "128"}),
    ]
    assert names(matching(runs, wanted)) == found


def test_each_order_puts_what_one_looks_for_first() -> None:
    runs = [
        glance("b", 2.0, step=30, created="2026-01-02", speed=5.0, loss=math.nan),
        glance("a", 1.0, step=20, created="2026-01-03", loss=2.0),
        glance("c", None, step=10, created="2026-01-01", speed=9.0, state="training", loss=1.0),
        glance("d", math.nan, step=5, created="2026-01-01", loss=math.inf),
    ]
    order = {by: "".join(names(in_order(runs, by))) for by in ("created", "name", "step")}
    assert order == {"created": "abcd", "name": "abcd", "step": "bacd"}
    assert names(in_order(runs, "best"))[:2] == ["a", "b"]
    assert names(in_order(runs, "loss"))[:2] == ["c", "a"]
    assert names(in_order(runs, "speed"))[:2] == ["c", "b"]
    assert names(in_order(runs, "state"))[0] == "c"
    assert names(in_order(runs, "step", backwards=True)) == ["d", "c", "a", "b"]


def test_a_setting_orders_numbers_by_size_and_words_behind_them() -> None:
    values = {"a": "128", "b": "64", "c": "none", "d": "1e-3", "e": "nan"}
    runs = [glance(name, settings={"x": value}) for name, value in values.items()]
    assert names(in_order([*runs, glance("f")], "x")) == ["d", "b", "a", "e", "c", "f"]


def test_what_nothing_can_be_sorted_by_is_named() -> None:
    assert checked_order("hidden", ("hidden",)) == "hidden"
    with pytest.raises(ConfigError, match=r"cannot sort by 'hiden': created, .* hidden"):
        checked_order("hiden", ("hidden",))
