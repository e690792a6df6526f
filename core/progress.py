"""Progress of slow verbs: generators that yield `Progress` and then return a result."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

PERCENT = "%"  # the unit of steps that are shares of the work
Result = TypeVar("Result")
Shown = TypeVar("Shown")
Other = TypeVar("Other")


@dataclass(frozen=True)
class Progress:
    """Steps done so far, of how many, and optionally an intermediate result and what a step is called."""

    done: int
    total: int
    so_far: Any = None
    """The intermediate result, of the type that the final result has."""
    unit: str = "Step"
    """What one step is called where the progress is shown, as in "Tile 4 of 63"; or `PERCENT`."""


Steps = Generator[Progress, None, Result]


def finish(steps: Steps[Result], watch: Callable[[Progress], object] = lambda progress: None) -> Result:
    """Run `steps` to the end and return the result.

    Args:
        steps: a generator of progress.
        watch: called with each progress.
    """
    while True:
        try:
            watch(next(steps))
        except StopIteration as end:
            result: Result = end.value
            return result


def translate(steps: Steps[Result], show: Callable[[Progress], Shown]) -> Generator[Shown, None, Result]:
    """Yield `show(progress)` for each progress of `steps`, then return the result.

    Closing this generator closes `steps`.
    """
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


def within(total: int, first: int, steps: Steps[Result]) -> Steps[Result]:
    """Yield the progress of `steps` as that of so many of a larger number, and return their result.

    Args:
        total: of all steps; it grows where there are more of `steps` than were counted.
        first: how many were done before.
        steps: such as those of one part of a verb.
    """
    return (
        yield from translate(
            steps, lambda each: Progress(first + each.done, max(total, first + each.total), each.so_far)
        )
    )


def then(steps: Steps[Result], further: Callable[[Result], Steps[Other]], count: int) -> Steps[Other]:
    """Yield the progress of `steps`, then that of the `count` steps of `further`, as of one, and return its result.

    Args:
        steps: such as those of a verb.
        further: from the result of `steps` to more steps, such as writing it to files.
        count: the total of these steps.
    """
    first = 0

    def prolong(progress: Progress) -> Progress:
        nonlocal first
        first = progress.total
        return replace(progress, total=first + count)

    result = yield from translate(steps, prolong)
    return (
        yield from translate(
            further(result), lambda progress: replace(progress, done=first + progress.done, total=first + count)
        )
    )
