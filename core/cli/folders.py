"""A verb on each file of a folder: names are kept, failures are listed, what is done already is skipped."""

from __future__ import annotations

import errno
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from core import parallel
from core.cli import files
from core.errors import UserError
from core.kinds import Kind

Work = Callable[[Sequence[Path], Path, str], Sequence[str]]
"""Makes one file: takes the input files, the output file and a label for the progress bar; returns what to print."""

NO_FOLDER = "{} is a file: name a folder for the results, as the input is one."
SAME_FOLDER = "{} is the folder of the input: name another one for the results."
NOT_WRITABLE = "{} cannot be written to ({}): name another folder for the results."
NOTHING_THERE = "{} holds no {}: these suffixes are read: {}."
SAME_RESULT = "its result would be {}, which is that of {}: rename one of them."
SKIPPED = "{} of {} skipped: they are in {} already."
FAILED = "FAIL  {}: {}"
SUMMARY = "{} done, {} failed{}; the results are in {}."
LEFT = ", {} left, with which the same command goes on"


@dataclass(frozen=True)
class Batch:
    """How the files of a folder are worked on.

    Attributes:
        work: makes one file.
        at_once: how many files at a time.
        cancel: ends what runs, where the batch ends early.
    """

    work: Work
    at_once: int
    cancel: Callable[[], object]


def run_each(paths: Sequence[Path], out: Path, kind: Kind, results: Mapping[str, Kind], batch: Batch) -> int:
    """Work on each file of a folder and of the folders in it; return 1 if one failed, else 0.

    A file whose result is there, and is newer, is skipped: so a run that was interrupted is resumed by the same
    command.

    Args:
        paths: the folder, then the other files of the verb, the same each time.
        out: the folder for the results, which have the names of the files.
        kind: of the files.
        results: the kinds of what comes out.
        batch: how they are worked on.

    Raises:
        UserError: if `out` cannot be the folder, or there is no file, or with what concerns all files.
    """
    folder, *others = paths
    targets = _choose_targets(_sources(folder, out, kind), folder, out, results)
    conflicts = _find_conflicts(targets, results)
    waiting = [source for source, target in targets.items() if source in conflicts or not _is_done(source, target)]
    if len(waiting) < len(targets):
        print(SKIPPED.format(len(targets) - len(waiting), len(targets), out), file=sys.stderr)
    labels = {source: f"{source.relative_to(folder)} ({i} of {len(waiting)})" for i, source in enumerate(waiting, 1)}
    _make_folder(out)

    def attempt(source: Path) -> Sequence[str] | UserError:
        try:
            if source in conflicts:
                raise UserError(conflicts[source])
            _make_folder(targets[source].parent)
            files.check_output(targets[source], results)
            return [*batch.work([source, *others], targets[source], labels[source]), str(targets[source])]
        except UserError as error:
            if error.ends_batch:
                raise
            return error

    names = [source.relative_to(folder) for source in waiting]
    return _report(names, parallel.in_order(attempt, waiting, batch.at_once, batch.cancel), out)


def _report(names: Sequence[Path], outcomes: Iterable[Sequence[str] | UserError], out: Path) -> int:
    """Print what comes of each file, and at the end, however that comes, how many are done; see `run_each`."""
    done = failed = 0
    try:
        for name, outcome in zip(names, outcomes, strict=True):
            if isinstance(outcome, UserError):
                failed += 1
                tqdm.write(FAILED.format(name, outcome), file=sys.stderr)
            else:
                done += 1
                tqdm.write("\n".join(outcome))
    finally:
        left = len(names) - done - failed
        print(SUMMARY.format(done, failed, LEFT.format(left) if left else "", out), file=sys.stderr)
    return 1 if failed else 0


def _make_folder(folder: Path) -> None:
    """Make a folder for results, if it is not there. Raises UserError if nothing can be written there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(NOT_WRITABLE.format(folder, error.strerror or error)) from None
    if not os.access(folder, os.W_OK):
        raise UserError(NOT_WRITABLE.format(folder, os.strerror(errno.EACCES)))


def _sources(folder: Path, out: Path, kind: Kind) -> list[Path]:
    """Return the files of `kind` below `folder`, without those of the results."""
    if out.is_file():
        raise UserError(NO_FOLDER.format(out))
    if out.resolve() == folder.resolve():
        raise UserError(SAME_FOLDER.format(out))
    found = [
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in kind.suffixes and path.is_file() and not path.is_relative_to(out)
    ]
    if not found:
        raise UserError(NOTHING_THERE.format(folder, kind.name, ", ".join(kind.suffixes)))
    return found


def _choose_targets(sources: Sequence[Path], folder: Path, out: Path, results: Mapping[str, Kind]) -> dict[Path, Path]:
    """Return the file for the result of each source: of its name, with another suffix only where that cannot hold it.

    Where that is the same file for two, such as for a.heic and a.bmp, the suffix is added: a.heic.png.
    """
    kinds = list(results.values())
    suffix = kinds[0].suffixes[0]

    def choose(source: Path) -> Path:
        same = out / source.relative_to(folder)
        return same if any(same.suffix.lower() in kind.suffixes for kind in kinds) else same.with_suffix(suffix)

    chosen = {source: choose(source) for source in sources}
    counts = Counter(chosen.values())
    for source, target in chosen.items():
        if counts[target] > 1 and target.suffix != source.suffix:
            chosen[source] = target.with_name(source.name + suffix)
    return chosen


def _find_conflicts(targets: Mapping[Path, Path], results: Mapping[str, Kind]) -> dict[Path, str]:
    """Return why sources cannot be worked on, as one of their results would be a file of another source's results."""
    owners: dict[Path, Path] = {}
    conflicts = {}
    for source, target in targets.items():
        written = files.choose_paths(target, results).values()
        if taken := next((path for path in written if path in owners), None):
            conflicts[source] = SAME_RESULT.format(taken, owners[taken].name)
        else:
            owners |= dict.fromkeys(written, source)
    return conflicts


def _is_done(source: Path, target: Path) -> bool:
    """Return whether `target` was made from `source` as it is now: it appears last, and only when it is complete."""
    return target.exists() and target.stat().st_mtime >= source.stat().st_mtime
