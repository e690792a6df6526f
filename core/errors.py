"""What the person at the page or the command line can mend themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


class UserError(ValueError):
    """Its message is one sentence that names the thing, the value and the remedy; it is shown without a traceback."""


def choose(known: Mapping[str, T], key: str, what: str) -> T:
    """Return what is `known` by `key`. Raises UserError, which calls it `what`, where nothing is."""
    if key not in known:
        raise UserError(f"The {what} is {key!r}: choose one of {', '.join(known)}.")
    return known[key]
