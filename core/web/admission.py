"""Bounds how many megapixels of visitors' pictures are in memory at once; other runs wait, and are told their place.

The device is shared step by step (`core.turns`), so runs need no limit for its sake. Memory is: a run holds its decoded
picture, the result and what lies between, about 40 MB for each megapixel.
"""

from __future__ import annotations

import inspect
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import closing, contextmanager
from types import GeneratorType
from typing import Any, TypeVar

from core.errors import UserError
from core.imaging import images
from core.imaging.source_files import ImageError
from core.progress import Progress, Steps
from core.turns import VISITOR
from core.web import memory

Handler = TypeVar("Handler", bound=Callable[..., Any])
MEGAPIXELS = 48.0  # at once; a larger picture runs alone
GIVEN_BACK = 1.0  # megapixels, from which on a run gives back its memory at the end
MOST_WAITING = 64
MOST_OVERTAKEN = 16  # runs with less to hold that a waiting one lets pass before it goes first
SECONDS_BETWEEN_LOOKS = 1.0  # of a waiting run whether its visitor has stopped it
PICTURE = "Dropped"  # annotation of a parameter that is a picture
PLACE = "Place"  # the unit of progress while a run waits
FULL = "{} pictures are waiting already: try again in a while."
TIME_UP = "This took longer than {:g} seconds, the limit here: try a smaller picture, or fewer steps."
RESTARTING = "The server is about to restart: try again in a minute."


class _Run:
    """One run: how many megapixels it holds, whose it is, and how many others have overtaken it."""

    def __init__(self, size: float, visitor: Hashable | None = None) -> None:
        """Create a run; without a visitor, it has one of its own."""
        self.size, self.overtaken = size, 0
        self.visitor = self if visitor is None else visitor


class Admission:
    """Admits runs as long as the pictures that they hold fit, in the order in which they came.

    A run goes before those of visitors who have more admitted already, and one that fits before one that does not, both
    up to a number of times: small pictures rarely wait for large ones, and nobody for all the pictures of another.
    """

    time_limit = math.inf
    """Seconds that a run may take, once it is admitted."""

    def __init__(self, megapixels: float = MEGAPIXELS) -> None:
        self._room, self._changed = megapixels, threading.Condition()
        self._waiting: list[_Run] = []
        self._admitted: list[_Run] = []
        self._is_closed, self._last_end = False, -math.inf

    def close(self) -> None:
        """Refuse new runs from now on; those that wait or run go on."""
        self._is_closed = True

    def wait_until_empty(self, seconds: float) -> bool:
        """Return whether no run is left, at once or within some seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._admitted, seconds)

    def seconds_idle(self) -> float:
        """Return how long ago the last run ended; infinity if there was none."""
        return time.monotonic() - self._last_end

    @contextmanager
    def enter(self, size: float, visitor: Hashable | None = None) -> Iterator[Iterator[int]]:
        """Yield the places in the queue of a run until it is admitted; when the `with` block ends, so does the run.

        Args:
            size: megapixels that the run holds.
            visitor: whose run it is; one of its own if left out.

        Raises:
            UserError: if too many are waiting, or the server is shutting down.
        """
        if self._is_closed:
            raise UserError(RESTARTING)
        run = _Run(min(size, self._room), visitor)
        with self._changed:
            if len(self._waiting) >= MOST_WAITING:
                raise UserError(FULL.format(len(self._waiting)))
            self._waiting.append(run)
        try:
            yield self._places(run)
        finally:
            with self._changed:
                (self._waiting if run in self._waiting else self._admitted).remove(run)
                self._last_end = time.monotonic()
                self._changed.notify_all()

    def _places(self, run: _Run) -> Iterator[int]:
        """Yield the place of a run, now and then, until it is admitted."""
        while True:
            with self._changed:
                if self._admit(run):
                    return
                place = self._in_order().index(run) + 1
            yield place
            with self._changed:
                self._changed.wait_for(lambda: self._next() is run, SECONDS_BETWEEN_LOOKS)

    def _admit(self, run: _Run) -> bool:
        if self._next() is not run:
            return False
        for other in self._waiting[: self._waiting.index(run)]:  # those that came earlier
            other.overtaken += 1
        self._waiting.remove(run)
        self._admitted.append(run)
        self._changed.notify_all()  # there may be room for another
        return True

    def _next(self) -> _Run | None:
        """Return the run to be admitted now, if there is one."""
        free = self._room - sum(run.size for run in self._admitted)
        for run in self._in_order():
            if run.size <= free:
                return run
            if run.overtaken >= MOST_OVERTAKEN:
                return None
        return None

    def _in_order(self) -> list[_Run]:
        """Return the waiting runs, those first that go first; of equal ones, the one that came first."""
        admitted = Counter(run.visitor for run in self._admitted)
        return sorted(self._waiting, key=lambda run: (run.overtaken < MOST_OVERTAKEN, admitted[run.visitor]))


ADMISSION = Admission()  # of the whole app: its pages share one memory


def holds(factor: float = 1, at_most: float = math.inf) -> Callable[[Handler], Handler]:
    """Return a decorator of handlers that says how much they hold in memory.

    Args:
        factor: megapixels for each megapixel of the pictures that the handler gets, such as 16 for one that enlarges.
        at_most: megapixels, for one that shrinks larger pictures, or enlarges a part of them.
    """

    def decorate(handler: Handler) -> Handler:
        handler.holds = factor, at_most  # type: ignore[attr-defined]
        return handler

    return decorate


def run(handler: Callable[..., Any], arguments: Sequence[Any]) -> Steps[Any]:
    """Yield the place in the queue of a run of `handler` and then its progress, and return its result.

    Args:
        handler: see `core.web.page`.
        arguments: the plugin and the values of its inputs.
    """
    size = _megapixels(handler, arguments)
    with ADMISSION.enter(size, VISITOR.get()) as places:
        yield from (Progress(place, place, unit=PLACE) for place in places)
        outcome = handler(*arguments)
        result = (yield from _within(ADMISSION.time_limit, outcome)) if isinstance(outcome, GeneratorType) else outcome
    if size >= GIVEN_BACK:
        memory.give_back()
    return result


def _within(seconds: float, steps: Steps[Any]) -> Steps[Any]:
    """Yield the progress of `steps` and return the result. Raises UserError if that takes longer than some seconds."""
    end = time.monotonic() + seconds
    with closing(steps):
        while True:
            try:
                step = next(steps)
            except StopIteration as result:
                return result.value
            yield step
            if time.monotonic() > end:
                raise UserError(TIME_UP.format(seconds))


def _megapixels(handler: Callable[..., Any], arguments: Sequence[Any]) -> float:
    """Return how many megapixels a run holds."""
    factor, at_most = getattr(handler, "holds", (1, math.inf))
    parameters = inspect.signature(handler).parameters.values()
    pictures = [value for each, value in zip(parameters, arguments, strict=False) if is_picture(each)]
    return float(min(factor * sum(map(_size, pictures)), at_most))


def _size(picture: str | bytes | None) -> float:
    """Return the megapixels of a picture, 0 for a file that is none."""
    try:
        width, height = images.size(picture) if picture else (0, 0)
    except ImageError:  # the handler says what is wrong with it
        return 0
    return width * height / 1e6


def is_picture(parameter: inspect.Parameter) -> bool:
    """Return whether a parameter of a handler is a picture, as its annotation says: a type, or its source."""
    from core.web.components import Dropped  # Gradio, which the server imports once visitors' files have a folder

    annotation = parameter.annotation
    return PICTURE in annotation if isinstance(annotation, str) else annotation == Dropped
