"""ASGI middleware of the app: request limits, the warm-up, a workaround for Gradio."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

MEGABYTE = 1024 * 1024


LARGEST_UPLOAD = 64 * MEGABYTE


LARGEST_BODY = 2 * MEGABYTE  # of any other request: settings, clicks, small data: URLs


Message = MutableMapping[str, Any]


Receive = Callable[[], Awaitable[Message]]


Send = Callable[[Message], Awaitable[None]]


class BodyLimit:
    """ASGI middleware that answers 413 to a request whose body is larger than its route has use for."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Pass a request on, counting what it sends."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)  # type: ignore[no-any-return]
        limit = LARGEST_UPLOAD + MEGABYTE if scope["path"].endswith("/upload") else LARGEST_BODY
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > limit:
            return await _refuse(send, limit)
        received = 0

        async def count() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise _TooLargeError
            return message

        try:
            await self.app(scope, count, send)
        except _TooLargeError:
            await _refuse(send, limit)


class AfterFirstPage:
    """ASGI middleware that starts `task` in the background once the first page has been sent."""

    def __init__(self, app: Any, task: Callable[[], None]) -> None:
        self.app, self.task, self.started = app, task, threading.Lock()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Pass a request on, and start the task behind the first GET of a page."""
        await self.app(scope, receive, send)
        is_page = scope["type"] == "http" and scope["method"] == "GET" and "." not in scope["path"]
        if is_page and "gradio_api" not in scope["path"] and self.started.acquire(blocking=False):
            threading.Thread(target=self.task, name="warm-up", daemon=True).start()


class DoubleRemovalWorkaround:
    """ASGI middleware that lets a call be cancelled at the moment it ends.

    Gradio removes such a call's iterator twice, and fails; the page then takes the call for running, for ever
    (https://github.com/gradio-app/gradio/pull/11921 mends one way to come to that).
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Pass a request on, the second removal being none."""
        served = scope.get("app")
        if isinstance(iterators := getattr(served, "iterators", None), dict) and not isinstance(iterators, _Iterators):
            served.iterators = _Iterators(iterators)  # type: ignore[union-attr]
        await self.app(scope, receive, send)


class _Iterators(dict[str, Any]):
    def __delitem__(self, name: str) -> None:
        self.pop(name, None)


class _TooLargeError(Exception):
    pass


async def _refuse(send: Send, limit: int) -> None:
    body = f"The request is larger than {limit // MEGABYTE} MB: send a smaller picture.".encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
