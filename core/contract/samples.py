"""Values on which a plugin's verbs are tried: small ones of every form of their kinds, and a large one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from core import kinds
from core.errors import UserError
from core.kinds import Kind
from core.registry import Record

EXAMPLES = "examples"  # the folder of a plugin's own files
MOST_EXAMPLES = 2
LONGEST_SHOWN = 20  # characters of a text in a message


def of(function: Callable[..., Any]) -> Iterator[list[Any]]:
    """Yield values for the required parameters of a verb after `network`: none where one has no samples to try."""
    required = _required_kinds(function)
    if all(kind and kind.samples for kind in required):
        rows = [kind.samples() for kind in required if kind and kind.samples]
        yield from map(list, zip(*rows, strict=False)) if rows else [[]]


def examples(function: Callable[..., Any], record: Record) -> Iterator[list[Any]]:
    """Yield such values from files in the plugin's `examples/`: none where a parameter fits none of them."""
    required = _required_kinds(function)
    if required and all(required):
        yield from map(list, zip(*(_read(kind, record) for kind in required if kind), strict=False))


def large(function: Callable[..., Any]) -> list[Any] | None:
    """Return such values, as large as people have them where a kind says how large that is; None where it cannot be."""
    required = _required_kinds(function)
    if not all(kind and (kind.large or kind.samples) for kind in required):
        return None
    return [kind.large() if kind.large else kind.samples()[0] for kind in required if kind]  # type: ignore[misc]


def describe(name: str, values: list[Any]) -> str:
    """Return a call of a verb in words, with the shapes of what it is given: "act(24×32×3)"."""
    return f"{name}({', '.join(filter(None, map(_describe, values)))})"


def _describe(value: Any) -> str:
    if hasattr(value, "shape"):
        return "×".join(map(str, value.shape))
    if isinstance(value, str):
        return repr(value) if len(value) <= LONGEST_SHOWN else f"{len(value)} characters"
    return ""


def _required_kinds(function: Callable[..., Any]) -> list[Kind | None]:
    hints = kinds.type_hints(function)
    return [
        kinds.find(hints[parameter.name])
        for parameter in list(inspect.signature(function).parameters.values())[1:]
        if parameter.default is parameter.empty
    ]


def _read(kind: Kind, record: Record) -> Iterator[Any]:
    """Yield what is in the first of a plugin's examples that are of a kind."""
    fitting = (path for path in sorted((record.folder / EXAMPLES).glob("*")) if path.suffix.lower() in kind.suffixes)
    for path, _ in zip(fitting, range(MOST_EXAMPLES), strict=False):
        try:
            yield kind.load(path)
        except UserError:
            continue
