"""Python's parser serves several threads, as TensorFlow needs it to trace in each."""

from __future__ import annotations

import subprocess
import sys

PARSES = """
import ast, gc, inspect, sys, threading, time
import core

class Slow:
    def __init__(self):
        self.itself = self  # only the garbage collector frees it

    def __del__(self):
        time.sleep(0)  # another thread goes on, within the parse

def parse():
    for _ in range(10):
        [Slow() for _ in range(100)]
        try:
            ast.parse(source)
        except SystemError as error:
            failed.append(error)

source, failed = inspect.getsource(ast), []
gc.set_threshold(50)
sys.setswitchinterval(1e-6)
threads = [threading.Thread(target=parse) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
sys.exit(str(failed) if failed else 0)
"""


def test_threads_parse_at_once() -> None:
    run = subprocess.run([sys.executable, "-c", PARSES], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
