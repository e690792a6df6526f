"""Finds out which plugin ended the app while it was imported, built or loaded, and leaves it out at the next start.

`os._exit` and native code that crashes end the process of the app at once. So the app writes to a file, which it keeps
locked as long as it lives, what it is doing with a plugin's code. At the next start, a file that is not locked any more
belongs to a process that has ended; what it was doing last names the plugin.
"""

from __future__ import annotations

import atexit
import json
import logging
import os
import signal
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

from core import failures, registry
from core.registry import Record, State

LOGGER = logging.getLogger(__name__)
SUFFIX = ".running"
ENDED = "the app ended while it was {}"
LEFT_OUT = "{}, so it is left out: mend it and run python -m core check {}, or set isolate = true in its plugin.toml"
LOGGED = "%s is left out: %s. To try it again as it is, delete %s"


class Marks:
    """What this process is doing with plugins' code, the newest last, in a file that tells it after a sudden end."""

    def __init__(self, path: Path) -> None:
        """Create the file, and lock it. Raises OSError if it cannot be written or locked."""
        self._path, self._lock, self._entries = path, threading.Lock(), list[dict[str, str]]()
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        _lock(self._file)

    def add(self, entry: dict[str, str]) -> None:
        """Write down what begins."""
        with self._lock:
            self._entries.append(entry)
            self._write()

    def remove(self, entry: dict[str, str]) -> None:
        """Strike out what has ended well, or by an exception."""
        with self._lock:
            self._entries = [each for each in self._entries if each is not entry]
            self._write()

    def close(self) -> None:
        """Remove the file: this process ends, and no plugin has ended it. Takes no lock, as a signal may call it."""
        self._path.unlink(missing_ok=True)

    def _write(self) -> None:
        data = json.dumps(self._entries).encode()
        with suppress(OSError):  # such as a full disk
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, data, 0)


_MARKS: Marks | None = None


def watch() -> None:
    """From now on, write down what this process does with plugins' code, and remember what ended earlier ones."""
    global _MARKS
    folder = failures.cache_folder() / "apps"
    with suppress(OSError, RuntimeError, ImportError):  # a folder that cannot be written to; no home; no locks
        folder.mkdir(parents=True, exist_ok=True)
        _remember_deaths(folder)
        if _MARKS is None:
            _MARKS = Marks(folder / f"{uuid.uuid4().hex}{SUFFIX}")
            atexit.register(_MARKS.close)
            _close_at_signals(_MARKS)


@contextmanager
def marked(record: Record, activity: str) -> Iterator[None]:
    """Let the next start of the app know, where the `with` block ends this process, that this plugin did.

    Args:
        record: the plugin.
        activity: what the block does, such as "building the page of my_demo".
    """
    marks = _MARKS
    if marks is None:
        yield
        return
    folder = record.folder.resolve()
    entry = {"folder": str(folder), "activity": activity, "files": failures.fingerprint(folder)}
    marks.add(entry)
    try:
        yield
    finally:
        marks.remove(entry)


def leave_out(record: Record) -> Record:
    """Return the record of a plugin, broken if it has ended the app and has not been changed since.

    Bundled plugins stay: where the app ended amid one of them, a lack of memory or a user ended it.
    """
    if record.folder.parent == registry.BUNDLED:
        return record
    found = failures.find(record, failures.DEATH) if record.state is State.READY else None
    if found is None:
        return record
    problem = LEFT_OUT.format(found.problem, record.name)
    LOGGER.error(LOGGED, record.name, problem, failures.path_of(record))
    return replace(record, state=State.BROKEN, reason=problem)


def _remember_deaths(folder: Path) -> None:
    """Note the plugins that have ended the processes to which the files in `folder` belonged, and remove those."""
    for path in folder.glob(f"*{SUFFIX}"):
        if (entries := _take_over(path)) is None:
            continue
        with suppress(KeyError, TypeError, AttributeError):  # of another version
            for entry in entries[-1:]:  # the newest: what it was doing when it ended
                place = Path(entry["folder"])
                record = Record(place.name, place, "", State.READY)
                failures.note(record, failures.DEATH, ENDED.format(entry["activity"]), entry["files"])
        path.unlink(missing_ok=True)


def _take_over(path: Path) -> list[Any] | None:
    """Return what the file of a process that has ended says; None where the process lives."""
    file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        _lock(file)
        return list(json.loads(path.read_bytes() or b"[]"))
    except BlockingIOError:
        return None
    except (ValueError, TypeError):  # it ended while it wrote
        return []
    finally:
        os.close(file)


def _lock(file: int) -> None:
    """Lock an open file until it is closed. Raises BlockingIOError where another process has locked it."""
    import fcntl  # which Windows does not have

    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _close_at_signals(marks: Marks) -> None:
    """Remove the file where someone ends this process by a signal while it starts: no plugin has done that."""

    def end(number: int, frame: FrameType | None) -> None:
        marks.close()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, end)
