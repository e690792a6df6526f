"""Jobs that run in the background, one after the other, while their visitors go on using the page.

A job is a generator of progress, as a verb is. It runs in a thread of its own: between two of its steps the device
answers other calls.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import closing
from enum import StrEnum

from core.errors import UserError
from core.progress import Progress, Steps
from core.web.handlers import explain

MAX_WAITING = 8

FULL = "{} jobs are waiting already: try again in a while."


class State(StrEnum):
    """How far a job has come."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELED = "canceled"


ENDED = State.DONE, State.FAILED, State.CANCELED


class Job:
    """One job.

    Attributes:
        state: how far it has come.
        progress: of the step that it has reached, once it runs.
        result: what it returned, once it is done.
        problem: a sentence that says why it failed.
    """

    def __init__(self, start: Callable[[], Steps[str]]) -> None:
        self.start, self.state = start, State.WAITING
        self.progress: Progress | None = None
        self.result, self.problem = "", ""
        self._began = 0.0

    @property
    def seconds(self) -> float:
        """How long it has been running."""
        return time.perf_counter() - self._began if self._began else 0.0

    def cancel(self) -> None:
        """End the job at its next step, or never start it."""
        if self.state not in ENDED:
            self.state = State.CANCELED

    def run(self) -> None:
        """Run the job to its end, unless it is canceled before; what it raises becomes its `problem`."""
        if self.state is not State.WAITING:
            return
        self.state, self._began = State.RUNNING, time.perf_counter()
        try:
            with closing(self.start()) as steps:
                self._run_steps(steps)
        except Exception as error:  # of the job: the thread goes on to the next one
            self.state, self.problem = State.FAILED, explain(error, "a job")

    def _run_steps(self, steps: Steps[str]) -> None:
        while self.state is State.RUNNING:
            try:
                self.progress = next(steps)
            except StopIteration as end:
                self.state, self.result = State.DONE, end.value


class JobQueue:
    """Runs jobs one at a time, in the order in which they came."""

    def __init__(self) -> None:
        self._waiting: deque[Job] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def submit(self, start: Callable[[], Steps[str]]) -> Job:
        """Return a new job, which waits for those before it.

        Raises:
            UserError: if too many are waiting.
        """
        with self._changed:
            self._forget_canceled()
            if len(self._waiting) >= MAX_WAITING:
                raise UserError(FULL.format(len(self._waiting)))
            job = Job(start)
            self._waiting.append(job)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)
                self._thread.start()
            self._changed.notify()
        return job

    def place_of(self, job: Job) -> int:
        """Return how many jobs run before a waiting one, that of now included; 0 if it does not wait."""
        with self._changed:
            self._forget_canceled()
            return self._waiting.index(job) + 1 if job in self._waiting else 0

    def _forget_canceled(self) -> None:
        self._waiting = deque(job for job in self._waiting if job.state is State.WAITING)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                job = self._waiting.popleft()
            job.run()
