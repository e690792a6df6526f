"""How much memory a function needs at its peak, above what its process held before: Linux only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

STATUS, CLEAR_REFS = Path("/proc/self/status"), Path("/proc/self/clear_refs")
RESET_PEAK = "5"  # proc(5)


def peak_megabytes(function: Callable[[], Any]) -> float:
    """Return the peak of the resident memory while `function` runs, in MB above what it was before."""
    CLEAR_REFS.write_text(RESET_PEAK)
    before = _read("VmRSS")
    function()
    return (_read("VmHWM") - before) / 1e3


def _read(field: str) -> int:
    """Return a field of the process's status in kB."""
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(field))
    return int(line.split()[1])
