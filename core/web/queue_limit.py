"""Keeps one visitor from taking the whole queue: bounds how many calls of a session and of an address are in it."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterable
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_OF_A_SESSION = 16  # calls that wait or run; a page has a few at once, when it opens
MOST_OF_AN_ADDRESS = 64  # several visitors may share one
RETRY_AFTER = 5  # seconds
TOO_MANY = "{} of your calls are waiting or running already: wait until some have ended, then try again."
JOINING = "/queue/join", "/call/"  # what the paths of the routes hold that put a call into the queue


class QueueLimit:
    """Answers 429 to a call whose session or address has too many in the queue.

    Gradio's `max_size` bounds the queue as a whole: without this, the calls of a single session could fill it, and all
    others would be refused.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on unless it is one call too many."""
        is_call = scope["type"] == "http" and scope["method"] == "POST" and any(p in scope["path"] for p in JOINING)
        if not is_call:
            return await self.app(scope, receive, send)
        body = await _read(receive)
        calls = scope["app"].get_blocks()._queue.event_ids_to_events.values()
        count = _too_many(calls, _session_of(body), _address_of(scope))
        if count:
            return await _refuse(send, TOO_MANY.format(count))
        return await self.app(scope, _replay(body, receive), send)


def is_public(address: str | None) -> bool:
    """Return whether an address is one of the internet, and not that of a proxy beside the server."""
    try:
        return ipaddress.ip_address(address or "").is_global
    except ValueError:
        return False


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


def _session_of(body: bytes) -> str | None:
    try:
        session: str | None = json.loads(body).get("session_hash")
    except (ValueError, AttributeError):  # Gradio says what is wrong with the body
        return None
    return session


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


async def _refuse(send: Send, sentence: str) -> None:
    headers = [(b"content-type", b"application/json"), (b"retry-after", str(RETRY_AFTER).encode())]
    await send({"type": "http.response.start", "status": 429, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps({"detail": sentence}).encode()})
