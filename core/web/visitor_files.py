"""Visitors' files: uploads and results, in one folder of the app's own, where nothing is kept for long.

Gradio's own clean-up (`delete_cache`) knows the files of components only: the folders stay, and so do files that a page
writes beside a result.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from core.errors import UserError

LOGGER = logging.getLogger(__name__)
VARIABLE = "GRADIO_TEMP_DIR"  # where Gradio, and `core.web.output_files`, write; read when Gradio is imported
PREFIX = "darkroom-"
RETENTION_MINUTES, QUOTA_GIGABYTES = 60.0, 4.0
GIGABYTE = 1e9
NEWLY_MADE = 60  # seconds: an empty folder that is younger may be about to get its file
MOST_SECONDS_BETWEEN = 60.0
UNWRITABLE = "{} cannot be written to ({}): set TMPDIR to a folder that can."


@contextmanager
def own_folder() -> Iterator[Path]:
    """Yield a new folder that Gradio will write to, and remove it at the end; folders of killed apps are removed too.

    Raises:
        UserError: if it cannot be made.
    """
    parent = Path(os.environ.get(VARIABLE) or tempfile.gettempdir())
    try:
        parent.mkdir(parents=True, exist_ok=True)
        remove_abandoned(parent)
        folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=parent))
    except OSError as error:
        raise UserError(UNWRITABLE.format(parent, error.strerror)) from None
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = str(folder)
    try:
        yield folder
    finally:
        os.environ.pop(VARIABLE)
        if before is not None:
            os.environ[VARIABLE] = before
        shutil.rmtree(folder, ignore_errors=True)


def remove_abandoned(parent: Path) -> None:
    """Remove the folders in `parent` of apps that do not run any more, such as killed ones."""
    for folder in parent.glob(f"{PREFIX}*-*"):
        process = folder.name.removeprefix(PREFIX).split("-")[0]
        if process.isdigit() and not _is_running(int(process)):
            shutil.rmtree(folder, ignore_errors=True)


class Entry(NamedTuple):
    """A file or a folder as it is now: one that was changed since is another."""

    path: Path
    changed: int  # nanoseconds of the wall clock, which may be set back: only compared, never subtracted
    size: int  # bytes, 0 for a folder
    is_folder: bool


class Sweeper:
    """Removes what is older than the retention time, and the oldest files where there are too many.

    An age is the time since a sweep first saw the file, so that it does not depend on the wall clock. Files that were
    there when the sweeper was made are those of the pages themselves: they stay.

    Args:
        folder: what to sweep.
        seconds: how long a file is kept after it was written, or handed out again.
        quota: bytes that may be kept.
    """

    def __init__(self, folder: Path, seconds: float, quota: float) -> None:
        self.folder, self.seconds, self.quota = folder, seconds, quota
        self._seen: dict[Entry, float] = {}
        self._pages = set(self._find())

    def start(self) -> None:
        """Sweep now and then, in a thread of its own."""
        threading.Thread(target=self._work, name="sweeper", daemon=True).start()

    def sweep(self) -> None:
        """Remove what is to be removed now."""
        now, size = time.monotonic(), 0
        self._seen = {entry: self._seen.get(entry, now) for entry in self._find() if entry not in self._pages}
        newest_first = sorted(self._seen, key=lambda entry: (self._seen[entry], entry.changed), reverse=True)
        for entry in newest_first:
            size += entry.size
            if not entry.is_folder and (now - self._seen[entry] > self.seconds or size > self.quota):
                with suppress(OSError):  # it is gone already
                    entry.path.unlink()
        for entry in sorted(self._seen, reverse=True):  # the inner folders first
            if entry.is_folder and now - self._seen[entry] > min(NEWLY_MADE, self.seconds):
                with suppress(OSError):  # it holds files
                    entry.path.rmdir()

    def _find(self) -> Iterator[Entry]:
        """Yield what is below the folder.

        A copy keeps the time when its original was modified, so that the time of its inode counts.
        """
        for path in self.folder.rglob("*"):
            with suppress(OSError):
                status, is_folder = path.stat(), path.is_dir()
                yield Entry(path, status.st_ctime_ns, 0 if is_folder else status.st_size, is_folder)

    def _work(self) -> None:
        while True:
            time.sleep(min(MOST_SECONDS_BETWEEN, self.seconds))
            try:
                self.sweep()
            except OSError:
                LOGGER.exception("visitors' files in %s could not be removed", self.folder)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is another user's
        return True
    return True
