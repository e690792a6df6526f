"""One session or address cannot take the whole queue, and no call can name a file that was not uploaded."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from core.web.calls import MOST_OF_A_SESSION, MOST_OF_AN_ADDRESS, CheckedCalls

JOIN = "/gradio_api/queue/join"


def call(session: str, address: str) -> Any:
    """Return a call as Gradio's queue holds it."""
    return SimpleNamespace(session_hash=session, request=SimpleNamespace(scope={"client": (address, 1)}))


def answer(
    calls: Sequence[Any], body: bytes, path: str = JOIN, address: str = "127.0.0.1", folder: Path = Path("/uploads")
) -> tuple[int, bytes]:
    """Return the status and the body of the answer to a POST, while `calls` are in the queue."""
    sent: list[dict[str, Any]] = []

    async def echo(scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    queue = SimpleNamespace(event_ids_to_events=dict(enumerate(calls)))
    app = SimpleNamespace(get_blocks=lambda: SimpleNamespace(_queue=queue))
    scope = {"type": "http", "method": "POST", "path": path, "client": (address, 1), "app": app}
    asyncio.run(CheckedCalls(echo, folder)(scope, receive, send))
    return sent[0]["status"], sent[1]["body"]


def body_of(session: str) -> bytes:
    return json.dumps({"session_hash": session}).encode()


@pytest.mark.parametrize("path", [JOIN, "/gradio_api/call/denoise"])
def test_a_session_with_many_calls_is_told_to_wait_and_others_are_not(path: str) -> None:
    calls = [call("greedy", "127.0.0.1")] * MOST_OF_A_SESSION
    status, said = answer(calls, body_of("greedy"), path)
    assert status == 429
    assert b"wait until some have ended" in said
    assert answer(calls, body_of("other"), path) == (200, body_of("other"))
    assert answer(calls[1:], body_of("greedy"), path)[0] == 200


def test_an_address_of_the_internet_cannot_go_on_under_new_sessions_but_a_proxy_can() -> None:
    for address, expected in (("8.8.8.8", 429), ("10.0.0.7", 200)):
        calls = [call(f"session {i}", address) for i in range(MOST_OF_AN_ADDRESS)]
        assert answer(calls, body_of("new"), address=address)[0] == expected


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b"[" * 100_000])
def test_a_body_without_a_session_is_left_to_gradio(body: bytes) -> None:
    assert answer([], body) == (200, body)


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("uploads/abc/beach.jpg", 200),
        ("secret.png", 403),
        ("uploads/../secret.png", 403),
        ("uploads/link.png", 403),
        ("uploads", 200),
        ("uploads2/x.png", 403),
        ("uploads/a\0b", 403),
    ],
)
@pytest.mark.parametrize("meta", [{}, {"meta": {"_type": "gradio.FileData"}}])
@pytest.mark.parametrize(
    "path", [JOIN, "/gradio_api/call/denoise", "/gradio_api/stream/7", "/gradio_api/component_server"]
)
def test_a_call_names_uploaded_files_only(
    name: str, status: int, meta: dict[str, Any], path: str, tmp_path: Path
) -> None:
    (tmp_path / "uploads").mkdir()
    (tmp_path / "uploads" / "link.png").symlink_to(tmp_path / "secret.png")
    data = [{"background": None, "layers": [{"path": f"{tmp_path}/{name}"} | meta]}]
    body = json.dumps({"data": data, "session_hash": "new"}).encode()
    assert answer([], body, path, folder=tmp_path / "uploads")[0] == status
