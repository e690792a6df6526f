"""Names what takes long, so that a plugin that blocks the suite is known from the log, and gives up on it."""

from __future__ import annotations

import logging
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

LOGGER = logging.getLogger(__name__)
PATIENCE = 10.0  # seconds
SLOW = "%s takes longer than %.0f s%s: python -m core check %s"
INSIDE = ", at {}:{}"
ENDED = "it was ended as it took longer than {:.0f} s{}"
AGAIN = 1.0  # seconds, after which a plugin that has caught the error gets it again


class TimeLimitError(BaseException):
    """What took too long; the message says where. It is no `Exception`, which a plugin may catch."""


@contextmanager
def watched(activity: str, plugin: str, folder: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Log what the `with` block does, and warn, with the plugin's line that runs, where it takes over `patience`.

    Args:
        activity: what the block does, such as "building the page of my_demo".
        plugin: the plugin's name.
        folder: the plugin's folder, in which the line is looked for.
        patience: in seconds.
    """
    LOGGER.info("%s", activity)
    thread = threading.get_ident()
    timer = threading.Timer(
        patience, lambda: LOGGER.warning(SLOW, activity, patience, place_of(thread, folder), plugin)
    )
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextmanager
def limited(seconds: float, folder: Path) -> Iterator[None]:
    """Raise TimeLimitError in the `with` block, between two instructions of Python, when it takes longer than a limit.

    Only in the main thread, in which the app is built: in others it limits nothing.

    Args:
        seconds: the limit.
        folder: the plugin's folder, in which the line that is running is looked for.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, frame: FrameType | None) -> None:
        raise TimeLimitError(ENDED.format(seconds, _place(frame, folder)))

    previous = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def place_of(thread: int, folder: Path) -> str:
    """Return where in `folder` a thread is, in words; empty if it is not there."""
    return _place(sys._current_frames().get(thread), folder)


def _place(frame: FrameType | None, folder: Path) -> str:
    """Return the innermost line of `folder` on the stack of a frame, in words; empty if there is none."""
    frames = traceback.extract_stack(frame)
    inside = [frame for frame in frames if Path(frame.filename).is_relative_to(folder)]
    return INSIDE.format(Path(inside[-1].filename).relative_to(folder), inside[-1].lineno) if inside else ""
