"""Runs programs about a plugin in processes of their own, and those of which it is known early while others check."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future
from pathlib import Path
from typing import IO, NamedTuple

HEAD = "from core.contract import apart; apart.end_with_parent()\n"


class Job(NamedTuple):
    """A program.

    Attributes:
        program: Python, which finds the plugin's folder as sys.argv[1].
        folder: the plugin's.
        backend: of Keras; empty for that of this process.
    """

    program: str
    folder: Path
    backend: str = ""


class Ended(NamedTuple):
    """How a program ended: its status, and what it wrote."""

    status: int
    output: str
    errors: str


_BEGUN: dict[Job, Future[Ended]] = {}


def begin(jobs: Iterable[Job]) -> None:
    """Begin to run programs one after another, in the background: `run` waits for each."""
    waiting = {job: Future[Ended]() for job in jobs}
    _BEGUN.update(waiting)

    def work() -> None:
        for job, future in waiting.items():
            future.set_result(_run(job))

    threading.Thread(target=work, daemon=True).start()


def run(job: Job) -> Ended:
    """Return how a program ended: one that was begun, once, or else one that is run now."""
    begun = _BEGUN.pop(job, None)
    return begun.result() if begun else _run(job)


def _run(job: Job) -> Ended:
    environment = {"KERAS_BACKEND": job.backend} if job.backend else {}
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        command = [sys.executable, "-c", HEAD + job.program, str(job.folder)]
        status = subprocess.run(
            command, env=os.environ | environment, stdout=output, stderr=errors, check=False
        ).returncode
        return Ended(status, *map(_read, (output, errors)))


def _read(file: IO[str]) -> str:
    file.seek(0)
    return file.read()


def end_with_parent() -> None:
    """End this process once the one that started it is gone, whatever the plugin is doing."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
