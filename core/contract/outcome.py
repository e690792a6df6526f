"""What a check found, and how it is made of what a check raises."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from core.contract.apart import Ended
from core.contract.breach import take_notes
from core.engines.isolated import describe_status
from core.registry import Record
from core.tracebacks import describe, last_place

LEADING_PLACE = re.compile(r"^(under \w+: )?([\w/]+\.py:\d+: )*")
OUR_ERROR = re.compile(r"^core\.[\w.]+: ")  # the type of a UserError, whose message says all
FAILED = 1  # exit status of Python after an error
LAST_ERROR = re.compile(r".*\b\w+(Error|Exception|Exit|Interrupt): ")  # "model.py cannot be imported: SyntaxError: "
BLOCKED = "it took longer than {:.0f} s{}: end the loop, or yield Progress"
SECONDS = re.compile(r" \d+ s(?=, last seen)")  # one that is blocked where another was is ended sooner
ENDED = "the process ended with {}{}: the plugin must not end it (os._exit, a crash)"
INSIDE = ", last seen in {}"
NO_ERROR = "it failed without a word"


class Outcome(NamedTuple):
    """What a check found.

    Attributes:
        sentence: what was checked.
        problem: what is wrong; empty if it passed.
        notes: about the plugin.
        printed: the end of what was printed meanwhile.
        is_tainted: whether the process in which it ran is not as it was before.
    """

    sentence: str
    problem: str
    notes: tuple[str, ...] = ()
    printed: str = ""
    is_tainted: bool = False

    @property
    def cause(self) -> str:
        """The problem without where it was met: an error in model.py is met by whatever imports that."""
        lines = SECONDS.sub("", self.problem).splitlines()
        return "\n".join(LAST_ERROR.sub("", LEADING_PLACE.sub("", line, count=1)) for line in lines)


def describe_check(check: Callable[[Record], None]) -> str:
    """Return the first line of the docstring of `check`: a sentence that says what it checks."""
    return (inspect.getdoc(check) or check.__name__).splitlines()[0]


def of(check: Callable[[Record], None], record: Record) -> Outcome:
    """Return the outcome of a check that is made here and now."""
    try:
        check(record)
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        return Outcome(describe_check(check), describe(error, record.folder), take_notes())
    return Outcome(describe_check(check), "", take_notes())


def of_ended(ended: Ended, folder: Path) -> str:
    """Return what is wrong with a program that has ended; empty if it has given its answer.

    Args:
        ended: how it ended.
        folder: the plugin's.
    """
    errors = ended.errors
    place = last_place(errors, folder, innermost_first="most recent call first" in errors)
    if ended.limit:
        return describe_blocked(ended.limit, place)
    if ended.status == FAILED:
        last = OUR_ERROR.sub("", (errors.strip().splitlines() or [NO_ERROR])[-1])
        return f"{place}: {last}" if place else last
    return "" if ended.answer and not ended.status else describe_end(ended.status, place)


def describe_blocked(seconds: float, place: str) -> str:
    """Return what is wrong where something took too long; `place` is the line of the plugin at which it was."""
    return BLOCKED.format(seconds, place and INSIDE.format(place))


def describe_end(status: int, place: str) -> str:
    """Return what is wrong where a process ended with a status, at a line of the plugin."""
    return ENDED.format(describe_status(status), place and INSIDE.format(place))
