"""The tree of texts: what they share is shared, memory has a bound, nothing is lost unsaid."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from rnn_tui.sampling.engine import Engine
from rnn_tui.sampling.settings import Settings
from rnn_tui.sampling.tree import Mark, TextTree, TreeFullError, after, common
from tests.sampling.networks import make_weights, text_of

WEIGHTS = make_weights()


def written(count: int = 10, prompt: str = "abc") -> tuple[Engine, list[Mark]]:
    engine = Engine(WEIGHTS, Settings(length=10**6))
    marks = list(engine.prompt(prompt))
    return engine, marks + list(islice(engine, count))


def other_symbol(mark: Mark) -> int:
    return (mark.symbol + 1) % len(WEIGHTS.vocabulary)


def tree_with_a_branch() -> tuple[TextTree, Engine, list[Mark]]:
    """A text of 13 characters, and one that left it behind the 5th and has 3 of its own."""
    engine, marks = written()
    tree = TextTree(marks[0].parent)
    tree.begin(marks[-1])
    engine.branch(marks[5], other_symbol(marks[5]))
    list(islice(engine, 2))
    tree.begin(engine.mark)
    return tree, engine, marks


def test_a_path_leads_from_the_first_character_to_the_last() -> None:
    _, marks = written()
    assert list(marks[-1].path()) == marks
    assert [mark.depth for mark in marks] == list(range(1, 14))
    assert list(after(marks[-1], marks[4])) == marks[5:]


def test_a_mark_of_a_long_text_can_be_shown_and_forgotten() -> None:
    _, marks = written(3000)
    assert len(repr(marks[-1])) < 400
    del marks  # a chain of 3,000 objects


def test_what_two_texts_share_is_found() -> None:
    _, engine, marks = tree_with_a_branch()
    assert common(engine.mark, marks[-1]) is marks[4]
    assert common(marks[2], marks[7]) is marks[2]
    assert common(written()[1][-1], marks[-1]) is None


def test_a_branch_knows_its_fork_and_shared_characters_count_once() -> None:
    tree, engine, marks = tree_with_a_branch()
    first, second = tree[1], tree[2]
    assert (first.number, first.leaf, first.fork) == (1, marks[-1], tree.start)
    assert (second.number, second.leaf, second.fork) == (2, engine.mark, marks[4])
    assert tree.nbytes == tree.start.nbytes + sum(m.nbytes for m in [*marks, *marks[:3]])


def test_a_text_grows_at_its_end_alone() -> None:
    tree, engine, _ = tree_with_a_branch()
    mark = next(engine)
    assert tree.grow(2, mark) == ""
    assert tree[2].leaf is mark
    with pytest.raises(ValueError, match="can only follow the last one"):
        tree.grow(1, mark)


def test_dropping_a_text_leaves_what_others_share_with_it() -> None:
    tree, engine, _ = tree_with_a_branch()
    tree.drop(1)
    assert tree[2].number == 2
    with pytest.raises(KeyError):
        tree[1]
    assert tree.nbytes == tree.start.nbytes + sum(m.nbytes for m in engine.mark.path())
    tree.drop(2)
    assert tree.nbytes == tree.start.nbytes


def test_the_oldest_text_makes_room_and_that_is_said() -> None:
    tree, engine, marks = tree_with_a_branch()
    tree.memory = tree.nbytes
    assert tree.grow(2, next(engine)) == "text 1 dropped to make room"
    assert tree.nbytes <= tree.memory
    assert (tree.begin(marks[2]), tree.note) == (3, "")


def test_a_text_that_takes_all_memory_ends_in_words() -> None:
    tree, engine, marks = tree_with_a_branch()
    tree.drop(2)
    tree.memory = tree.nbytes
    with pytest.raises(TreeFullError, match="the text takes all 0 MB there are"):
        tree.grow(1, next(Engine(WEIGHTS, Settings(), start=marks[-1])))
    with pytest.raises(TreeFullError, match="begin another one"):
        tree.begin([*islice(engine, 20)][-1])
    assert tree[1].leaf is marks[-1]
    assert tree.nbytes == tree.memory


def test_a_character_of_another_tree_is_refused() -> None:
    tree, _, _ = tree_with_a_branch()
    with pytest.raises(ValueError, match="belongs to another tree"):
        tree.begin(written()[1][-1])


def test_a_mark_shows_its_distribution_before_and_after_the_settings() -> None:
    engine = Engine(WEIGHTS, Settings(temperature=0.5, top_k=3))
    mark = next(engine)
    assert np.count_nonzero(mark.distribution) == 3
    assert np.count_nonzero(mark.model_distribution) == 8
    assert mark.distribution[mark.symbol] == pytest.approx(mark.probability, rel=1e-12)
    assert text_of(WEIGHTS, [mark]) in "abcdefgh"
