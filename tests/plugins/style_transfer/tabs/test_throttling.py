"""Intermediate results are sent to the page now and then only."""

from __future__ import annotations

from typing import Any

from core.progress import Progress, Steps
from plugins.style_transfer.tabs import throttling


def count(steps: int) -> Steps[int]:
    for i in range(steps):
        yield Progress(i + 1, steps, i)
    return steps


def test_results_within_the_interval_are_left_out(monkeypatch: Any) -> None:
    clock = iter((10.0, 10.5, 11.0, 11.2))
    monkeypatch.setattr(throttling.time, "monotonic", lambda: next(clock))
    shown = [progress.so_far for progress in throttling.throttle(count(4), lambda result: (result,))]
    assert shown == [(0,), None, (2,), None]


def test_progress_without_a_result_shows_none() -> None:
    def wait() -> Steps[int]:
        yield Progress(1, 1, unit="Place")
        return 0

    assert [progress.so_far for progress in throttling.throttle(wait(), lambda result: (len(result),))] == [None]
