"""Writes files atomically, and tells the files of people from those that systems leave behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LEFT_BEHIND = {  # by macOS, Windows, Synology and Linux; names that begin with a dot are known by that
    "#recycle",
    "$recycle.bin",
    "@eadir",
    "__macosx",
    "__pycache__",
    "desktop.ini",
    "lost+found",
    "system volume information",
    "thumbs.db",
}


@contextmanager
def written_atomically(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`, and rename it to `path` when the block ends without an exception.

    After an exception the temporary file is removed and `path` is unchanged. If the process is killed, `path` is
    unchanged too. The temporary file has the suffix of `path`, because some writers choose their format by it.

    Raises:
        OSError: if the folder cannot be written to, or the disk is full.
    """
    temporary = path.with_name(f".partial.{path.name}")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def is_left_behind(name: str) -> bool:
    """Return whether a system made the file or folder `name` (`._a.jpg`, `__MACOSX`, `Thumbs.db`), not a person."""
    return name.startswith(".") or name.lower() in LEFT_BEHIND
