"""What is painted step by step, shown now and then: a picture at each step would be more than a page can be sent."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from core.progress import Progress, Steps, translate

SHOWN_EVERY = 0.7  # seconds


def show_some(steps: Steps[Any], show: Callable[[Any], tuple[Any, ...]]) -> Any:
    """Yield each step, with what `show` makes of what there is so far if the last showing is a while ago.

    Returns the result of `steps`, which is not shown.
    """
    last = 0.0

    def choose(progress: Progress) -> Progress:
        nonlocal last
        now = time.monotonic()
        if now - last < SHOWN_EVERY:
            return Progress(progress.done, progress.total)
        last = now
        return Progress(progress.done, progress.total, show(progress.so_far))

    return (yield from translate(steps, choose))
