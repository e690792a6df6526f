"""Request bodies are limited, the warm-up waits for the first page, and canceled calls do not hang."""

from __future__ import annotations

import asyncio
import errno
import json
import threading
from collections.abc import Callable
from itertools import product
from types import SimpleNamespace
from typing import Any

import gradio.routes
import httpx
import pytest

from core.errors import DiskFullError
from core.web.middleware import (
    LARGEST_BODY,
    LARGEST_UPLOAD,
    MEGABYTE,
    BodyLimit,
    DoubleRemovalWorkaround,
    FailedRoutes,
    FullDisk,
    UnusedRoutes,
    WarmUpAfterFirstPage,
)

FULL = DiskFullError.notice
ROUTES = "api/x", "run/x", "call/x", "call/v2/x", "queue/join", "component_server", "component_server/", "cancel"
BODIES = (
    "",
    "[]",
    "null",
    "{}",
    '{"data": [], "fn_index": -1, "session_hash": "a"}',
    '{"data": [], "fn_index": "x", "session_hash": "a", "event_id": "b"}',
    '{"data": [1], "component_id": 99999, "session_hash": "a", "fn_name": "b"}',
)


async def read_all(scope: Any, receive: Any, send: Any) -> None:
    """An app that reads its request and answers 200."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def status_of(path: str, chunks: list[bytes], declared: int | None = None) -> int:
    sent: list[dict[str, Any]] = []
    messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    messages.append({"type": "http.request", "body": b"", "more_body": False})

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [] if declared is None else [(b"content-length", str(declared).encode())]
    scope = {"type": "http", "method": "POST", "path": path, "headers": headers}
    asyncio.run(BodyLimit(read_all)(scope, receive, send))
    return int(sent[0]["status"])


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        ("/gradio_api/queue/join", LARGEST_BODY - 1, 200),
        ("/gradio_api/queue/join", LARGEST_BODY + 1, 413),
        ("/gradio_api/upload", LARGEST_BODY + 1, 200),
        ("/gradio_api/upload", LARGEST_UPLOAD + 2 * MEGABYTE, 413),
    ],
)
def test_a_body_larger_than_its_route_needs_is_refused(path: str, size: int, status: int) -> None:
    assert status_of(path, [b""], declared=size) == status
    assert status_of(path, [bytes(MEGABYTE)] * (size // MEGABYTE) + [bytes(size % MEGABYTE)]) == status


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize(
    ("path", "body"), [("/gradio_api/upload", FULL), ("/gradio_api/queue/join", f'{{"detail": "{FULL}"}}')]
)
def test_a_request_that_fills_the_disk_is_answered_in_a_sentence(number: int, path: str, body: str) -> None:
    sent: list[dict[str, Any]] = []

    async def upload(scope: Any, receive: Any, send: Any) -> None:
        raise OSError(number, "full")

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(FullDisk(upload)({"type": "http", "path": path}, None, send))
    assert sent[0]["status"] == 507
    assert sent[1]["body"].decode() == body


def test_the_warm_up_starts_once_and_only_after_a_page() -> None:
    started = threading.Event()
    count: list[int] = []

    async def page(scope: Any, receive: Any, send: Any) -> None:
        assert not started.is_set()

    middleware = WarmUpAfterFirstPage(page, lambda: (count.append(1), started.set()))
    for path in ("/theme.css", "/gradio_api/info"):
        asyncio.run(middleware({"type": "http", "method": "GET", "path": path}, None, None))
    assert not started.is_set()
    asyncio.run(middleware({"type": "http", "method": "GET", "path": "/denoiser"}, None, None))
    assert started.wait(5)
    middleware.app = answer_nothing
    asyncio.run(middleware({"type": "http", "method": "GET", "path": "/"}, None, None))
    assert count == [1]


def test_a_call_that_is_canceled_as_it_ends_can_be_removed_twice() -> None:
    served = SimpleNamespace(iterators={"call": 1})
    asyncio.run(DoubleRemovalWorkaround(answer_nothing)({"type": "http", "app": served}, None, None))
    del served.iterators["call"]
    del served.iterators["call"]
    assert not served.iterators


async def answer_nothing(scope: Any, receive: Any, send: Any) -> None: ...


def fail_in(module: str, error: str) -> Callable[..., Any]:
    """Return an app that fails with an error, raised in a module, where its answer has begun if a type is given."""
    body = f"async def fail(begin):\n    await begin()\n    raise {error}"
    names: dict[str, Any] = {"__name__": module}
    exec(compile(body, gradio.routes.__file__, "exec"), names)

    def make(content_type: bytes | None) -> Callable[..., Any]:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            async def begin() -> None:
                if content_type:
                    headers = [(b"content-type", content_type)]
                    await send({"type": "http.response.start", "status": 200, "headers": headers})

            await names["fail"](begin)

        return app

    return make


def answer_of(app: Any, path: str = "/gradio_api/run/x") -> list[dict[str, Any]]:
    """Return what is sent where an app fails."""
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": path, "headers": []}
    asyncio.run(UnusedRoutes(FailedRoutes(app))(scope, None, send))  # type: ignore[arg-type]
    return sent


IN_A_ROUTE = fail_in("gradio.routes", "KeyError('no\\nsuch event' * 99)")


def test_a_request_that_a_route_fails_at_is_answered_400_with_one_line_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    start, body = answer_of(IN_A_ROUTE(None), "/gradio_api/run/x\ny")
    assert start["status"] == 400
    assert "API" in json.loads(body["body"])["detail"]
    [line] = caplog.messages
    assert line.startswith(r"POST '/gradio_api/run/x\ny' was not understood: KeyError('no\nsuch event")
    assert len(line.splitlines()) == 1
    assert len(line) < 300


def test_a_stream_of_events_ends_where_its_route_fails() -> None:
    assert answer_of(IN_A_ROUTE(b"text/event-stream"))[1:] == [{"type": "http.response.body"}]


@pytest.mark.parametrize(
    ("app", "path"),
    [
        (IN_A_ROUTE(b"image/png"), "/gradio_api/file=x"),
        (IN_A_ROUTE(b"text/event-stream"), "/gradio_api/mcp/"),
        (fail_in("core.web.calls", "KeyError()")(None), "/gradio_api/run/x"),
        (fail_in("gradio.routes", "OSError()")(None), "/gradio_api/upload"),
    ],
)
def test_what_is_cut_off_and_faults_of_ours_are_errors_as_ever(app: Any, path: str) -> None:
    with pytest.raises((KeyError, OSError)):
        answer_of(app, path)


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=https://example.org/x.png",
        "/gradio_api/file= HTTP://example.org/x.png",
        "/gradio_api/file/https:/example.org/x.png",
        "/gradio_api/runs",
        "/gradio_api/run-history/buckets",
        "/gradio_api/custom_component/1/client/x/y.js",
        "/gradio_api/process_recording",
        "/gradio_api/dev/reload",
    ],
)
def test_routes_that_nothing_uses_and_addresses_are_not_found(path: str) -> None:
    assert answer_of(IN_A_ROUTE(None), path)[0]["status"] == 404


MULTIPART = '--x\r\nContent-Disposition: form-data; name="component_id"\r\n\r\nnone\r\n--x--\r\n'


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x"])
def test_no_body_makes_a_route_fail(app_address: str, kind: str) -> None:
    with httpx.Client(base_url=f"{app_address}/gradio_api", headers={"content-type": kind}, timeout=60) as api:
        statuses = {
            pair: api.post(f"/{pair[0]}", content=pair[1]).status_code for pair in product(ROUTES, (*BODIES, MULTIPART))
        }
    assert all(400 <= status < 500 for (route, _), status in statuses.items() if route != "cancel"), statuses
    assert max(statuses.values()) < 500
