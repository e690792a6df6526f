"""Kinds of values that are files outside of Python, such as images and sounds.

A verb's parameter or result has a kind where its type is annotated with one: `Image = Annotated[NDArray, Kind(…)]`. A
plugin may define its own in the same way, without changing anything here: `Midi = Annotated[Song, Kind("melody",
(".mid",), read_midi, write_midi)]`. On the command line, a required parameter of a kind is a file, an optional one or a
tuple a flag that takes files; a result of a kind is written to a file, any other one is printed.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, is_dataclass
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from core.files import check_output

RESULT = "result"  # the name of a result that is not a named tuple


@dataclass(frozen=True)
class Sources:
    """The files that a result was made from.

    Attributes:
        files: in the order of the verb's parameters.
        keep_metadata: whether the result takes over what the first file says about itself (date, camera, place).
    """

    files: tuple[Path, ...] = ()
    keep_metadata: bool = True


@dataclass(frozen=True, eq=False)
class Kind:
    """How values of a kind are read from files and written to files.

    Attributes:
        name: in messages, with its article understood: "image", "sound".
        suffixes: in lower case, with the dot; the first is used where the user names none.
        load: reads a file; raises UserError where it cannot be read.
        save: writes a value to a path with one of the suffixes, made from `Sources`; raises UserError.
        check: raises UserError where a file could not be written to a path: before a long computation, not after it.
        samples: returns small values of every form that a verb may be given, on which `python -m core check` tries it.
        large: returns a value as large as people have them, on which it tries whether a verb can be canceled.
    """

    name: str
    suffixes: tuple[str, ...]
    load: Callable[[Path], Any]
    save: Callable[[Any, Path, Sources], None]
    check: Callable[[Path], None] = check_output
    samples: Callable[[], Sequence[Any]] | None = None
    large: Callable[[], Any] | None = None


def type_hints(function: Callable[..., Any]) -> dict[str, Any]:
    """Return the types of a function's parameters, and under "return" that of its result, with their annotations."""
    return get_type_hints(function, include_extras=True)


def find(annotation: Any) -> Kind | None:
    """Return the kind of a type: of `K`, `K | None` or `tuple[K, ...]`; None where it has none."""
    if get_origin(annotation) is Annotated:
        return next((mark for mark in get_args(annotation)[1:] if isinstance(mark, Kind)), None)
    return next((kind for part in get_args(annotation) if (kind := find(part))), None)


def is_required_file(annotation: Any) -> bool:
    """Return whether a parameter of this type is one file that must be given."""
    return get_origin(annotation) is Annotated and find(annotation) is not None


def split_parameters(function: Callable[..., Any]) -> tuple[dict[str, Kind], dict[str, Any]]:
    """Return the kinds of a verb's parameters that are files, and the types of those that are flags."""
    known = type_hints(function)
    types = {name: known[name] for name in list(inspect.signature(function).parameters)[1:]}
    files = {name: kind for name, each in types.items() if is_required_file(each) and (kind := find(each))}
    return files, {name: each for name, each in types.items() if name not in files}


def result_kinds(function: Callable[..., Any]) -> dict[str, Kind]:
    """Return the kinds of what is written of a verb's result: of the fields of a named tuple, or of the result."""
    result: Any = type_hints(function).get("return")
    if get_origin(result) is Generator:
        result = get_args(result)[-1]
    fields = type_hints(result) if hasattr(result, "_fields") else {RESULT: result}
    return {name: kind for name, each in fields.items() if (kind := find(each))}


def fields_of(result: Any) -> dict[str, Any]:
    """Return the values of a verb's result by name: those of a named tuple, or one under `RESULT`."""
    return result._asdict() if hasattr(result, "_asdict") else {RESULT: result}


def is_equal(first: Any, second: Any) -> bool:
    """Return whether two values are the same: also arrays and tables, and tuples and dataclasses that hold some."""
    if isinstance(first, int | float) and isinstance(second, int | float):
        return first == second
    if type(first) is not type(second):
        return False
    if is_dataclass(first):  # such as sounds, which hold arrays
        return is_equal(tuple(vars(first).values()), tuple(vars(second).values()))
    if isinstance(first, tuple | list):
        return len(first) == len(second) and all(map(is_equal, first, second))
    if hasattr(first, "equals"):  # a table: == compares its cells
        return bool(first.equals(second))
    if hasattr(first, "shape"):
        return bool(first.shape == second.shape and (first == second).all())
    return bool(first == second)
