"""Tries whether a verb's result can be written to files of the kinds that its type names, and read again."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core import kinds
from core.contract.breach import ContractError
from core.kinds import Kind, Sources
from core.tracebacks import describe

NOT_WRITTEN = "{}: {}, of type {}, cannot be written as {}, as its return type says ({})"


def check(result: Any, function: Callable[..., Any], words: str, folder: Path) -> None:
    """Raise ContractError if a part of a result that has a kind cannot be written, or not be read again.

    Args:
        result: what a verb has returned.
        function: the verb.
        words: its call, for the message.
        folder: the plugin's.
    """
    fields = kinds.fields_of(result)
    for name, kind in kinds.result_kinds(function).items():
        if fields.get(name) is not None:
            _check(fields[name], kind, words, "the result" if name == kinds.RESULT else name, folder)


def _check(value: Any, kind: Kind, words: str, name: str, folder: Path) -> None:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place, f"result{kind.suffixes[0]}")
        try:
            kind.save(value, path, Sources())
            kind.load(path)
        except Exception as error:
            shown = describe(error, folder)
            raise ContractError(NOT_WRITTEN.format(words, name, type(value).__name__, kind.name, shown)) from error
