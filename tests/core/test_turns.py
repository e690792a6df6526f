"""Turns of calls on a device: round robin among visitors, short calls first, nobody is overtaken for ever."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core import turns
from core.progress import Progress, Steps, finish
from core.turns import MOST_OVERTAKEN, VISITOR, Ticket, Turns, Waiting, on_behalf_of


@contextmanager
def held(device: Turns, ticket: Ticket | None = None) -> Iterator[None]:
    """Hold the device during the `with` block, for one step of a call, once it is that call's turn."""
    finish(device.wait(ticket or Ticket()))
    try:
        yield
    finally:
        device.release()


def wait_for(device: Turns, calls: int) -> None:
    """Return once so many calls wait."""
    while len(device.waiting) != calls:
        threading.Event().wait(0.001)


def run_all(*calls: tuple[str, int]) -> str:
    """Return the visitors in the order of their steps, for calls (visitor, steps) that all wait at the beginning.

    A step lasts until all other calls wait that have not ended: the order depends on no clock.
    """
    device, order, left = Turns(), [], [steps for _, steps in calls]

    def run(index: int, visitor: str) -> None:
        ticket = Ticket(visitor)
        while left[index]:
            with held(device, ticket):
                order.append(visitor)
                left[index] -= 1
                wait_for(device, sum(steps > 0 for steps in left) - (left[index] > 0))

    threads = [threading.Thread(target=run, args=(i, visitor)) for i, (visitor, _) in enumerate(calls)]
    with held(device):
        for count, thread in enumerate(threads, 1):
            thread.start()
            wait_for(device, count)
    for thread in threads:
        thread.join()
    return "".join(order)


def test_visitors_take_turns_after_each_step() -> None:
    assert run_all(("a", 3), ("b", 2), ("c", 3)) == "abcabcac"


def test_a_visitor_with_many_calls_has_no_more_turns_than_another() -> None:
    assert run_all(("a", 2), ("a", 2), ("a", 2), ("b", 3)) == "abababaaa"


def test_of_one_visitor_s_calls_that_with_the_fewest_steps_goes_first() -> None:
    device, long, short = Turns(), Ticket("a"), Ticket("a")
    long.steps = 5
    device.waiting = [long, short]
    device._grant()
    assert device.waiting == [long]


def test_a_newcomer_goes_first_but_overtakes_nobody_for_ever() -> None:
    device, long = Turns(), Ticket("a")
    with held(device, long):
        device.waiting = [long]
    device.waiting, overtaken = [long], 0
    while long in device.waiting:
        device.waiting.append(Ticket())
        device._holder = None
        device._grant()
        overtaken += long in device.waiting
    assert overtaken == MOST_OVERTAKEN


def test_steps_run_on_behalf_of_a_visitor_and_the_caller_does_not() -> None:
    def look() -> Steps[list[object]]:
        seen = [VISITOR.get()]
        yield Progress(1, 2)
        return [*seen, VISITOR.get()]

    steps = on_behalf_of("anna", look())
    outside: list[object] = []
    assert finish(steps, lambda _: outside.append(VISITOR.get())) == ["anna", "anna"]
    assert outside == [None]


def test_a_call_that_waits_long_says_for_whom_and_can_be_canceled(monkeypatch: Any, caplog: Any) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.02)
    device = Turns()
    with held(device, Ticket(title="Slow demo", folder=Path(__file__).parent)):
        steps = device.wait(Ticket())
        waited = [next(steps), next(steps)]
        assert all(isinstance(each, Waiting) and each.holder == "Slow demo" for each in waited)
        steps.close()
        assert not device.waiting
    assert caplog.text.count("Slow demo has computed for 0 s without a pause, at test_turns.py:") == 1
    with held(device):
        pass


def test_a_call_that_is_canceled_when_its_turn_has_come_gives_it_to_the_next(monkeypatch: Any) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.01)
    device = Turns()
    with held(device):
        steps = device.wait(Ticket())
        next(steps)
    steps.close()
    with held(device):
        assert not device.waiting
