"""Starts Keras and its backend without TensorFlow's start-up chatter, which no log level silences."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


def start() -> None:
    """Import Keras and wake the device. What C++ code prints meanwhile is dropped, unless DARKROOM_DEBUG is set.

    For the command line only: a server has other threads, whose words would be lost too.
    """
    with _without_standard_error():
        import keras

        keras.ops.zeros(1)  # TensorFlow looks for a GPU at the first operation


@contextmanager
def _without_standard_error() -> Iterator[None]:
    """Send file descriptor 2, which C++ code writes to directly, nowhere for a while."""
    if os.environ.get("DARKROOM_DEBUG"):
        yield
        return
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
