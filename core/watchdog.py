"""Names what takes long, so that a plugin that blocks the suite is known from the log."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOGGER = logging.getLogger(__name__)
PATIENCE = 10.0  # seconds
SLOW = "%s takes longer than %.0f s%s: python -m core check %s"
INSIDE = ", at {}:{}"


@contextmanager
def watched(activity: str, plugin: str, folder: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Log a warning, with the plugin's line that is running, where the `with` block takes longer than `patience`.

    Args:
        activity: what the block does, such as "building the page of my_demo".
        plugin: the plugin's name.
        folder: the plugin's folder, in which the line is looked for.
        patience: in seconds.
    """
    thread = threading.get_ident()
    timer = threading.Timer(patience, lambda: LOGGER.warning(SLOW, activity, patience, _seen(thread, folder), plugin))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _seen(thread: int, folder: Path) -> str:
    """Return where in `folder` a thread is, in words; empty if it is not there."""
    frames = traceback.extract_stack(sys._current_frames().get(thread))
    inside = [frame for frame in frames if Path(frame.filename).is_relative_to(folder)]
    return INSIDE.format(Path(inside[-1].filename).relative_to(folder), inside[-1].lineno) if inside else ""
