"""The columns of the list of runs, and which of them there is room for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from rich.cells import cell_len, set_cell_size

from rnn_tui.runs.glances import Glance
from rnn_tui.text.visible import visible_line
from rnn_tui.tui.renderables.numbers import step_number
from rnn_tui.tui.runs_list import RunsView
from rnn_tui.tui.widgets.status_bar import clip

UNKNOWN: Final = "–"
GAP: Final = 2
LONGEST_NAME: Final = 24
WIDEST_SETTING: Final = 14

SIGNS: Final = {"training": "●", "finished": "✓", "stopped": "■", "broken": "✗"}
"""Of each state; the word stands beside it."""


class Column(NamedTuple):
    """One column. ``weight`` says which goes first where there is no room."""

    order: str  # what a click on its heading sorts by; empty: nothing
    heading: str
    width: int
    weight: int
    right: bool
    write: Callable[[Glance], str]

    def cell(self, text: str) -> str:
        """The text in exactly the column's width."""
        text = clip(text, self.width)
        room = " " * (self.width - cell_len(text))
        return room + text if self.right else text + room


def columns_of(view: RunsView, width: int) -> list[Column]:
    """The columns that fit into so many cells, the most telling ones; settings come last."""
    longest = max((cell_len(visible_line(run.name)) for run in view.runs), default=4)
    name = Column("name", "run", min(max(longest, 8), LONGEST_NAME), 20, False, _name)
    facts = [fact for fact in _FACTS if fact is not _TAGS or any(run.tags for run in view.runs)]
    columns = [name, *facts, *(_setting(view, setting) for setting in view.settings)]
    while len(columns) > 1 and total(columns) > width:
        columns.remove(min(reversed(columns), key=lambda column: column.weight))
    if total(columns) > width:
        columns = [name._replace(width=max(width, 1))]
    return columns


def total(columns: Sequence[Column]) -> int:
    """The cells that columns take with what is between them."""
    return sum(column.width + GAP for column in columns) - GAP


def _setting(view: RunsView, setting: str) -> Column:
    values = [visible_line(run.settings.get(setting, UNKNOWN)) for run in view.runs]
    heading = visible_line(setting.rpartition(".")[2]).replace("_", " ")
    width = min(max(map(cell_len, [heading, *values])), WIDEST_SETTING)
    numbers = all(_is_number(value) for value in values)

    def write(run: Glance) -> str:
        return visible_line(run.settings.get(setting, UNKNOWN))

    return Column(setting, clip(heading, width), width, 8, numbers, write)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return text == UNKNOWN
    return True


def _name(run: Glance) -> str:
    return visible_line(run.name)


def _state(run: Glance) -> str:
    return f"{SIGNS[run.state]} {run.state}"


def nats(loss: float | None) -> str:
    """A loss, as short as a column."""
    if loss is None:
        return UNKNOWN
    return f"{loss:.3f}" if loss == 0 or 1e-3 <= abs(loss) < 1000 else f"{loss:.2g}"


def speed(run: Glance) -> str:
    """How fast it was of late, with the unit."""
    if run.speed is None:
        return UNKNOWN
    return f"{step_number(float(f'{run.speed:.3g}'))} {run.speed_unit}"


def size(run: Glance) -> str:
    """Bytes on the disk."""
    return f"{run.summary.size / 1e6:,.1f} MB"


def _tags(run: Glance) -> str:
    return " ".join(f"#{visible_line(tag)}" for tag in run.tags)


def _updated(run: Glance) -> str:
    return run.summary.updated[5:16].replace("T", " ")


CURVE: Final = Column("", "loss curve", 12, 9, False, lambda _: "")
"""Drawn by the list itself."""

_TAGS: Final = Column("", "tags", 12, 7, False, _tags)

_FACTS: Final = (
    CURVE,
    Column("state", "state", 10, 10, False, _state),
    Column("step", "step", 9, 12, True, lambda run: f"{run.summary.step:,}"),
    Column("loss", "loss", 6, 5, True, lambda run: nats(run.summary.loss)),
    Column("best", "best", 6, 11, True, lambda run: nats(run.best.loss if run.best else None)),
    Column("speed", "speed", 12, 6, True, speed),
    Column("size", "size", 9, 4, True, size),
    _TAGS,
    Column("updated", "updated", 11, 2, False, _updated),
)


def padded(text: str, width: int) -> str:
    """The text in exactly so many cells."""
    return set_cell_size(text, max(width, 0))
