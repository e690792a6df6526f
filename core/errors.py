"""What the person at the page or the command line can mend themselves."""

from __future__ import annotations

import math
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


class HubError(UserError):
    """What the Hub, or the way to it, refused; the message says what to do about it."""


def check_range(name: str, value: float, low: float, high: float = math.inf) -> None:
    """Raise UserError unless `value` is a number from `low` to `high`, both included.

    Args:
        name: how the message calls the value, such as "sigma" or "--epochs".
        value: what was given; NaN is refused.
        low: the smallest value allowed.
        high: the largest value allowed; infinity, the default, allows any finite number from `low` up.
    """
    if low <= value <= high and math.isfinite(value):
        return
    remedy = f"at least {_plain(low)}" if high == math.inf else f"{_plain(low)} to {_plain(high)}"
    raise UserError(f"{name} is {_plain(value)}: use {remedy}.")


def _plain(value: float) -> str:
    """Return an integer with all its digits, and any other number as %g prints it."""
    return str(value) if isinstance(value, int) else f"{value:g}"
