"""Turns of calls on a device, which runs one step of one call at a time.

A visitor with a short call does not wait for the end of another's long one: after each step, the device goes to the
visitor whose last turn is longest ago, and of that visitor's calls to the one with the fewest steps so far.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Hashable
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from core import watchdog
from core.progress import Progress, Result, Steps

LOGGER = logging.getLogger(__name__)
PATIENCE = 10.0  # seconds, after which a call that waits for one step of another is told so
LONG = "%s has computed for %.0f s without a pause%s, and others wait: yield Progress more often, or set isolate = true"

MOST_OVERTAKEN = 16  # turns of others that a call lets pass before it goes first: newcomers cannot starve it
REMEMBERED = 1000  # visitors whose last turn is known
VISITOR: ContextVar[Hashable | None] = ContextVar("visitor", default=None)


def on_behalf_of(visitor: Hashable | None, steps: Steps[Result]) -> Steps[Result]:
    """Yield the progress of `steps`, then return the result: calls that begin in it are those of `visitor`.

    Closing this generator closes `steps`.
    """
    try:
        while True:
            token = VISITOR.set(visitor)
            try:
                progress: Progress = next(steps)
            except StopIteration as end:
                result: Result = end.value
                return result
            finally:
                VISITOR.reset(token)
            yield progress
    finally:
        steps.close()


@dataclass(frozen=True)
class Waiting(Progress):
    """The progress of a call that waits for one step of another; `done` are the seconds that the step has taken."""

    holder: str = ""
    """The title of the plugin that takes so long."""


class Ticket:
    """One call: who made it, of which plugin, and how many steps it has had."""

    def __init__(self, visitor: Hashable | None = None, title: str = "", folder: Path = Path()) -> None:
        """Create the ticket of a new call.

        Args:
            visitor: who made it; without one, it is a visitor of its own.
            title: of the plugin.
            folder: of the plugin.
        """
        self.visitor = self if visitor is None else visitor
        self.title, self.folder, self.thread = title, folder, 0
        self.steps, self.overtaken = 0, 0
        self.granted = threading.Event()


class Turns:
    """Grants a device to one of the calls that wait for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holder: Ticket | None = None  # of the device
        self._since, self._turn, self._is_reported = 0.0, 0, False
        self._last_turns: OrderedDict[Hashable, int] = OrderedDict()
        self.waiting: list[Ticket] = []  # in the order in which they came

    def wait(self, ticket: Ticket) -> Steps[None]:
        """Return once it is the turn of a call, which then holds the device until `release`.

        Yields `Waiting` now and then where one step of another call takes long; closing this generator gives up.
        """
        with self._lock:
            ticket.granted.clear()
            self.waiting.append(ticket)
            self._grant()
        try:
            while not ticket.granted.wait(PATIENCE):
                yield self._report()
        except GeneratorExit:
            self._withdraw(ticket)
            raise
        ticket.thread = threading.get_ident()

    def release(self) -> None:
        """Give the device to the next call."""
        with self._lock:
            self._holder = None
            self._grant()

    def _withdraw(self, ticket: Ticket) -> None:
        with self._lock:
            is_waiting = ticket in self.waiting
            if is_waiting:
                self.waiting.remove(ticket)
        if not is_waiting:  # it was granted meanwhile
            self.release()

    def _report(self) -> Waiting:
        """Return how long the device has been held, and by which plugin; the log names it once."""
        with self._lock:
            holder, seconds = self._holder, time.monotonic() - self._since
            is_new, self._is_reported = not self._is_reported and seconds >= PATIENCE, True
        if holder is None:
            return Waiting(0, 0)
        if is_new:
            LOGGER.warning(LONG, holder.title, seconds, watchdog.place_of(holder.thread, holder.folder))
        return Waiting(round(seconds), round(seconds), holder=holder.title)

    def _grant(self) -> None:
        """Give the device, if it is free, to the call whose turn it is."""
        if self._holder or not self.waiting:
            return
        chosen = min(self.waiting, key=self._order)
        self.waiting.remove(chosen)
        for ticket in self.waiting:
            ticket.overtaken += 1
        self._turn += 1
        chosen.steps, chosen.overtaken = chosen.steps + 1, 0
        self._last_turns[chosen.visitor] = self._turn
        self._last_turns.move_to_end(chosen.visitor)
        if len(self._last_turns) > REMEMBERED:
            self._last_turns.popitem(last=False)
        self._holder, self._since, self._is_reported = chosen, time.monotonic(), False
        chosen.granted.set()

    def _order(self, ticket: Ticket) -> tuple[bool, int, int]:
        """Return what is least for the call that goes next; of equal ones it is the one that came first."""
        return ticket.overtaken < MOST_OVERTAKEN, self._last_turns.get(ticket.visitor, 0), ticket.steps
