"""A verb on each file of a folder: names are kept, failures are listed, what is done already is skipped."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from core.errors import UserError
from core.kinds import Kind

Work = Callable[[Sequence[Path], Path, str], None]
"""Makes one file: takes the input files, the output file, and a label for the progress bar."""

NO_FOLDER = "{} is a file: name a folder for the results, as the input is one."
SAME_FOLDER = "{} is the folder of the input: name another one for the results."
NOTHING_THERE = "{} holds no {}: these suffixes are read: {}."
SKIPPED = "{} of {} skipped: they are in {} already."
FAILED = "FAIL  {}: {}"
SUMMARY = "{} done, {} failed; the results are in {}."


def run_each(paths: Sequence[Path], out: Path, kind: Kind, results: Mapping[str, Kind], work: Work) -> int:
    """Work on each file of a folder and of the folders in it; return 1 if one failed, else 0.

    A file whose result is there, and is newer, is skipped: so a run that was interrupted is resumed by the same
    command.

    Args:
        paths: the folder, then the other files of the verb, the same each time.
        out: the folder for the results, which have the names of the files.
        kind: of the files.
        results: the kinds of what comes out.
        work: makes one file.

    Raises:
        UserError: if `out` cannot be the folder, or there is no file.
    """
    folder, *others = paths
    targets = {source: _target(source, folder, out, results) for source in _sources(folder, out, kind)}
    waiting = {source: target for source, target in targets.items() if not _is_done(source, target)}
    if len(waiting) < len(targets):
        print(SKIPPED.format(len(targets) - len(waiting), len(targets), out), file=sys.stderr)
    failed = 0
    for i, (source, target) in enumerate(waiting.items(), 1):
        name = source.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            work([source, *others], target, f"{name} ({i} of {len(waiting)})")
            print(target)
        except UserError as error:
            failed += 1
            print(FAILED.format(name, error), file=sys.stderr)
    print(SUMMARY.format(len(waiting) - failed, failed, out), file=sys.stderr)
    return 1 if failed else 0


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


def _target(source: Path, folder: Path, out: Path, results: Mapping[str, Kind]) -> Path:
    """Return the file for the result of `source`: of its name, with another suffix only where that cannot hold it."""
    same = out / source.relative_to(folder)
    kinds = list(results.values())
    return (
        same if any(same.suffix.lower() in kind.suffixes for kind in kinds) else same.with_suffix(kinds[0].suffixes[0])
    )


def _is_done(source: Path, target: Path) -> bool:
    """Return whether `target` was made from `source` as it is now: it appears only when it is complete."""
    return target.exists() and target.stat().st_mtime >= source.stat().st_mtime
