"""Serves the app: bounded requests, a bounded queue, and Keras imported only once the first page is out."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys
import threading
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, get_args

from core import reference, registry, weights
from core.engine import Engine, LocalEngine
from core.errors import UserError
from core.manifest import Precision
from core.weights import Preference

LOGGER = logging.getLogger(__name__)
MEGABYTE = 1024 * 1024
LARGEST_UPLOAD = 64 * MEGABYTE
LARGEST_BODY = 2 * MEGABYTE  # of any other request: settings, clicks, small data: URLs
QUEUE_LENGTH = 32

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


MakeEngine = Callable[[Preference, Precision | None], Engine]


def main(arguments: list[str] | None = None, engine: MakeEngine = LocalEngine) -> int:
    """Serve plugins until interrupted; return the exit status: 2, with one line, for what the user can mend."""
    try:
        serve(arguments, engine)
    except UserError as error:
        print(f"darkroom: {error}", file=sys.stderr)
        return 2
    return 0


def serve(arguments: list[str] | None = None, engine: MakeEngine = LocalEngine) -> None:
    """Serve the plugins that the command line names, all by default, until interrupted; `engine` runs their verbs."""
    options = _parser().parse_args(arguments)
    reference.check_endpoint()
    chosen = list(registry.discover().values())
    if options.plugins:
        chosen = [registry.find(name.strip()) for name in options.plugins.split(",")]
    preference = weights.parse_preference(options.weights, options.local)
    if not weights.need_the_hub(chosen, preference):
        os.environ.setdefault("HF_HUB_OFFLINE", "1")  # with the analytics off (core/__init__), nothing is looked up

    from core import home  # it imports Gradio, which reads that

    running = engine(preference, options.precision)
    app = home.build_app(chosen, running)
    app.queue(max_size=QUEUE_LENGTH)
    try:
        _launch(app, options, chosen, running)
    except OSError as error:
        if "empty port" not in str(error):
            raise
        raise UserError(f"port {options.port or 'of the default range'} is taken: choose another by --port.") from None


def _launch(app: Any, options: argparse.Namespace, records: list[Any], engine: Any) -> None:
    from core import theme

    app.launch(
        server_name=options.host,
        server_port=options.port,
        theme=theme.build_theme(),
        css=theme.CSS,
        mcp_server=True,
        max_file_size=LARGEST_UPLOAD,
        footer_links=["api", "settings"],
        app_kwargs={"middleware": _middleware(lambda: warm_up(records, engine))},
        allowed_paths=[str(record.folder / "examples") for record in records],
        ssr_mode=False,
    )


def warm_up(records: Iterable[Any], engine: Any) -> None:
    """Import Keras and load every ready plugin's default network, so that the first click does not wait for it."""
    from core.registry import State

    for record in records:
        if record.state is State.READY:
            try:
                LOGGER.info("%s: %s", record.name, engine.describe(record))
            except (Exception, SystemExit):  # it is told to whoever clicks
                LOGGER.exception("%s could not be loaded", record.name)


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


class Cancellable:
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


def _middleware(task: Callable[[], None]) -> list[Any]:
    middleware = importlib.import_module("starlette.middleware").Middleware
    return [middleware(BodyLimit), middleware(Cancellable), middleware(AfterFirstPage, task=task)]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python app.py", description="Serve the Darkroom demos.")
    parser.add_argument("--plugins", default="", metavar="A,B", help="only these plugins")
    parser.add_argument("--host", help="address to listen on; GRADIO_SERVER_NAME is honoured")
    parser.add_argument(
        "--port",
        type=int,
        choices=range(1, 65536),
        metavar="PORT",
        help="port to listen on; GRADIO_SERVER_PORT is honoured",
    )
    parser.add_argument(
        "--weights",
        action="append",
        default=[],
        metavar="PLUGIN=FOLDER",
        help="a checkpoint to use: a folder, or owner/name@revision on the Hub (repeatable)",
    )
    parser.add_argument("--local", action="store_true", help="use the newest finished runs below runs/")
    parser.add_argument(
        "--precision", choices=get_args(Precision), help="what networks compute in, instead of each plugin's own choice"
    )
    return parser
