from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from rnn_tui.core import Architecture, initialize
from rnn_tui.core.arrays import Params
from rnn_tui.core.units import activations
from rnn_tui.sampling.properties import PROPERTIES
from rnn_tui.sampling.units import (
    Detector,
    Watched,
    places,
    rank_units,
    score_of,
    scores,
)
from rnn_tui.text.vocabulary import Vocabulary

TEXT = "".join(f"The {n}th (or so) of Many Lines,\n  and [more]\n\n" for n in range(60))


@dataclass(frozen=True)
class Network:
    params: Params
    vocabulary: Vocabulary
    cell: str = "tanh"


def random_network(text=TEXT, kind="character", L=1, H=6):
    vocabulary = Vocabulary.of(text, kind)
    V = len(vocabulary)
    _, params = initialize(Architecture(V, H, L, V), "xavier", np.random.default_rng(5))
    return Network(params, vocabulary)


def detecting(character, unit=3, **options):
    """A network one unit of which is on after ``character`` alone, and off after all others."""
    network = random_network(**options)
    weights, number = network.params, network.vocabulary.symbols.index(character)
    weights["layer0.W_hh"][:, unit] = 0
    weights["layer0.W_xh"][:, unit] = -1
    weights["layer0.W_xh"][number, unit] = 1
    return network


def bracket_counter(unit=2):
    """A network one unit of which remembers whether ( is open, by feeding itself."""
    network = random_network(H=4)
    weights, symbols = network.params, network.vocabulary.symbols
    weights["layer0.W_hh"][:, unit] = 0
    weights["layer0.W_hh"][unit, unit] = 5
    weights["layer0.W_xh"][:, unit] = 0
    weights["layer0.W_xh"][symbols.index("("), unit] = 20
    weights["layer0.W_xh"][symbols.index(")"), unit] = -20
    return network


def finish(work):
    steps = []
    while True:
        try:
            steps.append(next(work))
        except StopIteration as end:
            return end.value, steps


def every_unit(network, symbols):
    """(N, L*H)."""
    return np.concatenate([b.values for b in activations(network.params, symbols, streams=1)])


def result_of(work):
    return finish(work)[0]


def test_a_unit_that_was_made_to_see_newlines_is_found():
    ranking = result_of(rank_units(detecting("\n"), TEXT))
    best = ranking.detectors[0]
    assert (best.unit, best.tracks, best.layer) == (3, "newline", 0)
    assert best.r == pytest.approx(1, abs=1e-12)
    assert best.title == "unit 3: newline, r = 1.00"


def test_a_unit_that_remembers_an_open_bracket_is_found():
    ranking = result_of(rank_units(bracket_counter(), TEXT))
    best = ranking.of_property("inside ()")[0]
    assert best.unit == 2
    assert best in ranking.detectors
    assert best.r > 0.99


@pytest.mark.parametrize("L", [1, 2])
def test_every_r_is_that_of_numpy(L):
    network = random_network(L=L)
    ranking = result_of(rank_units(network, TEXT))
    units_on_text = every_unit(network, network.vocabulary.encode(TEXT))
    for row, name in enumerate(ranking.properties):
        values = PROPERTIES[name](TEXT)
        if values.min() == values.max():
            assert np.isnan(ranking.r[row]).all()
        else:
            expected = np.corrcoef(values, units_on_text.T)[0, 1:]
            assert np.allclose(ranking.r[row], expected, atol=1e-10)
    assert ranking.count == len(TEXT)


def test_a_ranking_gives_the_best_of_each_unit_and_each_property_strongest_first():
    ranking = result_of(rank_units(random_network(L=2), TEXT))
    table = np.abs(np.where(np.isnan(ranking.r), 0, ranking.r))
    assert [abs(d.r) for d in ranking.detectors] == sorted(table.max(axis=0), reverse=True)
    rows = table.max(axis=1)
    assert [abs(d.r) for d in ranking.by_property] == sorted(rows[rows > 0], reverse=True)
    assert "inside {}" not in {d.tracks for d in ranking.by_property}
    assert {d.layer for d in ranking.detectors} == {0, 1}


def test_a_detector_says_its_layer_where_there_are_several_and_its_sign():
    detector = Detector(1, 37, "inside quotes", -0.914, layers=2)
    assert detector.title == "layer 1 unit 37: inside quotes, r = −0.91"
    assert detector.watched == Watched(1, 37, -1)
    assert Detector(0, 5, "first-rate", 0.5).watched.sign == 1


def test_some_properties_alone_can_be_asked_for():
    ranking = result_of(rank_units(random_network(), TEXT, ["digit", "space"]))
    assert ranking.properties == ("digit", "space")
    assert {d.tracks for d in ranking.detectors} <= {"digit", "space"}


@pytest.mark.parametrize("text", ["", "T", "\n", "日本", "TTTT"])
def test_a_text_in_which_nothing_changes_has_no_detectors(text):
    ranking = result_of(rank_units(detecting("\n", H=4), text, ["newline"]))
    assert ranking.detectors == ranking.by_property == ()


