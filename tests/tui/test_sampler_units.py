"""Units on the text: ranked, shown, in sets, one after the other, and where they are most on."""

from __future__ import annotations

from rnn_tui.sampling.units import Watched
from rnn_tui.tui.screens.places import PlacesScreen
from rnn_tui.tui.widgets.sampler.state_pane import StatePane
from rnn_tui.tui.widgets.sampler.units_pane import UnitsPane
from tests.sampling.networks import make_weights
from tests.tui.sampling import SYMBOLS, Sampling, sampling


async def ranked(s: Sampling, *keys: str) -> None:
    """A text, and a ranking, in whose pane keys are pressed."""
    await s.anew()
    await s.do("write ab")
    await s.press("u")
    await s.until(lambda: s.view.ranking)
    await s.rest()
    await s.press(*keys)
    await s.rest()


def row(s: Sampling, place: int) -> Watched:
    assert s.view.ranking is not None
    return s.view.ranking.detectors[place].watched


async def test_ranking_says_which_property_and_how_strongly() -> None:
    async with sampling(size=(200, 50)) as s:
        await ranked(s)
        best = s.view.ranking.detectors[0]
        assert f"{best.tracks}" in s.text
        assert f"r = {best.r:>5.2f}".replace("-", "−") in s.text
        assert "owl · step 7 on owl" in s.text
        assert s.view.ranked == "owl · step 7 on owl"


MOVES = [
    ((), 0),
    (("down",), 1),
    (("j", "j"), 2),
    (("down", "up"), 0),
    (("j", "k"), 0),
    (("end",), 7),
    (("end", "home"), 0),
    (("end", "pageup", "pagedown"), 7),
]


async def test_enter_shows_the_unit_on_the_text() -> None:
    async with sampling() as s:
        for keys, place in MOVES:
            await ranked(s, *keys, "enter")
            assert s.view.units == (row(s, place),), keys
            assert s.view.colour == "unit"


async def test_space_puts_units_into_a_set_and_out() -> None:
    async with sampling() as s:
        await ranked(s, "space", "down", "space", "down", "space", "space", "enter")
        assert s.view.units == (row(s, 0), row(s, 1))
        assert "2 in the set" in s.text


async def test_v_lists_the_best_unit_of_each_property() -> None:
    async with sampling() as s:
        await ranked(s, "v", "home", "enter")
        assert s.screen.query_one(UnitsPane).by_property
        assert s.view.units == (s.view.ranking.by_property[0].watched,)


async def test_a_click_shows_a_unit() -> None:
    async with sampling(size=(200, 50)) as s:
        await ranked(s)
        await s.pilot.click("UnitsPane", offset=(5, 2))
        await s.until(lambda: s.view.units == (row(s, 1),))


async def test_units_are_cycled_through_in_the_order_of_the_ranking() -> None:
    async with sampling() as s:
        await ranked(s, "U")
        for place in (0, 1, 2):
            assert s.view.units == (row(s, place),)
            s.screen._cycle_on()
        await s.press("U")
        await s.until(lambda: not s.view.cycling)


async def test_all_units_are_cycled_through_without_a_ranking() -> None:
    async with sampling() as s:
        await s.do("write ab")
        await s.leave()
        await s.press("U")
        met = []
        for _ in range(9):
            met.append(s.view.units[0].unit)
            s.screen._cycle_on()
        assert met == [*range(8), 0]


async def test_colours_go_round_and_end_the_cycle() -> None:
    async with sampling() as s:
        await s.do("write ab", "unit 3")
        await s.leave()
        met = []
        for _ in range(3):
            met.append(s.view.colour)
            await s.press("c")
        assert met == ["unit", "none", "surprise"]
        assert s.view.colour == "unit"


async def test_places_are_shown_with_what_is_around_them() -> None:
    async with sampling() as s:
        await s.do("write ab", "unit 3 -5")
        await s.leave()
        await s.press("p")
        await s.until(lambda: isinstance(s.app.screen, PlacesScreen))
        await s.until("most on · owl")
        assert s.app.screen.found.units == (Watched(0, 3, 1), Watched(0, 5, -1))
        await s.press("down", "pagedown", "end", "home", "escape")
        await s.until(lambda: s.alone)


async def test_a_click_into_the_state_watches_a_unit() -> None:
    async with sampling() as s:
        await s.do("write ab")
        await s.leave()
        await s.pilot.click("StatePane", offset=(12, 2))
        await s.until(lambda: s.view.units)
        unit = s.view.units[0]
        assert (unit.layer, s.view.colour) == (0, "unit")
        await s.until(f"unit {unit.unit}")


KEYS = [
    (("alt+right",), 0),
    (("alt+right", "alt+right"), 1),
    (("right_curly_bracket",) * 3, 2),
    (("alt+right", "alt+right", "alt+left"), 0),
    (("right_curly_bracket", "right_curly_bracket", "left_curly_bracket"), 0),
]


async def test_keys_of_the_state_choose_a_unit() -> None:
    async with sampling() as s:
        for keys, unit in KEYS:
            await s.anew()
            await s.do("write ab")
            await s.press("3", *keys)
            await s.until(lambda: s.view.units and s.view.units[0].unit == unit)  # noqa: B023


async def test_up_and_down_of_the_state_choose_a_unit_of_another_row() -> None:
    async with sampling(weights=make_weights(SYMBOLS, layers=2, hidden=300)) as s:
        await s.do("write ab")
        await s.leave()
        await s.press("3", "alt+right", "alt+down")
        await s.until(lambda: s.view.units[0].unit > 1)
        await s.press("alt+up")
        await s.until(lambda: s.view.units[0].unit == 0)


async def test_units_of_layers() -> None:
    async with sampling(weights=make_weights(SYMBOLS, layers=2)) as s:
        await s.do("write ab", "unit 1:4")
        assert s.view.units == (Watched(1, 4, 1),)
        assert not s.screen.do("unit 2:0")
        assert "this network has 0 to 5 in layers 0 to 1" in s.said


async def test_ranking_is_given_up_and_only_one_is_made_at_a_time() -> None:
    async with sampling() as s:
        s.source.corpus = lambda: 'abc "def" (gh)\n' * 60_000
        await s.do("write ab")
        await s.leave()
        await s.press("u", "u")
        await s.until("still at work: ranking the units; esc gives it up")
        await s.press("escape")
        await s.until("ranking the units: given up")
        assert s.view.ranking is None
        assert s.alone


async def test_a_corpus_that_cannot_be_read_is_told() -> None:
    async with sampling() as s:
        from rnn_tui.sampling.errors import SamplerError

        def gone() -> str:
            raise SamplerError("the corpus is gone: restore it")

        s.source.corpus = gone
        await s.leave()
        await s.press("u")
        await s.until("the corpus is gone: restore it")
        assert s.screen.query_one(StatePane).display


async def test_the_cursor_of_units_outlives_another_network() -> None:
    async with sampling() as s:
        await ranked(s, "end", "enter")
        s.source.newer = make_weights("abc\n", layers=1, hidden=2, step=20)
        await s.write("ab")
        assert s.view.columns[0].weights.step == 20
        await s.press("4", "home", "enter")
        await s.until("there is no such unit: this network has 0 to 1")
