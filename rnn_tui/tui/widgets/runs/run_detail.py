"""All about one run, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from rnn_tui.runs.glances import Glance
from rnn_tui.text.visible import visible_line
from rnn_tui.tui.runs_list import RunsView
from rnn_tui.tui.widgets.line_pane import Line, Span
from rnn_tui.tui.widgets.runs.columns import SIGNS, nats, size, speed
from rnn_tui.tui.widgets.runs.run_lines import RunLines
from rnn_tui.tui.widgets.status_bar import clip, duration

Fact = tuple[str, str]  # what it is, and its value


class RunDetail(RunLines[RunsView]):
    """The run that keys are about."""

    def titles(self, view: RunsView) -> Sequence[str]:
        """Its name."""
        return (visible_line(view.run.name) if view.run else "no run",)

    def lines(self, view: RunsView, width: int, height: int) -> Sequence[Line]:  # noqa: ARG002
        """What happened to it, how it does, and where it differs from the others."""
        run = view.run
        if run is None:
            return ()
        lines: list[Line] = [(Span(clip(_state(run, view), width), _ink(run)),)]
        lines += _wrapped([*_numbers(run), *_failures(run, view)], width, "text")
        differing = [(name, run.settings[name]) for name in view.settings if name in run.settings]
        lines += _wrapped(differing, width, "strong")
        lines += _wrapped(list(_more(run)), width, "faint")
        return lines


def _ink(run: Glance) -> str:
    return {"training": "good", "broken": "error"}.get(run.state, "text")


def _state(run: Glance, view: RunsView) -> str:
    words = f"{SIGNS[run.state]} {run.state}"
    if run.summary.reason:
        return f"{words}: {visible_line(run.summary.reason)}"
    if run.state == "training" and run.summary.pid:
        words += f" by process {run.summary.pid}"
    if run.name == view.watched:
        words += ", and watched here"
    if run.kind == "monitored":
        words += " · by another program"
    return words + "".join(f" #{visible_line(tag)}" for tag in run.tags)


def _numbers(run: Glance) -> Iterator[Fact]:
    goal = f" of {run.goal:,}" if run.goal else ""
    yield "step", f"{run.summary.step:,}{goal}"
    if run.summary.loss is not None:
        yield "loss", nats(run.summary.loss)
    if run.summary.held_out is not None:
        yield "held out", nats(run.summary.held_out)
    if run.best is not None:
        yield "best", f"{nats(run.best.loss)} at step {run.best.step:,}"
    if run.speed is not None:
        yield "speed", speed(run)
    if run.seconds:
        yield "trained", duration(run.seconds)


def _failures(run: Glance, view: RunsView) -> Iterator[Fact]:
    curve = view.curves.get(run.name)
    if curve is not None and curve.odd.any():
        yield "✗ not finite", f"{int(curve.odd.sum()):,} losses"


def _more(run: Glance) -> Iterator[Fact]:
    yield "size", size(run)
    for name, moment in (("created", run.summary.created), ("updated", run.summary.updated)):
        if moment:
            yield name, f"{moment[:16].replace('T', ' ')} UTC"
    yield "in", str(run.summary.path)


def _wrapped(facts: Sequence[Fact], width: int, ink: str) -> list[Line]:
    """The facts beside each other, on as many lines as they take."""
    lines: list[list[Span]] = [[]]
    used = 0
    for name, value in facts:
        label, words = f"{visible_line(name)} ", visible_line(value)
        gap = "   " if lines[-1] else ""
        if lines[-1] and used + cell_len(gap + label + words) > width:
            lines.append([])
            used, gap = 0, ""
        label = clip(label, max(width - used - cell_len(gap), 0))
        words = clip(words, max(width - used - cell_len(gap + label), 0))
        lines[-1] += [Span(gap + label, "faint"), Span(words, ink)]
        used += cell_len(gap + label + words)
    return [tuple(line) for line in lines if line]
