from __future__ import annotations

import os
from threading import Event, Thread

import numpy as np
import pytest

from rnn_tui.runs import blas, fingerprint


@pytest.mark.skipif("openblas" not in blas.blas_name(), reason="only OpenBLAS is sure to be asked")
def test_products_are_computed_on_as_many_threads_as_asked_for_and_then_as_before() -> None:
    before = blas.threads()
    with blas.threads_used(2):
        assert blas.threads() == 2
    assert blas.threads() == before
    assert blas.kernel()


def test_a_product_is_the_same_number_on_any_number_of_threads() -> None:
    a = np.random.default_rng(0).standard_normal((300, 400))
    alone = a @ a.T
    with blas.threads_used(2):
        assert np.allclose(a @ a.T, alone, rtol=1e-12)


def test_where_the_library_does_not_say_the_environment_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(blas, "_library", lambda: None)
    for name in blas._TOLD:
        monkeypatch.delenv(name, raising=False)
    assert blas.threads() == (os.cpu_count() or 1)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert blas.threads() == 3
    assert not blas.use_threads(2)
    assert blas.kernel() == ""
    assert fingerprint._blas() == blas.blas_name()


class Library:
    """One that nobody else in this process tells anything."""

    num_threads = 1

    def set_num_threads(self, count: int) -> None:
        self.num_threads = count


def test_who_asks_in_another_thread_waits_and_the_last_leaves_the_number_there_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    library = Library()
    monkeypatch.setattr(blas, "_library", lambda: library)
    before, found = blas.threads(), []
    entered = Event()

    def ask() -> None:
        entered.set()
        with blas.threads_used(3):
            found.append(blas.threads())

    other = Thread(target=ask)
    with blas.threads_used(2):
        other.start()
        assert entered.wait(10)
        other.join(0.05)
        assert (found, blas.threads()) == ([], 2)
    other.join(10)
    assert (found, blas.threads()) == ([3], before)
