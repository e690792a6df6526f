"""Remembers which plugins were found broken, by the app when it starts or by `check`, so that `list` can say so.

`list` itself runs nothing of a plugin. What was found is kept in one small file for each plugin, below the user's cache
folder or DARKROOM_CACHE, as long as the plugin's files are those of which it was found. Nothing here ever fails: where
the folder cannot be written to, nothing is remembered.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from core.files import is_left_behind, written_atomically
from core.registry import Record

DEATH, PAGE, NETWORK, CHECK = "death", "page", "network", "check"  # what found it, the most serious first
WORDS = {
    DEATH: "the app ended on {}",
    PAGE: "found when the app started on {}",
    NETWORK: "found when the app started on {}",
    CHECK: "found by check on {}",
}
TIME = "%Y-%m-%d %H:%M"
LONGEST = 300  # characters of what is remembered
MOST = 100  # plugins: the files of others are removed, the oldest first
MOST_FILES = 20_000  # of a plugin, that are looked at


@dataclass(frozen=True)
class Failure:
    """What is wrong with a plugin.

    Attributes:
        found_by: `DEATH`, `PAGE`, `NETWORK` or `CHECK`.
        problem: in one line.
        time: when it was found.
    """

    found_by: str
    problem: str
    time: str

    def describe(self) -> str:
        """Return the problem, and what found it when."""
        return f"{self.problem} ({WORDS[self.found_by].format(self.time)})"


def cache_folder() -> Path:
    """Return the folder for what may be lost, which need not exist."""
    if chosen := os.environ.get("DARKROOM_CACHE"):
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "darkroom"


def note(record: Record, found_by: str, problem: str, of: str = "") -> None:
    """Remember what is wrong with a plugin, or, where `problem` is empty, that nothing is any more.

    Args:
        record: the plugin.
        found_by: what found it; what others found stays.
        problem: its first line is kept.
        of: the fingerprint of the files of which it was found; empty for those that are there now.
    """
    with suppress(OSError, RuntimeError):  # no home
        found = {each.found_by: each for each in _read(record)}
        if not problem and found_by not in found:
            return
        found.pop(found_by, None)
        if problem:
            first_line = problem.splitlines()[0][:LONGEST]
            found[found_by] = Failure(found_by, first_line, datetime.now().strftime(TIME))
        _write(record, list(found.values()), of or fingerprint(record.folder))


def forget(record: Record) -> None:
    """Forget all that was wrong with a plugin."""
    with suppress(OSError, RuntimeError):
        path_of(record).unlink()


def find(record: Record, *found_by: str) -> Failure | None:
    """Return the most serious problem of a plugin that its files still have, of those that `found_by` names or of all.

    A death is none where the plugin's verbs run in a process of their own now.
    """
    wanted = [each for each in found_by or WORDS if each != DEATH or not record.isolated]
    with suppress(OSError, RuntimeError):
        found = {each.found_by: each for each in _read(record)}
        return next((found[each] for each in WORDS if each in wanted and each in found), None)
    return None


def path_of(record: Record) -> Path:
    """Return the file for a plugin, which need not exist."""
    key = hashlib.sha256(str(record.folder.resolve()).encode()).hexdigest()[:16]
    return cache_folder() / "failures" / f"{record.folder.name[:50]}-{key}.json"


def fingerprint(folder: Path) -> str:
    """Return what changes when a file of a plugin does: of the names, sizes and times of all of them."""
    lines = sorted(f"{path} {size} {time}" for path, size, time in islice(_files(folder), MOST_FILES))
    return hashlib.sha256("\n".join(lines).encode(errors="surrogateescape")).hexdigest()


def _files(folder: Path) -> Iterator[tuple[str, int, int]]:
    """Yield the path, the size in bytes and the time of change in nanoseconds of each file below a folder."""
    for parent, folders, names in os.walk(folder):
        folders[:] = [each for each in folders if not is_left_behind(each)]
        for name in names:
            path = os.path.join(parent, name)
            with suppress(OSError):
                status = os.stat(path)
                yield os.path.relpath(path, folder), status.st_size, status.st_mtime_ns


def _read(record: Record) -> list[Failure]:
    """Return what is remembered of a plugin's files as they are now."""
    try:
        stored: Any = json.loads(path_of(record).read_text(encoding="utf-8"))
        if stored["files"] != fingerprint(record.folder):
            return []
        return [Failure(**each) for each in stored["found"] if each["found_by"] in WORDS]
    except (FileNotFoundError, ValueError, KeyError, TypeError):  # or written by another version
        return []


def _write(record: Record, found: list[Failure], files: str) -> None:
    path = path_of(record)
    if not found:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_atomically(path) as temporary:
        temporary.write_text(json.dumps({"files": files, "found": list(map(asdict, found))}), encoding="utf-8")
    oldest_first = sorted(path.parent.glob("*.json"), key=lambda each: each.stat().st_mtime)
    for other in oldest_first[:-MOST]:
        other.unlink(missing_ok=True)
