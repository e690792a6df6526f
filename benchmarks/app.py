"""The app in a process of its own, for benchmarks that call it as visitors do."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gradio_client import Client

from core.web.memory import read_status

PATIENCE = (
    300.0  # seconds that a client waits: gradio_client's 5 are too few while networks are loaded on a busy machine
)


@dataclass(frozen=True)
class App:
    """A running app: its URL and, where it was started here, its process and the folder of its visitors' files."""

    address: str
    process: int | None = None
    files: Path | None = None

    def resident_megabytes(self) -> float:
        """Return its resident memory: Linux only."""
        assert self.process
        return read_status("VmRSS", self.process) / 1e3

    def megabytes_on_disk(self) -> float:
        """Return how much its visitors' files take."""
        assert self.files
        return sum(path.stat().st_size for path in self.files.rglob("*") if path.is_file()) / 1e6


@contextmanager
def running(address: str | None = None, flags: Sequence[str] = ()) -> Iterator[App]:
    """Yield the app at an address; if none is given, start it with some flags, and end it afterwards."""
    if address:
        yield App(address)
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    with tempfile.TemporaryDirectory() as files:
        command = [sys.executable, "app.py", "--port", port, *flags]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=os.environ | {"GRADIO_TEMP_DIR": files})
        address = f"http://127.0.0.1:{port}"
        try:
            while process.poll() is None and not _answers(address):
                time.sleep(0.2)
            yield App(address, process.pid, Path(files))
        finally:
            process.terminate()
            process.wait(60)


def connect(served: App, verify: bool = True) -> Client:
    """Return a client with a session of its own.

    Args:
        served: the app.
        verify: whether it reads the certificates of all authorities for each of its requests, as it does by default.
    """
    return Client(served.address, verbose=False, ssl_verify=verify, httpx_kwargs={"timeout": PATIENCE})


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=60).close()
    except OSError:
        return False
    return True
