"""Files that appear whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def written_atomically(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`, which replaces `path` when the block ends without an exception.

    The temporary file keeps the suffix of `path`, so that a writer that looks at it picks the same format. After an
    exception it is removed, and `path` is as it was; a process that is killed leaves `path` as it was too.

    Raises:
        OSError: where the folder cannot be written to, or the disk is full.
    """
    temporary = path.with_name(f".partial.{path.name}")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
