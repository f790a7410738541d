"""What the keys of the sampler do that takes no words, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rnn_tui.core.work import Answer
from rnn_tui.sampling.units import Place
from rnn_tui.tui import exports

if TYPE_CHECKING:
    from rnn_tui.tui.screens.sampler import SamplerScreen


def follow(screen: SamplerScreen) -> str:
    """Take the newest weights for each text, or keep those of now."""
    sampler = screen.sampler
    if not screen.source.live:
        return f"held at step {sampler.weights.step:,}, as it was opened: w chooses another step"
    sampler.follow = not sampler.follow
    if sampler.follow:
        return "every new text takes the newest weights"
    return f"new texts keep the weights of step {sampler.weights.step:,}"


def copy(screen: SamplerScreen) -> str:
    """Put the text into the clipboard."""
    text = screen.sampler.texts.require()
    return exports.copy(screen.app, text.written)


def cycle(screen: SamplerScreen) -> str:
    """Show one unit after the other, or stop."""
    return screen.sampler.looking.cycle(screen.network)


def again(screen: SamplerScreen) -> None:
    """The same prompt with the next seed."""
    text = screen.sampler.texts.require()  # the one that is looked at now
    screen.write(lambda: screen.sampler.again(text))


def rank(screen: SamplerScreen) -> None:
    """Find out which units track what, on the run's own text."""
    looking, name = screen.sampler.looking, screen.source.name
    screen.errands.begin(looking.rank(screen.network, screen.source.corpus, name), "looking")
    screen.action_pane(4)


def places(screen: SamplerScreen) -> None:
    """Find where in the run's own text the shown units are most on."""
    looking = screen.sampler.looking
    work = looking.places(screen.network, screen.source.corpus)
    units, layers = looking.units, screen.network.architecture.layers

    def found(places: tuple[Place, ...]) -> None:
        from rnn_tui.tui.screens.places import PlacesScreen

        screen.app.push_screen(PlacesScreen(units, places, layers, screen.source.name))

    screen.errands.begin(work, "looking", found)


def full(screen: SamplerScreen) -> str:
    """One pane or all."""
    screen.board.full = not screen.board.full
    return ""


ACTIONS: dict[str, Callable[[SamplerScreen], Answer | None]] = {
    "pause": lambda screen: screen.sampler.pause(),
    "one": lambda screen: screen.sampler.one(),
    "more": lambda screen: screen.sampler.more(),
    "before": lambda screen: screen.sampler.texts.turn(-1),
    "after": lambda screen: screen.sampler.texts.turn(1),
    "slower": lambda screen: screen.sampler.faster(-1),
    "faster": lambda screen: screen.sampler.faster(1),
    "colour": lambda screen: screen.sampler.looking.next_colour(),
    "cycle": cycle,
    "again": again,
    "rank": rank,
    "places": places,
    "follow": follow,
    "copy": copy,
    "full": full,
}
