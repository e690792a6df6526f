"""The process in which checks are made, one after another: it sends each outcome, and whether it is as before."""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import threading
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NoReturn, TextIO

from core import registry, shared_state, tracebacks
from core.contract import CHECKS, Check, apart, outcome
from core.contract.outcome import Outcome
from core.registry import Record
from core.shared_state import SharedStateError

LOOK = getattr(signal, "SIGUSR1", None)  # at which the process writes where the plugin is
LINGERING = 0.5  # seconds in which a thread may end after a check
CHANGES = "the plugin changes {}: restore it where it was changed"
THREAD_LEFT = "{}the thread that it starts goes on: make it a daemon thread, or end it"


def work(folder: Path, orders: Connection, output: Connection, trace: Path) -> None:
    """Make the checks whose numbers arrive, and send their outcomes, until the process is ended.

    Args:
        folder: the plugin's.
        orders: where numbers arrive, and outcomes are sent.
        output: gets what is printed.
        trace: a file that says where the plugin is: after LOOK, and when it ends the process.
    """
    from core.networks import backend

    os.setsid()  # what the plugin starts can be ended with this process
    for descriptor in (1, 2):
        os.dup2(output.fileno(), descriptor)
    end = os._exit
    apart.end_with_parent()
    backend.start()
    record = registry.find(str(folder))
    note_starts_of_threads(record.folder)
    with trace.open("a", encoding="utf-8") as file:
        _write_places(file)
        while True:
            check = CHECKS[orders.recv()]
            file.truncate(0)
            found = watched(check, record)
            sys.stdout.flush()
            orders.send(found)
            if found.is_tainted:
                end(0)  # at once: threads that go on would hold it


def watched(check: Check, record: Record) -> Outcome:
    """Return the outcome of a check, which fails too if it leaves a thread, or changes what plugins share."""
    before, is_changed = {*threading.enumerate()}, False

    def guarded(record: Record) -> None:
        nonlocal is_changed
        try:
            with shared_state.unchanged(CHANGES):
                check(record)
        except SharedStateError:
            is_changed = True
            raise

    guarded.__doc__ = check.__doc__
    found = outcome.of(guarded, record)
    left = _threads_left(before)
    if left:
        places = {getattr(each, "started_at", ""): None for each in left}  # each once, in order
        found = found._replace(problem="\n".join(filter(None, [found.problem, *map(THREAD_LEFT.format, places)])))
    return found._replace(is_tainted=bool(left) or is_changed)


def note_starts_of_threads(folder: Path) -> None:
    """From now on, let each thread know at which line of the plugin it was started, as `started_at`."""
    start = threading.Thread.start

    def noted(self: threading.Thread) -> None:
        self.started_at = tracebacks.place_of_caller(folder)  # type: ignore[attr-defined]
        start(self)

    threading.Thread.start = noted  # type: ignore[method-assign]


def _threads_left(before: set[threading.Thread]) -> list[threading.Thread]:
    """Return the threads that are not daemons and were not there before, after a moment in which they may end."""
    deadline = time.monotonic() + LINGERING
    started = [each for each in threading.enumerate() if each not in before and not each.daemon]
    for each in started:
        each.join(max(0.0, deadline - time.monotonic()))
    return [each for each in started if each.is_alive()]


def _write_places(file: TextIO) -> None:
    """From now on, write to `file` where the plugin is: at LOOK, and when it ends the process."""
    end = os._exit

    def note(status: int) -> NoReturn:
        faulthandler.dump_traceback(file, all_threads=False)
        end(status)

    faulthandler.enable(file, all_threads=False)
    if LOOK is not None:
        faulthandler.register(LOOK, file, all_threads=False)
    os._exit = note
