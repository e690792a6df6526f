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


class Sweeper:
    """Removes what is older than the retention time, and the oldest files where there are too many.

    Files that were there when it was made are those of the pages themselves: they stay.

    Args:
        folder: what to sweep.
        seconds: how long a file is kept after it was written, or handed out again.
        quota: bytes that may be kept.
    """

    def __init__(self, folder: Path, seconds: float, quota: float) -> None:
        self.folder, self.seconds, self.quota = folder, seconds, quota
        self._started = time.time()

    def start(self) -> None:
        """Sweep now and then, in a thread of its own."""
        threading.Thread(target=self._work, name="sweeper", daemon=True).start()

    def sweep(self) -> None:
        """Remove what is to be removed now."""
        now, size = time.time(), 0
        for changed, path, bytes_ in sorted(self._files(), reverse=True):  # newest first
            size += bytes_
            if now - changed > self.seconds or size > self.quota:
                with suppress(OSError):  # it is gone already
                    path.unlink()
        for folder in sorted(self.folder.rglob("*/"), reverse=True):  # the inner ones first
            with suppress(OSError):  # it holds files
                if now - folder.stat().st_mtime > min(NEWLY_MADE, self.seconds):
                    folder.rmdir()

    def _files(self) -> Iterator[tuple[float, Path, int]]:
        """Yield when each file was changed, its path and its bytes.

        A copy keeps the time when its original was modified, so that the time of its inode counts.
        """
        for path in self.folder.rglob("*"):
            with suppress(OSError):
                status = path.stat()
                if path.is_file() and status.st_ctime > self._started:
                    yield status.st_ctime, path, status.st_size

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
