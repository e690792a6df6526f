"""Request bodies are limited, the warm-up waits for the first page, and canceled calls do not hang."""

from __future__ import annotations

import asyncio
import errno
import threading
from types import SimpleNamespace
from typing import Any

import pytest

from core.web.middleware import (
    LARGEST_BODY,
    LARGEST_UPLOAD,
    MEGABYTE,
    BodyLimit,
    DoubleRemovalWorkaround,
    FullDisk,
    WarmUpAfterFirstPage,
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


@pytest.mark.parametrize(("number", "status"), [(errno.ENOSPC, 507), (errno.EDQUOT, 507)])
def test_an_upload_to_a_full_disk_is_answered_in_a_sentence(number: int, status: int) -> None:
    sent: list[dict[str, Any]] = []

    async def upload(scope: Any, receive: Any, send: Any) -> None:
        raise OSError(number, "full")

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(FullDisk(upload)({"type": "http"}, None, send))
    assert sent[0]["status"] == status
    assert b"disk of the server is full" in sent[1]["body"]


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
