"""Memory is given back: checked by what the process holds."""

from __future__ import annotations

import sys

import pytest

from tests.conftest import run_python

PROGRAM = """
import threading
from core.web import memory
from core.web.memory import read_status
memory.limit_arenas()
def use():
    blocks = [bytearray(100_000) for _ in range(2000)]  # below the size that glibc gives back at once
    del blocks[:-1]
threads = [threading.Thread(target=use) for _ in range(4)]
before = read_status("VmRSS")
for thread in threads: thread.start()
for thread in threads: thread.join()
memory.give_back()
print(read_status("VmRSS") - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc only")
def test_what_threads_have_freed_is_given_back() -> None:
    assert int(run_python("-c", PROGRAM).stdout) < 20_000  # kB, of 800,000
