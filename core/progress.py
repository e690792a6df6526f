"""What a slow verb is made of: steps, each reporting progress, then a result."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeVar

Result = TypeVar("Result")
Shown = TypeVar("Shown")


@dataclass(frozen=True)
class Progress:
    """One step of something slow: `done` of `total`, and, if it is worth a look, what there is so far."""

    done: int
    total: int
    so_far: Any = None
    """Of the form that the result will have."""


Steps = Generator[Progress, None, Result]


def finish(steps: Steps[Result], watch: Callable[[Progress], object] = lambda progress: None) -> Result:
    """Return the result of `steps`, run to their end; `watch` is told of each."""
    while True:
        try:
            watch(next(steps))
        except StopIteration as end:
            result: Result = end.value
            return result


def translate(steps: Steps[Result], show: Callable[[Progress], Shown]) -> Generator[Shown, None, Result]:
    """Yield what `show` makes of each step, then return the result; closing this closes `steps`."""
    try:
        while True:
            try:
                progress = next(steps)
            except StopIteration as end:
                result: Result = end.value
                return result
            yield show(progress)
    finally:
        steps.close()
