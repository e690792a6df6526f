"""Python's parser serves several threads and finalizers, as TensorFlow and tracebacks need it to."""

from __future__ import annotations

import pytest

from tests.conftest import run_python

PARSES = """
import ast, gc, inspect, sys, threading, time
import core

class Finalized:
    def __init__(self):
        self.itself = self  # only the garbage collector frees it

    def __del__(self):
        {finalizer}

def parse():
    for _ in range(10):
        [Finalized() for _ in range(100)]
        try:
            ast.parse(source)
        except SystemError as error:
            failed.append(error)

source, failed = inspect.getsource(ast), []
gc.set_threshold(50)
threads = [threading.Thread(target=parse) for _ in range({threads})]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert gc.isenabled()
sys.exit(str(failed) if failed else 0)
"""


@pytest.mark.parametrize(("threads", "finalizer"), [(4, "time.sleep(0)  # others go on"), (1, "ast.parse('x = 1')")])
def test_parses_do_not_disturb_each_other(threads: int, finalizer: str) -> None:
    program = PARSES.format(threads=threads, finalizer=finalizer)
    ended = run_python("-c", program)
    assert ended.returncode == 0, ended.stderr
