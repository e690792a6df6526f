"""ASGI middleware of the app: a limit on request bodies, headers, routes, the warm-up, a workaround."""

from __future__ import annotations

import logging
import re
import sysconfig
import threading
import traceback
from collections.abc import Callable, Sequence
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import DiskFullError, is_full
from core.web.answers import refuse

LOGGER = logging.getLogger(__name__)
MEGABYTE = 1024 * 1024
LARGEST_UPLOAD = 64 * MEGABYTE
LARGEST_BODY = 2 * MEGABYTE  # of any other request: settings, clicks, small data: URLs
SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
)
LIBRARIES = sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), sysconfig.get_path("stdlib")
UNUSED = re.compile(
    r"/gradio_api/(runs|run-history|custom_component|process_recording|dev/|vibe-)|/file[=/]\s*[a-z]+:/", re.IGNORECASE
)
EVENTS = b"text/event-stream"
MISUNDERSTOOD = "This request asks for nothing that this app has: its API is described at /?view=api."
FRAMERS = "'self' https://huggingface.co https://*.hf.space"


class BodyLimit:
    """Answers 413 to a request with a body larger than its route needs.

    Gradio's `max_file_size` bounds uploaded files only: a `data:` URL in the body of a call bypasses it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and count the bytes that arrive, as the declared length may be wrong or missing."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        limit = LARGEST_UPLOAD + MEGABYTE if _is_upload(scope) else LARGEST_BODY
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > limit:
            return await _refuse(scope, send, limit)
        received = 0

        async def receive_and_count() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise _TooLargeError
            return message

        try:
            await self.app(scope, receive_and_count, send)
        except _TooLargeError:
            await _refuse(scope, send, limit)


class UnusedRoutes:
    """Answers 404 to routes of Gradio that nothing here uses, and to addresses in place of files.

    For anybody, Gradio 6.31 fetches a public address, converts recordings, and writes parts of a path to the log.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on unless it is for one of them."""
        if scope["type"] == "http" and UNUSED.search(scope["path"]):
            await refuse(send, 404, "There is nothing at this address.")
        else:
            await self.app(scope, receive, send)


class FailedRoutes:
    """Answers 400 to a request that a route of Gradio fails at, such as one for an event that does not exist.

    Gradio 6.31 answers 500, and the log gets a traceback for whatever anybody sends. What fails within code of ours or
    of a plugin is an error of the server as ever.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; an error before the answer has begun, or in a stream of events, is logged in a line."""
        begun: list[bytes] = []

        async def note_and_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                begun.append(dict(message.get("headers", ())).get(b"content-type", b""))
            await send(message)

        try:
            await self.app(scope, receive, note_and_send)
        except Exception as error:
            cause = error.__cause__ or error  # Starlette's own, where an answer has begun
            is_cut_off = begun and (EVENTS not in begun[0] or "/mcp" in scope["path"])
            if scope["type"] != "http" or is_cut_off or not _is_of_a_route(cause):
                raise
            in_a_line = " ".join(repr(cause).split())[:200]
            LOGGER.warning("%s %.200r was not understood: %s", scope["method"], scope["path"], in_a_line)
            await (send({"type": "http.response.body"}) if begun else refuse(send, 400, MISUNDERSTOOD))


def _is_of_a_route(error: BaseException) -> bool:
    """Return whether an error was raised in a route of Gradio, or below it, by no code of ours or of a plugin."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    routes = [i for i, frame in enumerate(frames) if frame.f_globals.get("__name__") == "gradio.routes"]
    return (
        bool(routes)
        and not isinstance(error, OSError)
        and all(
            frame.f_code.co_filename.startswith(LIBRARIES)
            and not str(frame.f_globals.get("__name__")).startswith("core.")
            for frame in frames[routes[-1] :]
        )
    )


class WarmUpAfterFirstPage:
    """Starts `warm_up` in a background thread, once, after the first page has been sent.

    The app is up at once, and imports Keras before the first visitor's first click.
    """

    def __init__(self, app: ASGIApp, warm_up: Callable[[], None]) -> None:
        self.app, self.warm_up, self.started = app, warm_up, threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, then start the warm-up if it was the first GET of a page."""
        await self.app(scope, receive, send)
        is_page = scope["type"] == "http" and scope["method"] == "GET" and "." not in scope["path"]
        if is_page and "gradio_api" not in scope["path"] and self.started.acquire(blocking=False):
            threading.Thread(target=self.warm_up, name="warm-up", daemon=True).start()


class DoubleRemovalWorkaround:
    """Makes Gradio's table of running generators accept that an entry is removed twice.

    A call that is canceled at the moment it ends is removed by both, `/cancel` and the queue: each looks the entry up,
    awaits, then deletes it, and the second one raises KeyError. The page then shows the call as running forever.
    See https://github.com/gradio-app/gradio/issues/11497; its fix, pull request 11921, covers only a second click on
    Stop. Seen on Gradio 6.31; remove this class once `queueing.reset_iterators` and `routes.cancel_event` use `pop`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Replace the table of the Gradio app that serves this request, if that is not done yet, then pass it on."""
        served = scope.get("app")
        iterators = getattr(served, "iterators", None)
        if isinstance(iterators, dict) and not isinstance(iterators, _Iterators):
            served.iterators = _Iterators(iterators)  # type: ignore[union-attr]
        await self.app(scope, receive, send)


class _Iterators(dict[str, Any]):
    """A dict in which `del` ignores a missing key."""

    def __delitem__(self, name: str) -> None:
        self.pop(name, None)


class FullDisk:
    """Answers 507 to a request that the disk is too full for, such as the upload of a photo."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; nothing was sent where reading its body failed."""
        try:
            await self.app(scope, receive, send)
        except OSError as error:
            if scope["type"] != "http" or not is_full(error):
                raise
            LOGGER.error("the disk is full: %s", error)
            await _answer(scope, send, 507, DiskFullError.notice)


class SecurityHeaders:
    """Adds headers that keep a browser from misreading answers, and other sites from framing the app."""

    def __init__(self, app: ASGIApp, framers: Sequence[str] = ()) -> None:
        """Create it; `framers` are the origins whose pages may frame the app, beside the Hub's."""
        policy = f"frame-ancestors {' '.join([FRAMERS, *framers])}"
        self.app, self.headers = app, (*SECURITY_HEADERS, (b"content-security-policy", policy.encode()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add the headers to the answer."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *self.headers]
            await send(message)

        await self.app(scope, receive, send_with_headers)


class _TooLargeError(Exception):
    pass


async def _refuse(scope: Scope, send: Send, limit: int) -> None:
    await _answer(scope, send, 413, f"The request is larger than {limit // MEGABYTE} MB: send a smaller picture.")


async def _answer(scope: Scope, send: Send, status: int, sentence: str) -> None:
    """Send a refusal, as JSON, or as the text alone to an upload, of which Gradio's page shows the body as it is."""
    await refuse(send, status, sentence, [(b"connection", b"close")], as_json=not _is_upload(scope))


def _is_upload(scope: Scope) -> bool:
    return bool(scope.get("path", "").endswith("/upload"))
