"""One connection to the local Hub: requests in, permissions, answers out, and the ways in which they fail."""

from __future__ import annotations

import json
import re
import socket
import struct
import time
import urllib.parse
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

from tests.local_hub.state import OWNER, USERS, File, Repository, Request

if TYPE_CHECKING:
    from tests.local_hub.server import Hub

BROKEN = ("close", "reset", "stall")  # faults that end a connection half-way
STALL_SECONDS = 2.5  # longer than the client waits in the tests


class RefusalError(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, message: str, code: str | None = None, **details: str) -> None:
        self.status, self.message, self.code, self.details = status, message, code, details


class Connection(BaseHTTPRequestHandler):
    """Handles one request at a time; the method that a route names answers with `_json` or `_send`."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # the headers and the body of an answer are two packets, the second waits 40 ms
    hub: Hub
    routes: list[tuple[str, str]]  # a pattern of requests, and X of the method `answer_X`

    def log_message(self, format: str, *arguments: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._handle()

    do_HEAD = do_POST = do_PUT = do_GET  # noqa: N815

    def _handle(self) -> None:
        path = urllib.parse.unquote(self.path.partition("?")[0])
        request = f"{self.command} {path}"
        self.fault = self.hub.take_fault(request)
        if self.fault in BROKEN and self.command in ("PUT", "POST"):
            self.rfile.read(int(self.headers.get("Content-Length", 0)) // 2)
            return self._break_off()
        self.fault = self.fault or self.hub.take_fault(f"answer to {request}")
        self.body = self._read_body()
        self.request_made = Request(self.command, path, "Authorization" in self.headers, self.body)
        self.hub.requests.append(self.request_made)
        self.hub.take_event(request)
        try:
            if self.fault in ("429", "503"):
                raise RefusalError(int(self.fault), "not now")
            for pattern, name in self.routes:
                if found := re.fullmatch(pattern, request):
                    method: Callable[..., None] = getattr(self, f"answer_{name}")
                    return method(**{key: value for key, value in found.groupdict().items() if value is not None})
            raise RefusalError(404, f"no such route: {request}")
        except RefusalError as refusal:
            headers = {"X-Error-Message": refusal.message} | ({"X-Error-Code": refusal.code} if refusal.code else {})
            self._send(json.dumps({"error": refusal.message} | refusal.details).encode(), headers, refusal.status)

    def _token(self) -> str | None:
        return self.headers.get("Authorization", "").removeprefix("Bearer ") or None

    def _user(self) -> str | None:
        token = self._token()
        if token is not None and token not in USERS:
            raise RefusalError(401, "Invalid credentials in Authorization header")
        return USERS.get(token or "")

    def _repository(self, kind: str, name: str, write: bool = False) -> Repository:
        user = self._user()
        repository = self.hub.repositories.get((kind, name))
        if repository is None or (repository.private and user != name.split("/")[0]):
            raise RefusalError(404 if user else 401, "Repository not found", "RepoNotFound")
        if repository.gated and user != name.split("/")[0]:
            raise RefusalError(403 if user else 401, f"Access to model {name} is restricted.", "GatedRepo")
        if write and (self._token() != OWNER or user != name.split("/")[0]):
            raise RefusalError(403 if user else 401, "Forbidden: you must use a write token")
        return repository

    def _commit_of(self, repository: Repository, revision: str) -> str:
        oid = repository.resolve(revision)
        if oid is None:
            raise RefusalError(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        return oid

    def _files(self, kind: str, name: str, revision: str, write: bool = False) -> tuple[Repository, dict[str, File]]:
        repository = self._repository(kind, name, write)
        return repository, repository.commits[self._commit_of(repository, revision)]

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        chunks = []
        while size := int(self.rfile.readline(), 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def _json(self, value: Any, status: int = 200) -> None:
        self._send(json.dumps(value).encode(), {"Content-Type": "application/json"}, status)

    def _send(self, data: bytes, headers: dict[str, str], status: int = 200) -> None:
        if self.fault == "corrupt":
            data = bytes(255 - byte for byte in data[:1000]) + data[1000:]
        self.send_response(status)
        for key, value in (headers | {"Content-Length": str(len(data))}).items():
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            sent = data[: len(data) // 2] if self.fault in BROKEN else data
            self.request_made.sent = len(sent)
            self.wfile.write(sent)
        if self.fault in BROKEN:
            self._break_off()

    def _break_off(self) -> None:
        """End the connection as the fault says, half-way through the answer."""
        self.close_connection = True
        self.hub.take_event(f"half of {self.command} {self.path}")
        if self.fault == "stall":
            time.sleep(STALL_SECONDS)
        if self.fault == "reset":
            time.sleep(0.2)  # let what was sent arrive first
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
