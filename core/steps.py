"""What a slow verb is made of: steps, each reporting progress, then a result."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, TypeVar

Result = TypeVar("Result")


@dataclass(frozen=True)
class Progress:
    """One step of something slow: `done` of `total`, and what can be shown by now, if anything."""

    done: int
    total: int
    preview: Any = None


Steps = Generator[Progress, None, Result]


def finish(steps: Steps[Result]) -> Result:
    """Return the result of `steps`, run to their end."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: Result = end.value
            return result
