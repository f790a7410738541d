"""What the sampler asks or lists in a window of its own, by name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from rnn_tui.core.work import Answer
from rnn_tui.sampling.errors import SamplerError
from rnn_tui.sampling.lanes import ALONE, Lane, at_temperatures, of_weights
from rnn_tui.sampling.weights import Weights
from rnn_tui.text.visible import visible_line
from rnn_tui.tui.screens.choice import ChoiceScreen
from rnn_tui.tui.screens.sampler_weights import files, renew, use

if TYPE_CHECKING:
    from rnn_tui.sampling.text import Text
    from rnn_tui.sampling.tree import Mark
    from rnn_tui.tui.exports import Saving
    from rnn_tui.tui.screens.comparing import Beside
    from rnn_tui.tui.screens.sampler import SamplerScreen


def branch(screen: SamplerScreen) -> str | None:
    """Choose another character in the place of the one that is looked at."""
    from rnn_tui.tui.screens.branching import BranchScreen

    text = screen.sampler.texts.require()
    index = text.cursor  # of now: the text may grow under the list
    if index < 0:
        return "the text has no character yet: let some be written"

    def chosen(symbol: int | None) -> None:
        if symbol is not None:
            screen.ask(lambda: screen.sampler.branch(symbol, text, index))

    screen.app.push_screen(BranchScreen(text.marks[index], text.weights.vocabulary), chosen)
    return None


def beside(screen: SamplerScreen) -> None:
    """Choose what is written side by side."""
    screen.run_beside(partial(_beside, screen))


async def _beside(screen: SamplerScreen) -> None:
    from rnn_tui.tui.screens.comparing import BesideScreen

    found = await files(screen, lambda: (screen.source.checkpoints(), screen.source.others()))
    if found is None:
        return
    steps, runs = found
    now = screen.sampler.weights.title
    answer: Beside | None = await screen.app.push_screen_wait(BesideScreen(now, steps, runs))
    if answer is None:
        return
    lanes = await files(screen, lambda: _lanes(screen, answer))
    if lanes is not None:
        screen.sampler.lanes = lanes
        alone = "one text at a time"
        screen.say(f"{len(lanes)} texts side by side: enter writes them" if lanes[1:] else alone)
        screen.action_prompt()


def _lanes(screen: SamplerScreen, answer: Beside) -> tuple[Lane, ...]:
    source = screen.source
    if answer.temperatures:
        return at_temperatures(answer.temperatures)
    several = [screen.sampler.weights] if answer.with_now else []
    several += [source.at(step) for step in answer.steps]
    several += [source.of_run(name) for name in answer.runs]
    return of_weights(tuple(several)) if several else ALONE


def weights(screen: SamplerScreen) -> None:
    """Choose what the next texts are written with."""
    screen.run_beside(partial(_weights, screen))


async def _weights(screen: SamplerScreen) -> None:
    source = screen.source
    found = await files(screen, lambda: (source.checkpoints(), source.others()))
    if found is None:
        return
    steps, runs = found
    takes: list[tuple[str, Callable[[], Weights] | None]] = []
    if source.live:
        takes.append(("the newest, for each text\nwhat the trainer has, or the last kept", None))
    takes += [(f"step {step:,}", partial(source.at, step)) for step in reversed(steps)]
    takes += [
        (f"run {visible_line(name)} · step {step:,}", partial(source.of_run, name))
        for name, step in runs
    ]

    listed = ChoiceScreen("write with", [words for words, _ in takes], 0, "takes them")
    chosen = await screen.app.push_screen_wait(listed)
    if chosen is not None:
        await _use(screen, takes[chosen][1])


async def _use(screen: SamplerScreen, take: Callable[[], Weights] | None) -> None:
    sampler = screen.sampler
    if take is None:
        sampler.follow, taken = True, await renew(screen)
    else:
        taken = await files(screen, take)
        sampler.follow = sampler.follow and taken is None
    if taken is None:
        return
    use(screen, taken)
    if any(lane.weights for lane in sampler.lanes):
        sampler.lanes = ALONE  # which had others
    each = (
        "every new text takes the newest, now" if sampler.follow else "new texts are written with"
    )
    screen.say(f"{each} {visible_line(taken.title)}")


def save(screen: SamplerScreen) -> None:
    """Save the text, the table of the distribution at the cursor, or a picture of the screen."""
    from rnn_tui.tui.screens.saving import SaveScreen, stem_of

    text = screen.sampler.texts.require()
    mark = text.column().mark  # of now: the text may grow under the question

    def chosen(saving: Saving | None) -> None:
        if saving is not None:
            screen.call_after_refresh(screen.ask, lambda: _saved(screen, text, mark, saving))

    name = stem_of(text.weights.name, text.weights.step)
    screen.app.push_screen(SaveScreen(name), chosen)


def _saved(screen: SamplerScreen, text: Text, mark: Mark | None, saving: Saving) -> str:
    from rnn_tui.sampling.tables import to_csv
    from rnn_tui.tui import exports

    def table() -> str:
        if mark is None:
            raise SamplerError("the text has no character yet: there is no distribution to save")
        return to_csv(mark, text.weights.vocabulary)

    return exports.save(
        saving,
        {
            "text": lambda: text.data,
            "table": table,
            "picture": lambda: exports.screenshot(screen.app),
        },
    )


def keys(screen: SamplerScreen) -> None:
    """The keys, the commands, and what the words mean."""
    from rnn_tui.tui.screens.sampler_help import SamplerHelp

    screen.app.push_screen(SamplerHelp())


DIALOGS: dict[str, Callable[[SamplerScreen], Answer | None]] = {
    "branch": branch,
    "beside": beside,
    "weights": weights,
    "save": save,
    "keys": keys,
}
