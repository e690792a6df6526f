"""Runs programs about a plugin in processes of their own, and those of which it is known early while others check."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from core.engines import isolated

TIME_LIMIT = 120.0  # seconds for one check
GRACE = 2.0  # seconds in which a program that takes too long says where it is
MOST_KEPT = 100_000  # characters of what a program writes to standard error
HEAD = """
import faulthandler, os, sys
from core.contract import apart
end = os._exit
os._exit = lambda status: (faulthandler.dump_traceback(all_threads=False), end(status))
faulthandler.enable()
apart.end_with_parent()
faulthandler.dump_traceback_later({}, exit=True)
"""
CHUNK = 2**16


class Job(NamedTuple):
    """A program.

    Attributes:
        program: Python, which finds the plugin's folder as sys.argv[1], and the path of a file for its answer as [2].
        folder: the plugin's.
        backend: of Keras; empty for that of this process.
    """

    program: str
    folder: Path
    backend: str = ""


class Ended(NamedTuple):
    """How a program ended.

    Attributes:
        status: of its process.
        answer: empty if it gave none.
        errors: the end of what it wrote to standard error.
        limit: the seconds that it has exceeded; 0 if it has not.
    """

    status: int
    answer: str
    errors: str
    limit: float = 0.0


_BEGUN: dict[Job, Future[Ended]] = {}


@contextmanager
def begun(jobs: Iterable[Job], time_limit: float = TIME_LIMIT) -> Iterator[None]:
    """Run programs one after another in the background, during the `with` block: `run` waits for each."""
    waiting, running = {job: Future[Ended]() for job in jobs}, list[subprocess.Popen[str]]()
    is_over = threading.Event()

    def work() -> None:
        for job, future in waiting.items():
            if not is_over.is_set():
                future.set_result(_run(job, time_limit, running))

    _BEGUN.update(waiting)
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        for process in running:
            process.kill()
        thread.join()
        for job in waiting:
            _BEGUN.pop(job, None)


def run(job: Job) -> Ended:
    """Return how a program ended: one that was begun, or else one that is run now."""
    future = _BEGUN.get(job)
    return future.result() if future else _run(job, TIME_LIMIT, [])


def _run(job: Job, time_limit: float, running: list[subprocess.Popen[str]]) -> Ended:
    """Run a program, and let `running` hold its process meanwhile; it is ended after `time_limit` seconds."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder, "answer")
        command = [sys.executable, "-c", HEAD.format(time_limit) + job.program, str(job.folder), str(answer)]
        with subprocess.Popen(
            command,
            env=isolated.environment() | ({"KERAS_BACKEND": job.backend} if job.backend else {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
        ) as process:
            running[:] = [process]
            end = threading.Timer(time_limit + GRACE, process.kill)
            end.start()
            errors = _read_end(process.stderr)
            process.wait()
            end.cancel()
        written = answer.read_text(encoding="utf-8") if answer.exists() else ""
        is_late = time.monotonic() - start >= time_limit
        return Ended(process.returncode, written, errors, time_limit if is_late else 0.0)


def _read_end(file: IO[str] | None) -> str:
    """Return the last characters in a file, however many there are."""
    kept = ""
    while file is not None and (part := file.read(CHUNK)):
        kept = (kept + part)[-MOST_KEPT:]
    return kept


def end_with_parent() -> None:
    """End this process once the one that started it is gone, whatever the plugin is doing."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
