"""Python's parser without the garbage collector, on the versions where the two do not go together.

Python 3.11 before 3.11.8 counts the recursion of all parses together. If the garbage collector runs within one, a
finalizer may begin another (to print a traceback is enough), or let another thread do so; then one of both raises
"SystemError: AST constructor recursion depth mismatch" (https://github.com/python/cpython/issues/106905). TensorFlow
parses the functions that it traces, in whichever thread first calls a network.
"""

from __future__ import annotations

import ast
import gc
import sys
import threading
from functools import wraps
from typing import Any

AFFECTED = (3, 11) <= sys.version_info < (3, 11, 8)


def install() -> None:
    """Let `ast.parse` run in one thread at a time, without garbage collection, on the versions that need it."""
    if not AFFECTED:
        return
    parse, lock = ast.parse, threading.RLock()

    @wraps(parse)
    def parse_alone(*arguments: Any, **options: Any) -> Any:
        with lock:
            collects = gc.isenabled()
            gc.disable()
            try:
                return parse(*arguments, **options)
            finally:
                if collects:
                    gc.enable()

    ast.parse = parse_alone  # type: ignore[assignment]  # of its several signatures