def test_characters_that_the_vocabulary_lacks_are_not_read_but_stand_in_the_text():
    network = detecting("\n")
    found = result_of(places(network, "Th\u2603e\ue000\nM\ud800any\n", [Watched(0, 3)], apart=1))
    assert sorted(place.position for place in found[:2]) == [5, 11]
    ranking = result_of(rank_units(network, "T\u2603\u2603T", ["position in line"]))
    assert ranking.count == 2


def test_bytes_are_read_as_bytes_and_their_characters_counted_once():
    text = "„Größe“\nüber\n" * 20
    network = detecting("\n", text=text, kind="byte")
    ranking = result_of(rank_units(network, text))
    assert ranking.count == len(text.encode())
    assert ranking.of_property("newline")[0].r == pytest.approx(1, abs=1e-12)
    found = result_of(places(network, text, [Watched(0, 3)], count=2, apart=1, around=3))
    assert [(p.position, p.before, p.character, p.after) for p in found] == [
        (7, "ße“", "\n", "übe"),
        (12, "ber", "\n", "„Gr"),
    ]


def test_bytes_that_are_no_text_are_read_too():
    data = b"ab\xff\xfe\n\x80\xe2\x82\nab"
    network = detecting("\n", text=data, kind="byte")
    ranking = result_of(rank_units(network, data, ["newline"]))
    assert ranking.count == len(data)
    assert ranking.detectors[0].r == pytest.approx(1, abs=1e-12)


def test_places_are_where_the_unit_is_on_with_what_stands_around():
    found = result_of(places(detecting("("), TEXT, [Watched(0, 3)], count=3, apart=1, around=5))
    starts = [at for at, character in enumerate(TEXT) if character == "("][:3]
    assert [place.position for place in found] == starts
    first = found[0]
    assert (first.before, first.character, first.after) == (" 0th ", "(", "or so")
    assert first.score == pytest.approx(np.tanh(1))


@pytest.mark.parametrize("streams", [1, 2, 7, 30])
@pytest.mark.parametrize("rows", [1, 3, 64, 5000])
def test_places_are_right_at_every_border_of_a_block(monkeypatch, streams, rows):
    monkeypatch.setattr("rnn_tui.core.units._ROWS", rows)
    text = "T" * 299 + "("
    text = text[:100] + "(" + text[101:]
    work = places(detecting("("), text, [Watched(0, 3)], count=2, apart=1, streams=streams)
    assert [place.position for place in result_of(work)] == [100, 299]


def test_places_at_the_ends_of_a_text_have_less_around_them():
    found = result_of(places(detecting("("), "(T(", [Watched(0, 3)], count=2, apart=1))
    assert [(p.before, p.after) for p in found] == [("", "T("), ("(T", "")]


def test_a_unit_watched_with_a_sign_is_on_where_it_is_negative():
    network = detecting("(")
    network.params["layer0.W_xh"][:, 3] *= -1
    found = result_of(places(network, TEXT, [Watched(0, 3, -1)], count=40, apart=10))
    assert {place.character for place in found} == {"("}


def test_a_set_of_units_is_most_on_where_their_mean_is():
    network, units = random_network(L=2), [Watched(0, 1), Watched(1, 5, -1)]
    units_on_text = every_unit(network, network.vocabulary.encode(TEXT))
    mean = (units_on_text[:, 1] - units_on_text[:, 11]) / 2
    (best,) = result_of(places(network, TEXT, units, count=1, streams=1))
    assert (best.position, best.score) == (mean.argmax(), pytest.approx(mean.max()))


def test_scores_are_the_activations_from_any_state():
    network, units = random_network(L=2), [Watched(0, 1), Watched(1, 5, -1)]
    symbols = network.vocabulary.encode(TEXT)
    whole = scores(network, symbols, units)
    after = every_unit(network, symbols[:50])[-1:]
    state = (after[:, :6], after[:, 6:])
    assert np.allclose(whole[50:], scores(network, symbols[50:], units, state), atol=1e-14)
    assert score_of(state, units) == pytest.approx(whole[49])
    assert scores(network, [], units).shape == (0,)


@pytest.mark.parametrize("unit", [Watched(0, 6), Watched(1, 0), Watched(0, -1)])
def test_a_unit_that_is_not_there_is_said(unit):
    with pytest.raises(ValueError, match="layers are 0 to 0, units 0 to 5"):
        result_of(places(random_network(), TEXT, [unit]))
    with pytest.raises(ValueError, match="at least one unit"):
        scores(random_network(), [0], [])


def test_progress_goes_from_0_to_1_and_work_can_be_left(monkeypatch):
    monkeypatch.setattr("rnn_tui.core.units._ROWS", 100)
    for make in (rank_units, lambda *given: places(*given, [Watched(0, 0)])):
        _, steps = finish(make(random_network(), TEXT))
        assert steps == sorted(steps)
        assert (steps[0], steps[-1]) == (0, pytest.approx(1))
        assert len(steps) > len(TEXT) / 100
        stopped = make(random_network(), TEXT)
        next(stopped)
        stopped.close()
        assert next(stopped, "over") == "over"


def test_a_network_that_has_diverged_has_no_detectors_and_no_places():
    network = random_network()
    network.params["layer0.W_hh"][...] = np.nan
    assert result_of(rank_units(network, TEXT)).detectors == ()
    assert result_of(places(network, TEXT, [Watched(0, 0)])) == ()
