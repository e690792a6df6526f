"""Errors that the person at the page or the command line can fix."""

from __future__ import annotations

import errno
import math
from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


class UserError(ValueError):
    """An error that the user can fix.

    Its message is one sentence that names the thing, the value and the remedy. Pages and the command line show the
    message without a traceback.
    """

    ends_batch = False
    """Whether it concerns all files of a batch, and not the one at hand: the batch ends with it."""


class OwnerError(UserError):
    """An error that only whoever runs the app can fix: a page logs its message, and shows its visitors `notice`."""

    notice = "The network is not available at the moment. Whoever runs this app finds the reason in its log."
    ends_batch = True


class HubError(OwnerError):
    """A request to the Hugging Face Hub that failed; the message says what to do about it."""

    notice = "The network cannot be downloaded at the moment: try again in a while."


class DiskFullError(OwnerError):
    """A file that cannot be written, as the disk is full."""

    notice = "The disk of the server is full: try again in a while."


def is_full(error: OSError) -> bool:
    """Return whether an error of the system says that the disk, or the user's share of it, is full."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def choose(known: Mapping[str, T], key: str, what: str) -> T:
    """Return `known[key]`.

    Args:
        known: the values to choose from, by name.
        key: the name that was given.
        what: what the message calls the name, such as "loss".

    Raises:
        UserError: if `key` is not in `known`; the message lists the names that are.
    """
    if key not in known:
        raise UserError(f"The {what} is {key!r:.60}: choose one of {', '.join(known)}.")
    return known[key]


def check_range(name: str, value: float, low: float, high: float = math.inf) -> None:
    """Raise UserError unless `value` is a number from `low` to `high`, both included.

    Args:
        name: what the message calls the value, such as "sigma" or "--epochs".
        value: the number to check; NaN is refused.
        low: the smallest value allowed.
        high: the largest value allowed; infinity, the default, allows any finite number from `low` up.

    Raises:
        UserError: if `value` is out of range, NaN or infinite.
    """
    if low <= value <= high and math.isfinite(value):
        return
    remedy = f"at least {_format(low)}" if high == math.inf else f"{_format(low)} to {_format(high)}"
    raise UserError(f"{name} is {_format(value)}: use {remedy}.")


def _format(value: float) -> str:
    """Return an integer with all its digits, and any other number as %g prints it."""
    return str(value) if isinstance(value, int) else f"{value:g}"
