from __future__ import annotations

import numpy as np

from rnn_tui.core.work import Task


def working():
    yield 0.5
    return np.array(1.0) / np.array(0.0)


def test_a_task_does_its_work_and_says_what_came_of_it():
    assert Task("divide", working(), str).run() == "inf"


def test_the_work_goes_on_bit_by_bit_and_is_quiet_only_while_it_works():
    before = np.geterr()
    task = Task("divide", working(), str)
    assert next(task.work) == 0.5
    assert np.geterr() == before
    assert list(task.work) == []
