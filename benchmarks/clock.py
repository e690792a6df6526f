"""Times of what is measured side by side: in turn, so that a noisy machine is noisy for all."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping


def seconds_of(action: Callable[[], object]) -> float:
    """Return how long an action takes."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def least_seconds(timers: Mapping[str, Callable[[], float]], repeat: int) -> dict[str, float]:
    """Call timers, each of which returns seconds, in turn and `repeat` times; return the least seconds of each."""
    rounds = [{name: timer() for name, timer in timers.items()} for _ in range(repeat)]
    return {name: min(each[name] for each in rounds) for name in timers}
