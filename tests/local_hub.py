"""A Hub on the loopback address, which speaks the Hugging Face Hub's HTTP API to the unmodified client.

It keeps repositories in memory, asks for tokens as the Hub does, answers with the Hub's error codes, remembers every
request, and spoils an answer where it is told to (`Hub.spoil`).
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Literal

from tests.local_hub_http import Handler
from tests.local_hub_state import BAD, OWNER, READER, Repository, Request

__all__ = ["BAD", "OWNER", "READER", "Fault", "Hub"]

Fault = Literal["close", "reset", "corrupt", "429", "503", "stall"]


class Hub:
    """The state of the Hub, and the server that speaks for it."""

    def __init__(self) -> None:
        self.clear()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"hub": self}))
        self._server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"
        self.storage = f"http://localhost:{self._server.server_port}"  # another host, as the Hub's storage is
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def clear(self) -> None:
        """Forget everything."""
        self.repositories: dict[tuple[str, str], Repository] = {}
        self.uploads: dict[str, bytes] = {}
        self.requests: list[Request] = []
        self.stages: dict[str, list[str]] = {}
        self.space_logs: list[str] = []
        self.secrets: dict[str, str] = {}
        self.xet_store: Path | None = None
        self.xet_hashes: dict[str, str] = {}
        self._faults: list[tuple[str, Fault]] = []
        self._events: list[tuple[str, Callable[[], object]]] = []

    def spoil(self, request: str, *faults: Fault) -> None:
        """Spoil the next of what matches the pattern `request`, such as "GET /cdn", one fault each.

        An upload breaks off while it is sent; "answer to POST …" breaks off once it was done, as the answer is sent.
        """
        self._faults += [(request, fault) for fault in faults]

    def meanwhile(self, request: str, event: Callable[[], object]) -> None:
        """Let `event` happen just before the next answer to what matches `request`."""
        self._events.append((request, event))

    def serve_xet(self, store: Path, data: bytes, xet_hash: str) -> None:
        """Let `data` be had from the Xet store in the folder `store`, and from nowhere else."""
        sha256 = hashlib.sha256(data).hexdigest()
        self.xet_store, self.xet_hashes[sha256], self.uploads[sha256] = store, xet_hash, data

    def take_event(self, request: str) -> None:
        for index, (pattern, event) in enumerate(self._events):
            if re.match(pattern, request):
                del self._events[index]
                event()
                return

    def take_fault(self, request: str) -> Fault | None:
        for index, (pattern, fault) in enumerate(self._faults):
            if re.match(pattern, request):
                del self._faults[index]
                return fault
        return None

    def made(self, pattern: str) -> list[Request]:
        """Return the requests that match `pattern`, such as "POST .*commit"."""
        return [request for request in self.requests if re.match(pattern, str(request))]

    def model(self, name: str) -> Repository:
        return self.repositories["model", name]

    def space(self, name: str) -> Repository:
        return self.repositories["space", name]


if __name__ == "__main__":
    print(f"export HF_ENDPOINT={Hub().endpoint} HF_TOKEN={OWNER} HF_HOME=$(mktemp -d) HF_HUB_DISABLE_XET=1")
    print("# In another terminal, this makes you alice. Ctrl-C here ends it and forgets all.", flush=True)
    with suppress(KeyboardInterrupt):
        threading.Event().wait()
