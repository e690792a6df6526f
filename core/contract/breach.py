"""The error of a plugin that breaks the contract, and notes about one that need not."""

from __future__ import annotations

from collections.abc import Iterable

from core.errors import UserError

_NOTES: list[str] = []


class ContractError(UserError):
    """A plugin that breaks the contract; the message says what to change."""


def require(condition: object, message: str) -> None:
    """Raise ContractError unless `condition` is true. Unlike `assert`, this works under `python -O` too."""
    if not condition:
        raise ContractError(message)


def require_none(problems: Iterable[str]) -> None:
    """Raise ContractError with all `problems`, each on a line, unless there are none."""
    found = list(problems)
    require(not found, "\n".join(found))


def note(words: str) -> None:
    """Tell whoever runs the check that is running something about the plugin, which is no breach."""
    _NOTES.append(words)


def take_notes() -> tuple[str, ...]:
    """Return the notes since the last call."""
    taken = tuple(_NOTES)
    _NOTES.clear()
    return taken
