"""The files of a verb on the command line: which parameters and results are files, how they are read and written."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_origin

import numpy as np

from core import kinds
from core.errors import UserError
from core.imaging import grids
from core.imaging.images import Floats
from core.kinds import Kind, Sources

LONGEST_PRINTED = 64  # elements of an array


def check_output(path: Path, results: Mapping[str, Kind]) -> None:
    """Raise UserError if no result could be written to `path`."""
    known = list(dict.fromkeys(results.values()))
    named = next((kind for kind in known if _fits(path, kind)), None)
    if named is not None or len(known) == 1:
        (named or known[0]).check(path)
    if named is None:
        suffixes = "; ".join(f"{kind.name}: {', '.join(kind.suffixes)}" for kind in known)
        raise UserError(f"{path.name} does not end in the suffix of a result: use one of these ({suffixes}).")


def load(path: Path, kind: Kind) -> Any:
    """Return what is in a file. Raises UserError where there is no such file, or where `kind` refuses it."""
    if not path.exists():
        raise UserError(f"{path} does not exist: check the name.")
    if path.is_dir():
        raise UserError(f"{path} is a folder: name one {kind.name} in it.")
    return kind.load(path)


def flag_type(annotation: Any) -> Any:
    """Return what a flag holds for a parameter of that type: paths where it has a kind, numbers for an array."""
    if annotation == Floats:
        return tuple[float, ...]
    if kinds.find(annotation):
        return tuple[Path, ...] if get_origin(annotation) is tuple else Path | None
    return annotation


def convert(value: Any, annotation: Any) -> Any:
    """Return the value of a flag as the verb expects it: numbers as an array, paths as what is in the files."""
    if annotation == Floats:
        return np.array(value, np.float32)
    kind = kinds.find(annotation)
    if kind is None or value is None:
        return value
    return tuple(load(path, kind) for path in value) if isinstance(value, tuple) else load(value, kind)


def hand_on(result: Any, results: Mapping[str, Kind], kind: Kind) -> Any:
    """Return the first value of `kind` in a verb's result, for the next verb; several images as one contact sheet.

    Args:
        result: a value, or a named tuple of several.
        results: see `kinds.result_kinds`.
        kind: what the next verb takes.
    """
    name = next(name for name, each in results.items() if each is kind)
    value = result._asdict()[name] if hasattr(result, "_asdict") else result
    is_several = isinstance(value, np.ndarray) and value.ndim == grids.NDIMS
    return grids.make_contact_sheet(value) if is_several else value


def choose_paths(path: Path | None, results: Mapping[str, Kind]) -> dict[str, Path]:
    """Return the file of each value of a verb's result that has a kind, by name.

    The first value of the kind that the suffix of `path` names gets that path; others are written beside it, with the
    field's name after the stem.

    Args:
        path: where to write; None where nothing has a kind.
        results: see `kinds.result_kinds`.
    """
    if path is None:
        return {}
    named = next((name for name, kind in results.items() if _fits(path, kind)), None)
    suffixes = {name: path.suffix if _fits(path, kind) else kind.suffixes[0] for name, kind in results.items()}
    beside = {name: path.with_name(f"{path.stem}_{name}{suffix}") for name, suffix in suffixes.items()}
    return beside | ({named: path} if named else {})


def write(result: Any, results: Mapping[str, Kind], path: Path | None, sources: Sources) -> list[str]:
    """Write what has a kind in a verb's result, and return the rest in words, to be printed.

    Args:
        result: a value, or a named tuple of several.
        results: see `kinds.result_kinds`.
        path: where to write, see `choose_paths`; that file is written last.
        sources: the files that the result was made from.
    """
    fields = kinds.fields_of(result)
    targets = choose_paths(path, results)
    for name, target in sorted(targets.items(), key=lambda item: item[1] == path):
        if fields[name] is not None:
            results[name].save(fields[name], target, sources)
            if target != path:
                print(f"{name} is in {target}", file=sys.stderr)
    rest = {name: _describe(value) for name, value in fields.items() if name not in targets}
    return [text if len(fields) == 1 else f"{name}: {text}" for name, text in rest.items()]


def _fits(path: Path, kind: Kind) -> bool:
    return path.suffix.lower() in kind.suffixes


def _describe(value: Any) -> str:
    """Return a value in words; of an array, the first elements."""
    if isinstance(value, np.ndarray):
        rest = f" … ({value.size} in all)" if value.size > LONGEST_PRINTED else ""
        return f"{' '.join(f'{each:.4g}' for each in value.ravel()[:LONGEST_PRINTED])}{rest}"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
