"""Turns of calls on a device, which runs one step of one call at a time.

A visitor with a short call does not wait for the end of another's long one: after each step, the device goes to the
visitor whose last turn is longest ago, and of that visitor's calls to the one with the fewest steps so far.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from core.progress import Progress, Result, Steps

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


class Ticket:
    """One call: who made it, and how many steps it has had."""

    def __init__(self, visitor: Hashable | None = None) -> None:
        """Create the ticket of a new call; without a visitor, it is a visitor of its own."""
        self.visitor = self if visitor is None else visitor
        self.steps, self.overtaken = 0, 0
        self.granted = threading.Event()


class Turns:
    """Grants a device to one of the calls that wait for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._busy, self._turn = False, 0
        self._last_turns: OrderedDict[Hashable, int] = OrderedDict()
        self.waiting: list[Ticket] = []  # in the order in which they came

    @contextmanager
    def step(self, ticket: Ticket) -> Iterator[None]:
        """Hold the device during the `with` block, for one step of a call, once it is that call's turn."""
        self._acquire(ticket)
        try:
            yield
        finally:
            self._release()

    def _acquire(self, ticket: Ticket) -> None:
        with self._lock:
            ticket.granted.clear()
            self.waiting.append(ticket)
            self._grant()
        ticket.granted.wait()

    def _release(self) -> None:
        with self._lock:
            self._busy = False
            self._grant()

    def _grant(self) -> None:
        """Give the device, if it is free, to the call whose turn it is."""
        if self._busy or not self.waiting:
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
        self._busy = True
        chosen.granted.set()

    def _order(self, ticket: Ticket) -> tuple[bool, int, int]:
        """Return what is least for the call that goes next; of equal ones it is the one that came first."""
        return ticket.overtaken < MOST_OVERTAKEN, self._last_turns.get(ticket.visitor, 0), ticket.steps
