"""Writes files atomically, and tells the files of people from those that systems leave behind."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from core.errors import UserError

LONGEST_NAME = 200  # bytes
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


@contextmanager
def saved(path: Path) -> Iterator[Path]:
    """Yield a temporary path as `written_atomically` does. Raises UserError where the file cannot be written."""
    try:
        with written_atomically(path) as temporary:
            yield temporary
    except OSError as error:
        raise UserError(f"{path} cannot be written ({error.strerror or error}): choose another place.") from None


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_left_behind(name: str) -> bool:
    """Return whether a system made the file or folder `name` (`._a.jpg`, `__MACOSX`, `Thumbs.db`), not a person."""
    return name.startswith(".") or name.lower() in LEFT_BEHIND


def check_output_of(what: str, path: Path, suffixes: Sequence[str]) -> None:
    """Raise UserError if `path` has another suffix than those of `what`, such as "a text"; see `check_output`."""
    if path.suffix.lower() not in suffixes:
        raise UserError(f"{path.name} does not end in the suffix of {what}: use {', '.join(suffixes)}.")
    check_output(path)


def check_output(path: Path) -> None:
    """Raise UserError if no file could be written at `path`: to be called before a long computation, not after it."""
    if len(os.fsencode(path.name)) > LONGEST_NAME:
        raise UserError(f"{path.name[:30]}… is {len(path.name)} letters long: use a shorter name.")
    if path.is_dir():
        raise UserError(f"{path} is a folder: name a file in it.")
    if not path.parent.is_dir():
        raise UserError(f"the folder {str(path.parent)!r} of {path.name} does not exist: make it first.")
    if not os.access(path.parent, os.W_OK):
        raise UserError(f"the folder {str(path.parent)!r} of {path.name} cannot be written to: choose another.")
