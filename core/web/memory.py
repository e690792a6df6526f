"""Reads how much memory a process holds, and gives back what glibc would keep; on Linux only."""

from __future__ import annotations

import ctypes
import platform
from pathlib import Path

M_ARENA_MAX = -8  # of mallopt(3)
ARENAS = 2  # glibc's default is 8 for each core: every thread that runs frees into another one


def limit_arenas() -> None:
    """Let all threads share a few arenas. To be called before they are started."""
    if libc := _glibc():
        libc.mallopt(M_ARENA_MAX, ARENAS)


def give_back() -> None:
    """Give memory that was freed back to the system."""
    if libc := _glibc():
        libc.malloc_trim(0)


def read_status(field: str, process: int | str = "self") -> int:
    """Return a field of the status of a process in kB, such as VmRSS, what it holds in RAM; 0 where there is none.

    Args:
        field: see proc(5).
        process: its id; by default, this one.
    """
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{field}:")), 0)


def _glibc() -> ctypes.CDLL | None:
    return ctypes.CDLL("libc.so.6") if platform.libc_ver()[0] == "glibc" else None
