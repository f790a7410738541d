"""What the list of runs does when it is told to, by name: by a key, or in words."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from rnn_tui.core.work import Answer, Task
from rnn_tui.runs import compared_files, managing
from rnn_tui.runs.comparing import ORDERS
from rnn_tui.runs.directory import RunDirectory
from rnn_tui.runs.errors import ConfigError
from rnn_tui.runs.hints import command
from rnn_tui.text.visible import visible_line
from rnn_tui.tui import exports
from rnn_tui.tui.screens.choice import ChoiceScreen
from rnn_tui.tui.screens.help import keys_of
from rnn_tui.tui.screens.help_page import HelpPage

if TYPE_CHECKING:
    from rnn_tui.runs.glances import Glance
    from rnn_tui.tui.screens.runs import RunsScreen

FILTERS: Final = (
    ("words", "each must be a part of the name, of the text's name, of a tag, or of the state"),
    ("#good", "has the tag"),
    ("hidden=128", "the setting has this value"),
    ("!word", "not what matches the word"),
)


class Command(NamedTuple):
    """Something to do, in words."""

    usage: str
    does: str
    carry_out: Callable[[RunsScreen, str], Answer | None]


def _directory(screen: RunsScreen) -> RunDirectory:
    return RunDirectory(screen.runs.run.summary.path)


def _unwatched(screen: RunsScreen, doing: str) -> RunDirectory:
    """The run that keys are about, if this app does not show it."""
    directory = _directory(screen)
    if directory.name == screen.runs.watched:
        raise ConfigError(f"{directory.name} is watched here: leave it first to {doing} it")
    return directory


def _task(title: str, do: Callable[[], Any], apply: Callable[[Any], str]) -> Task:
    """Something that waits for a disk."""

    def work() -> Generator[float, None, Any]:
        yield 0.0
        return do()

    return Task(title, work(), apply)


def rename(screen: RunsScreen, name: str) -> Answer:
    """Give the run another name."""
    directory = _unwatched(screen, "rename")

    def apply(renamed: RunDirectory) -> str:
        screen.runs.renamed(directory.name, renamed.name)
        screen.look_again()
        return f"{directory.name} is called {renamed.name} from now on"

    name = name.strip()
    return _task(f"renaming {directory.name}", lambda: managing.rename(directory, name), apply)


def tag(screen: RunsScreen, words: str) -> Answer:
    """Give the run these tags, and no others."""
    directory = _directory(screen)

    def apply(tags: tuple[str, ...]) -> str:
        screen.look_again()
        said = " ".join(f"#{tag}" for tag in tags)
        return f"{directory.name}: {said or 'no tags'}"

    chosen = words.replace(",", " ").split()
    return _task(f"tagging {directory.name}", lambda: managing.set_tags(directory, chosen), apply)


def delete(screen: RunsScreen) -> None:
    """Ask, and delete the run."""
    from rnn_tui.tui.screens.deleting import DeleteScreen

    directory, run = _unwatched(screen, "delete"), screen.runs.run
    if run.state == "training":
        pid = f" by process {run.summary.pid}" if run.summary.pid else ""
        raise ConfigError(f"{run.name} is being trained{pid}: stop it first, then delete it")

    def apply(_: None) -> str:
        screen.look_again()
        return f"{directory.name} is deleted"

    def answered(yes: bool | None) -> None:
        if yes:
            title = f"deleting {directory.name}"
            screen.ask(lambda: _task(title, lambda: managing.delete(directory), apply))

    screen.app.push_screen(DeleteScreen(run), answered)


def mark(screen: RunsScreen) -> str:
    """Mark the run, or take its mark away."""
    return screen.changed(screen.runs.mark)


def unmark(screen: RunsScreen) -> str:
    """Take all marks away."""
    return screen.changed(screen.runs.unmark)


def sort(screen: RunsScreen) -> None:
    """Choose what the list is sorted by."""
    view = screen.runs.view({})
    orders = [*ORDERS, *view.settings]
    words = [f"{order}{_way(screen, order)}" for order in orders]

    def chosen(place: int | None) -> None:
        if place is not None:
            screen.ask(lambda: screen.changed(lambda: screen.runs.sort(orders[place])))

    listed = ChoiceScreen("sort by", words, orders.index(view.order), "sorts, again: backwards")
    screen.app.push_screen(listed, chosen)


def _way(screen: RunsScreen, order: str) -> str:
    if order != screen.runs.order:
        return ""
    return " · as now, backwards" if screen.runs.backwards else " · as now"


def open_run(screen: RunsScreen) -> Answer | None:
    """Open the run that keys are about."""
    return screen.opens(screen.runs.run)


def overlay(screen: RunsScreen) -> None:
    """Lay the marked runs over each other; where none is marked, that which keys are about."""
    from rnn_tui.tui.screens.overlay import OverlayScreen

    screen.runs.run  # noqa: B018 (says so if there is none)
    view = screen.runs.view({})
    colors = {name: view.color(name) for name in view.compared}
    screen.app.push_screen(OverlayScreen(screen.runs.folder, colors))


def copy(screen: RunsScreen) -> str:
    """Put the command that opens the run into the clipboard."""
    return exports.copy(screen.app, command("attach", _directory(screen)))


def save(screen: RunsScreen) -> None:
    """Save what is listed."""
    from rnn_tui.tui.screens.saving import SaveScreen

    runs: tuple[Glance, ...] = screen.runs.view({}).runs
    offers: dict[exports.Kind, str] = {
        "table": f"the {len(runs)} runs that are listed, as CSV",
        "lines": "the same as JSON, one run a line",
        "picture": "this screen, as SVG",
    }

    def chosen(saving: exports.Saving | None) -> None:
        if saving is not None:
            screen.call_after_refresh(screen.ask, lambda: exports.save(saving, makers))

    makers: dict[exports.Kind, Callable[[], str]] = {
        "table": lambda: compared_files.runs_as_csv(runs),
        "lines": lambda: compared_files.as_lines(compared_files.run_records(runs)),
        "picture": lambda: exports.screenshot(screen.app),
    }
    screen.app.push_screen(SaveScreen("runs", offers), chosen)


def keys(screen: RunsScreen) -> None:
    """The keys, the commands, what a filter may say."""
    commands = [(command.usage, command.does) for command in COMMANDS.values()]
    parts: list[tuple[str, Sequence[tuple[str, str]]]] = [
        ("keys", keys_of(screen)),
        ("commands, after :", commands),
        ("what / finds", FILTERS),
    ]
    screen.app.push_screen(HelpPage("help", parts, wide=True))


ACTIONS: dict[str, Callable[[RunsScreen], Answer | None]] = {
    "open": open_run,
    "mark": mark,
    "unmark": unmark,
    "overlay": overlay,
    "sort": sort,
    "delete": delete,
    "copy": copy,
    "save": save,
    "keys": keys,
}


def _sorted(screen: RunsScreen, by: str) -> str:
    return screen.changed(lambda: screen.runs.sort(by.strip()))


def _filtered(screen: RunsScreen, wanted: str) -> str:
    return screen.changed(lambda: screen.runs.filter(wanted))


def _without_words(name: str) -> Callable[[RunsScreen, str], Answer | None]:
    return lambda screen, _: ACTIONS[name](screen)


COMMANDS: dict[str, Command] = {
    "filter": Command("filter WORDS", "show only the runs that match; no words: all", _filtered),
    "sort": Command("sort COLUMN", "sort by a column or a setting; again: backwards", _sorted),
    "tag": Command("tag WORDS", "give the run these tags instead of its own", tag),
    "rename": Command("rename NAME", "give the run another name", rename),
    **{
        name: Command(name, does, _without_words(name))
        for name, does in (
            ("mark", "mark the run, or take its mark away"),
            ("unmark", "take all marks away"),
            ("overlay", "lay the losses of the marked runs over each other"),
            ("open", "open the run"),
            ("delete", "delete the run; its name must be written"),
            ("save", "save the list"),
        )
    },
    "help": Command("help", "this page", _without_words("keys")),
}


def carry_out(screen: RunsScreen, line: str) -> Answer | None:
    """Carry out a command. ConfigError for one that there is not."""
    verb, _, rest = line.strip().partition(" ")
    found = COMMANDS.get(verb)
    if found is None:
        raise ConfigError(f"no command {visible_line(verb)[:40]}: {', '.join(COMMANDS)}")
    return found.carry_out(screen, rest)
