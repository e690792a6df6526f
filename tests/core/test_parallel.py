"""Calls on many items at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from core import parallel

PATIENCE = 60  # seconds


def test_results_come_in_order_from_as_many_calls_at_once_as_are_allowed() -> None:
    together, running, most = threading.Barrier(3, timeout=PATIENCE), [], []

    def call(item: int) -> int:
        running.append(item)
        most.append(len(running))
        together.wait()  # three at a time, or never
        running.remove(item)
        return -item

    assert list(parallel.in_order(call, range(9), 3, pytest.fail)) == [-item for item in range(9)]
    assert max(most) <= 3


def test_a_single_call_at_a_time_runs_in_the_thread_of_the_caller() -> None:
    threads = parallel.in_order(lambda item: threading.current_thread(), range(3), 1, pytest.fail)
    assert set(threads) == {threading.current_thread()}


def test_an_error_ends_all_after_the_results_before_it() -> None:
    failed, canceled, begun = threading.Event(), threading.Event(), []

    def call(item: int) -> int:
        begun.append(item)
        if item == 1:
            failed.set()
            raise ValueError("the second")
        if item == 0:
            assert failed.wait(PATIENCE)
        return item

    results: Iterator[int] = parallel.in_order(call, range(100), 2, canceled.set)
    assert next(results) == 0
    with pytest.raises(ValueError, match="the second"):
        list(results)
    assert canceled.is_set()
    assert len(begun) < 100


def test_calls_that_run_are_canceled_where_the_caller_stops() -> None:
    canceled = threading.Event()

    def call(item: int) -> int:
        assert not item or canceled.wait(PATIENCE)
        return item

    results = parallel.in_order(call, range(100), 2, canceled.set)
    assert next(results) == 0
    results.close()
    assert canceled.is_set()
