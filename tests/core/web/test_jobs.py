"""Jobs in the background: one after the other, with a place in the queue; canceled, failed, too many."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from core.errors import UserError
from core.progress import Progress, Steps
from core.web import background, jobs
from core.web.jobs import Job, JobQueue, State


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def held(gate: threading.Event, path: str = "a.png") -> Steps[str]:
    """Wait at the first of two steps until `gate` is set."""
    yield Progress(1, 2)
    gate.wait(10)
    yield Progress(2, 2)
    return path


def test_jobs_run_one_after_the_other_and_know_their_place() -> None:
    queue, gate = JobQueue(), threading.Event()
    first, second, third = (queue.submit(lambda name=name: held(gate, name)) for name in "abc")  # type: ignore[misc]
    wait_for(lambda: first.progress == Progress(1, 2))
    assert [queue.place_of(job) for job in (first, second, third)] == [0, 1, 2]
    gate.set()
    wait_for(lambda: third.state is State.DONE)
    assert [job.result for job in (first, second, third)] == ["a", "b", "c"]


def test_a_canceled_job_ends_at_its_next_step_or_never_begins() -> None:
    queue, gate = JobQueue(), threading.Event()
    running, waiting, last = (queue.submit(lambda: held(gate)) for _ in range(3))
    wait_for(lambda: running.state is State.RUNNING)
    running.cancel()
    waiting.cancel()
    assert queue.place_of(last) == 1
    gate.set()
    wait_for(lambda: last.state is State.DONE)
    assert (running.state, running.result, waiting.progress) == (State.CANCELED, "", None)


def test_a_job_that_fails_says_why_and_the_next_one_runs() -> None:
    def refuse() -> Steps[str]:
        yield Progress(1, 2)
        raise UserError("It is too large: crop it.")

    def break_down() -> Steps[str]:
        yield Progress(1, 2)
        raise ZeroDivisionError

    queue, gate = JobQueue(), threading.Event()
    gate.set()
    refused, broken, good = (queue.submit(start) for start in (refuse, break_down, lambda: held(gate)))
    wait_for(lambda: good.state is State.DONE)
    assert refused.problem == "It is too large: crop it."
    assert "our mistake, not yours (ZeroDivisionError)" in broken.problem


def test_too_many_jobs_are_refused() -> None:
    queue, gate = JobQueue(), threading.Event()
    running = queue.submit(lambda: held(gate))
    wait_for(lambda: running.state is State.RUNNING)
    for _ in range(jobs.MAX_WAITING):
        queue.submit(lambda: held(gate))
    with pytest.raises(UserError, match="are waiting already"):
        queue.submit(lambda: held(gate))
    gate.set()


@pytest.mark.parametrize(
    ("state", "words", "cancelable", "downloadable"),
    [
        (State.WAITING, "It begins.", True, False),
        (State.DONE, "ready", False, True),
        (State.CANCELED, "Can", False, False),
    ],
)
def test_the_page_shows_what_a_job_allows(state: State, words: str, cancelable: bool, downloadable: bool) -> None:
    job = Job(lambda: held(threading.Event()))
    job.state = state
    status, cancel, download, timer = background.look(job)
    assert words in status
    assert (cancel.visible, download.visible, timer.active) == (cancelable, downloadable, cancelable)
