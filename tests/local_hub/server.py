"""The local Hub: its state, and the server that answers for it."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable
from http.server import ThreadingHTTPServer
from pathlib import Path

from tests.local_hub.routes import Handler
from tests.local_hub.state import Fault, Repository, Request


class Hub:
    """The state of the Hub, and the server that answers for it."""

    def __init__(self) -> None:
        self.clear()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"hub": self}))
        self._server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"
        self.storage = f"http://localhost:{self._server.server_port}"  # another host, as the Hub's storage is
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def clear(self) -> None:
        """Discard all repositories, requests and faults."""
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

    def fail(self, request: str, *faults: Fault) -> None:
        """Make the next requests that match the pattern `request`, such as "GET /cdn", fail, each by one of `faults`.

        An upload breaks off while it is sent; "answer to POST …" breaks off after the request was carried out, while
        the answer is sent.
        """
        self._faults += [(request, fault) for fault in faults]

    def meanwhile(self, request: str, event: Callable[[], object]) -> None:
        """Call `event` just before the next answer to a request that matches the pattern `request`.

        "half of PUT …" is the moment at which a request, or its answer, breaks off (see `fail`).
        """
        self._events.append((request, event))

    def serve_xet(self, store: Path, data: bytes, xet_hash: str) -> None:
        """Serve `data` from the Xet store in the folder `store`, and from nowhere else."""
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
