"""Standard streams as files of a verb: `-` names the input, the output, or both."""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from core.errors import UserError
from core.kinds import Kind

STREAM = Path("-")
ONE_INPUT = "standard input (-) can be one file only: name the others."


@contextmanager
def as_files(
    paths: Sequence[Path], out: Path | None, inputs: Sequence[Kind], results: Mapping[str, Kind]
) -> Iterator[tuple[tuple[Path, ...], Path | None]]:
    """Yield `paths` and `out` with a temporary file in place of each stream; at the end the output is written.

    What is printed meanwhile goes to standard error where standard output gets a file.

    Args:
        paths: the files of a verb.
        out: where its result goes.
        inputs: the kinds of `paths`.
        results: those of what comes out: the first one is what the stream gets, in the first of its formats.

    Raises:
        UserError: if the input is named twice.
    """
    if paths.count(STREAM) > 1:
        raise UserError(ONE_INPUT)
    with tempfile.TemporaryDirectory() as folder:
        read = tuple(
            _read(Path(folder, f"stdin{kind.suffixes[0]}")) if path == STREAM else path
            for path, kind in zip(paths, inputs, strict=True)
        )
        if out != STREAM:
            yield read, out
            return
        written = Path(folder, f"stdout{next(iter(results.values())).suffixes[0]}")
        with contextlib.redirect_stdout(sys.stderr):
            yield read, written
        with written.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)
        sys.stdout.buffer.flush()


def _read(path: Path) -> Path:
    """Write standard input to `path`, and return that."""
    with path.open("wb") as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
    return path
