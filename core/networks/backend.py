"""Imports Keras without the start-up messages that TensorFlow prints whatever the log level is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


def start() -> None:
    """Import Keras and initialize the device, hiding what C++ code prints unless DARKROOM_DEBUG is set.

    Only for the command line: in a server, messages of other threads would be lost too.
    """
    with without_standard_error():
        import keras

        keras.ops.zeros(1)  # TensorFlow initializes the GPU at the first operation


@contextmanager
def without_standard_error() -> Iterator[None]:
    """Redirect file descriptor 2, which C++ code writes to directly, to the null device."""
    if os.environ.get("DARKROOM_DEBUG"):
        yield
        return
    saved, null = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(null)
