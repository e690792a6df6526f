"""Where in a plugin something stands or an error was raised, such as "model.py:12"."""

from __future__ import annotations

import inspect
import os
import re
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.errors import UserError


def place_of(function: Any, folder: Path) -> str:
    """Return where in the plugin's folder a function stands, as "model.py:12: "; empty if it is not there."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    path = Path(code.co_filename) if code else Path()
    is_inside = path.is_relative_to(folder)
    return f"{path.relative_to(folder)}:{code.co_firstlineno}: " if code and is_inside else ""


def place_of_caller(folder: Path) -> str:
    """Return the innermost line of the plugin in `folder` that this call comes from, as "model.py:12: ", or ""."""
    for frame, line in traceback.walk_stack(sys._getframe()):
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(folder):
            return f"{path.relative_to(folder)}:{line}: "
    return ""


def last_place(traceback_text: str, folder: Path, innermost_first: bool = False) -> str:
    """Return the innermost line of the plugin in the text of a traceback, as "model.py:12"; empty if there is none.

    Args:
        traceback_text: as Python writes it at an error, or as `faulthandler` does, which begins with the innermost.
        folder: the plugin's folder.
        innermost_first: whether it was written by `faulthandler`.
    """
    places = re.findall(rf'File "{re.escape(str(folder))}{re.escape(os.sep)}(.*?)", line (\d+)', traceback_text)
    return ":".join(places[0 if innermost_first else -1]) if places else ""


def describe(error: BaseException, folder: Path) -> str:
    """Return an error's message, after the last line of the plugin in `folder` that led to it: "model.py:12: …"."""
    words = str(error) or type(error).__name__
    if not isinstance(error, UserError):
        words = f"{type(error).__name__}: {error}".removesuffix(": ")
    place = next(_places(error, folder.resolve()), None)
    return f"{place}: {words}" if place else words


def _places(error: BaseException | None, folder: Path) -> Iterator[str]:
    """Yield where in the folder an error, or one that caused it, was raised: the innermost place first."""
    while error is not None:
        if isinstance(error, SyntaxError) and error.filename and Path(error.filename).is_relative_to(folder):
            yield f"{Path(error.filename).relative_to(folder)}:{error.lineno}"
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if Path(frame.filename).is_relative_to(folder):
                yield f"{Path(frame.filename).relative_to(folder)}:{frame.lineno}"
        error = error.__cause__ or error.__context__
