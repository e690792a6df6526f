"""Makes checks in processes of their own: `python -m core.contract.supervisor FOLDER SECONDS`.

It imports the suite, Keras and Gradio once. Each worker is a fork of it, which begins without these imports; one makes
all checks, sharing the networks that it has loaded, until a check ends it, blocks it, or leaves it other than it was:
then the next check has a new one. TensorFlow does not survive a fork once it has computed, so nothing is computed here.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import tempfile
import time
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from core.contract import CHECKS, costs, outcome, worker
from core.contract.outcome import Outcome
from core.networks import backend
from core.tracebacks import last_place

FORKS = sys.platform == "linux"  # elsewhere, libraries of the system may not survive it
CONTEXT: Any = multiprocessing.get_context("fork" if FORKS else "spawn")
SAME_PLACE = 10.0  # seconds, after which a check is ended that is where another one was blocked
BETWEEN_LOOKS = 1.0  # seconds, whether a worker is alive
WRITTEN = 0.2  # seconds until the place is written
MOST_PRINTED = 1000  # bytes that are kept
CHUNK = 2**16
ORDERS = 0  # file descriptor; closed when the one who asks is gone


class Worker:
    """A process that makes checks."""

    def __init__(self, folder: Path) -> None:
        self.orders, theirs = multiprocessing.Pipe()
        self.output, output = multiprocessing.Pipe(duplex=False)
        descriptor, trace = tempfile.mkstemp(prefix="darkroom-check-")
        os.close(descriptor)
        self.trace = Path(trace)
        self.printed = b""
        self.process = CONTEXT.Process(target=worker.work, args=(folder, theirs, output, self.trace))
        self.process.start()
        for connection in (theirs, output):
            connection.close()

    def wait(self, seconds: float) -> list[Any]:
        """Return which of `orders` and ORDERS are ready within some seconds; the end of what is printed is kept."""
        ready = wait([each for each in (self.orders, self.output, ORDERS) if not _is_closed(each)], seconds)
        if self.output in ready:
            self._read_output()
        return ready

    def _read_output(self) -> None:
        chunk = os.read(self.output.fileno(), CHUNK)
        self.printed = (self.printed + chunk)[-MOST_PRINTED:]
        if not chunk:
            self.output.close()

    def take_printed(self) -> str:
        """Return the end of what was printed since the last call."""
        while not self.output.closed and wait([self.output], 0):
            self._read_output()
        printed, self.printed = self.printed.decode(errors="replace"), b""
        return printed

    def look(self, folder: Path) -> str:
        """Return the line of the plugin at which it is, as "model.py:12"; empty if it is not known."""
        if worker.LOOK is not None and self.process.is_alive():
            os.truncate(self.trace, 0)
            os.kill(self.process.pid, worker.LOOK)
            time.sleep(WRITTEN)
        return self.last_seen(folder)

    def last_seen(self, folder: Path) -> str:
        """Return the line of the plugin that it has written."""
        return last_place(self.trace.read_text(encoding="utf-8", errors="replace"), folder, innermost_first=True)

    def end(self) -> int:
        """End it, with all that the plugin has started, and return its exit status."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.join()
        self.trace.unlink(missing_ok=True)
        return int(self.process.exitcode or 0)


class Supervisor:
    """Makes the checks of a plugin, each within some seconds."""

    def __init__(self, folder: Path, seconds: float) -> None:
        self.folder, self.seconds = folder, seconds
        self._worker: Worker | None = None
        self._blocking: set[str] = set()  # lines of the plugin

    def run(self, number: int) -> Outcome:
        """Return the outcome of the check `CHECKS[number]`."""
        self._worker = at_work = self._worker or Worker(self.folder)
        sentence = outcome.describe_check(CHECKS[number])
        at_work.orders.send(number)
        found = self._wait(at_work, sentence)
        if found is None or found.is_tainted:
            place = at_work.last_seen(self.folder)
            printed = at_work.take_printed()
            status = self.close()
            return found or Outcome(sentence, outcome.describe_end(status, place), (), printed)
        return found

    def _wait(self, at_work: Worker, sentence: str) -> Outcome | None:
        """Return the outcome that the worker sends, or that of one that is blocked; None if its process has ended."""
        start, looks = time.monotonic(), [min(SAME_PLACE, self.seconds), self.seconds]
        while True:
            ready = at_work.wait(min(BETWEEN_LOOKS, max(0.0, start + looks[0] - time.monotonic())))
            if ORDERS in ready:  # nobody is there who asks
                self.close()
                sys.exit(1)
            if at_work.orders in ready:
                try:
                    found: Outcome = at_work.orders.recv()
                except (EOFError, OSError):
                    return None
                return found._replace(printed=at_work.take_printed())
            if not at_work.process.is_alive() and not at_work.orders.poll():  # what it has started may hold the pipe
                return None
            if time.monotonic() - start < looks[0]:
                continue
            place, seconds = at_work.look(self.folder), looks.pop(0)
            if not looks or place in self._blocking:
                self._blocking |= {place} - {""}
                problem = outcome.describe_blocked(seconds, place)
                return Outcome(sentence, problem, (), at_work.take_printed(), is_tainted=True)

    def close(self) -> int:
        """End the worker, and return its exit status."""
        ended, self._worker = self._worker, None
        return ended.end() if ended else 0


def _is_closed(connection: Connection | int) -> bool:
    return not isinstance(connection, int) and connection.closed


def main(folder: str, seconds: str) -> None:
    """Answer each byte of standard input, the number of a check, with its pickled outcome."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends who asks, and that ends this process
    answers = os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    if FORKS:
        with backend.without_standard_error():
            costs.import_suite()
    supervisor = Supervisor(Path(folder), float(seconds))
    while order := os.read(ORDERS, 1):
        pickle.dump(supervisor.run(order[0]), answers)
        answers.flush()
    supervisor.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
