"""One thread at a time in `ast.parse`, on the versions of Python where it is not safe in several.

Python 3.11 before 3.11.8 counts the recursion of all threads together: while the garbage collector runs within one
parse, another thread may begin its own, and one of both then raises "SystemError: AST constructor recursion depth
mismatch" (https://github.com/python/cpython/issues/106905). TensorFlow parses the functions that it traces, in
whichever thread first calls a network.
"""

from __future__ import annotations

import ast
import sys
import threading
from functools import wraps
from typing import Any

AFFECTED = (3, 11) <= sys.version_info < (3, 11, 8)


def install() -> None:
    """Let `ast.parse` be entered by one thread at a time, on the versions of Python that need it."""
    if not AFFECTED:
        return
    parse, lock = ast.parse, threading.RLock()  # a finalizer may parse within a parse

    @wraps(parse)
    def locked(*arguments: Any, **options: Any) -> Any:
        with lock:
            return parse(*arguments, **options)

    ast.parse = locked  # type: ignore[assignment]  # of its several signatures
