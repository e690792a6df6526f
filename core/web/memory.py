"""Gives memory back to the system that glibc would keep: Linux only, elsewhere nothing happens."""

from __future__ import annotations

import ctypes
import platform

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


def _glibc() -> ctypes.CDLL | None:
    return ctypes.CDLL("libc.so.6") if platform.libc_ver()[0] == "glibc" else None
