"""Limits the rate of intermediate results: an image at every step is more than a browser can show."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from core.progress import Progress, Steps, translate

INTERVAL = 0.7  # seconds


def throttle(steps: Steps[Any], show: Callable[[Any], tuple[Any, ...]]) -> Any:
    """Yield the progress of each step, with an intermediate result at most every `INTERVAL` seconds.

    Args:
        steps: the generator of a verb that yields intermediate results.
        show: converts one to the outputs of the handler.

    Returns:
        The result of `steps`, not passed through `show`.
    """
    last = 0.0

    def select(progress: Progress) -> Progress:
        nonlocal last
        now = time.monotonic()
        if progress.so_far is None or now - last < INTERVAL:  # none while it waits for another run
            return replace(progress, so_far=None)
        last = now
        return replace(progress, so_far=show(progress.so_far))

    return (yield from translate(steps, select))
