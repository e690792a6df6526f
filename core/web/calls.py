"""Checks calls before Gradio gets them: how many a visitor has in the queue, and which files they name."""

from __future__ import annotations

import ipaddress
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.web.answers import refuse

MOST_OF_A_SESSION = 16  # calls that wait or run; a page has a few at once, when it opens
MOST_OF_AN_ADDRESS = 64  # several visitors may share one
RETRY_AFTER = 5  # seconds
TOO_MANY = "{} of your calls are waiting or running already: wait until some have ended, then try again."
NOT_UPLOADED = "{} was not uploaded here: upload the file, and send what the upload returns."
JOINING = "/queue/join", "/call/"  # what the paths of the routes hold that put a call into the queue
UPLOADING = "/upload"


class Refusal(NamedTuple):
    """Why a call is not passed on."""

    status: int
    sentence: str
    headers: tuple[tuple[bytes, bytes], ...] = ()


class CheckedCalls:
    """Refuses a call whose session or address has too many in the queue, or that names a file nobody has uploaded.

    Gradio's `max_size` bounds the queue as a whole: the calls of a single session could fill it, and all others would
    be refused. And Gradio 6.31 gives a component of pictures any path of the server, unless the client says itself that
    it is one of a file: without this check, everybody could read the server's pictures.

    Args:
        app: what answers.
        folder: where uploads and results are.
    """

    def __init__(self, app: ASGIApp, folder: Path) -> None:
        self.app, self.folder = app, folder.resolve()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on unless it is such a call."""
        if scope["type"] != "http" or scope["method"] != "POST" or scope["path"].endswith(UPLOADING):
            return await self.app(scope, receive, send)
        body = await _read(receive)
        if refusal := self._refuse(scope, body):
            return await refuse(send, *refusal)
        return await self.app(scope, _replay(body, receive), send)

    def _refuse(self, scope: Scope, body: bytes) -> Refusal | None:
        try:
            content = json.loads(body)
        except (ValueError, RecursionError):  # Gradio says what is wrong with it
            return None
        for path in _named_files(content):
            if not self._is_inside(path):
                return Refusal(403, NOT_UPLOADED.format(Path(path).name[:100]))
        if not any(part in scope["path"] for part in JOINING):
            return None
        session = content.get("session_hash") if isinstance(content, dict) else None
        calls = scope["app"].get_blocks()._queue.event_ids_to_events.values()
        if count := _too_many(calls, session, _address_of(scope)):
            return Refusal(429, TOO_MANY.format(count), ((b"retry-after", str(RETRY_AFTER).encode()),))
        return None

    def _is_inside(self, path: str) -> bool:
        try:
            return Path(os.path.realpath(path)).is_relative_to(self.folder)
        except ValueError:  # a null character
            return False


def is_public(address: str | None) -> bool:
    """Return whether an address is one of the internet, and not that of a proxy beside the server."""
    try:
        return ipaddress.ip_address(address or "").is_global
    except ValueError:
        return False


def _named_files(content: Any) -> Iterator[str]:
    """Yield each path in the JSON of a call, as Gradio's data models of files and pictures hold it."""
    waiting = [content]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            if isinstance(each.get("path"), str):
                yield each["path"]
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each


def _too_many(calls: Iterable[Any], session: str | None, address: str | None) -> int:
    """Return how many of the calls are of a session or an address that has too many; 0 if neither has."""
    calls = list(calls)
    of_session: int = sum(call.session_hash == session for call in calls)
    if of_session >= MOST_OF_A_SESSION:
        return of_session
    if not is_public(address):
        return 0
    of_address: int = sum(_address_of(call.request.scope) == address for call in calls)
    return of_address if of_address >= MOST_OF_AN_ADDRESS else 0


def _address_of(scope: Scope) -> str | None:
    client = scope.get("client")
    return client[0] if client else None


async def _read(receive: Receive) -> bytes:
    """Return the body of a request; `core.web.middleware.BodyLimit` bounds it."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return a function that receives a body which was read already, and then what comes after it."""
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay
