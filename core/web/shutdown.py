"""Ends the server when it is told to (SIGTERM, as Spaces and Kubernetes do): what runs may finish first."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from types import FrameType

from core.web.admission import ADMISSION

LOGGER = logging.getLogger(__name__)
SENDING_SECONDS = 3.0  # after the end of a run, in which its visitor fetches the result
DRAIN_SECONDS = 20.0  # Kubernetes and Spaces kill a process 30 seconds after they told it to end


def drain_at_sigterm(seconds: float) -> None:
    """From now on, let SIGTERM refuse new runs, wait for those that are there, and then interrupt the main thread.

    Args:
        seconds: how long to wait at most.
    """

    def drain() -> None:
        ADMISSION.close()
        if not ADMISSION.wait_until_empty(seconds):
            LOGGER.warning("some runs were not finished after %.0f s", seconds)
        time.sleep(max(0.0, SENDING_SECONDS - ADMISSION.seconds_idle()))
        os.kill(os.getpid(), signal.SIGINT)  # Gradio closes the server at that

    def start(number: int, frame: FrameType | None) -> None:
        threading.Thread(target=drain, name="drain", daemon=True).start()

    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts jobs in its background without it
    signal.signal(signal.SIGTERM, start)
