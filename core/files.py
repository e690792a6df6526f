"""Writes files atomically."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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
