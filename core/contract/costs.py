"""What it costs to import a plugin and to load its network: seconds, and megabytes of memory."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from typing import NamedTuple

from core.web.memory import read_status

KILOBYTE, MEGABYTE = 2**10, 2**20  # bytes
MOST_MEGABYTES, MOST_SECONDS = 300, 10  # of an import, beyond those of the suite
TOO_MUCH = "warning: importing {}.py takes {} more than the suite: import what is large where it is used"


class Cost(NamedTuple):
    """Seconds, and the megabytes by which the process has grown: 0 where the system does not say."""

    seconds: float
    megabytes: float

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s and {self.megabytes:.0f} MB"

    @property
    def is_much(self) -> bool:
        """Whether it is more than an import should cost."""
        return self.megabytes > MOST_MEGABYTES or self.seconds > MOST_SECONDS


def import_suite() -> None:
    """Import Gradio, Keras, and what plugins may import of the suite: it does not count as theirs."""
    from core.contract import reference  # late: it is a program, too

    for name in ("gradio", "keras", *reference.PUBLIC):
        importlib.import_module(name)


def measure(action: Callable[[], object]) -> Cost:
    """Return what an action costs."""
    before, start = resident_megabytes(), time.perf_counter()
    action()
    return Cost(time.perf_counter() - start, max(0.0, resident_megabytes() - before))


def resident_megabytes() -> float:
    """Return how much memory of this process is in RAM; 0 where the system does not say."""
    return read_status("VmRSS") * KILOBYTE / MEGABYTE


def total(costs: list[Cost]) -> Cost:
    """Return the sum of several costs."""
    return Cost(sum(cost.seconds for cost in costs), sum(cost.megabytes for cost in costs))
