"""The error of a plugin that breaks the contract, and where in the plugin it happened."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from pathlib import Path

from core.errors import UserError


class ContractError(UserError):
    """A plugin that breaks the contract; the message says what to change."""


def require(condition: object, message: str) -> None:
    """Raise ContractError unless `condition` is true. Unlike `assert`, this works under `python -O` too."""
    if not condition:
        raise ContractError(message)


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
