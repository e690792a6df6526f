"""Headers that anybody can set are not believed, and pages of other sites cannot use the MCP server."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from core.web.request_headers import BelievedHeaders, McpOrigin

GIVEN = {
    "host": "demo.example.org",
    "x-forwarded-host": "evil.example",
    "x-forwarded-proto": "https",
    "x-gradio-server": "http://evil.example",
    "forwarded": "host=evil.example",
}


def pass_through(middleware: Any, headers: dict[str, str], path: str = "/") -> tuple[dict[str, str], int]:
    """Return the headers that reach the app, and the status of the answer."""
    reached: dict[str, str] = {}
    statuses: list[int] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        reached.update({name.decode(): value.decode() for name, value in scope["headers"]})
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope = {"type": "http", "path": path, "headers": [(k.encode(), v.encode()) for k, v in headers.items()]}
    asyncio.run(middleware(app)(scope, None, send))
    return reached, statuses[0]


def test_forwarded_headers_are_believed_behind_a_proxy_only() -> None:
    assert pass_through(lambda app: BelievedHeaders(app, True), GIVEN)[0] == GIVEN
    assert pass_through(lambda app: BelievedHeaders(app, False), GIVEN)[0] == {"host": "demo.example.org"}


@pytest.mark.parametrize(("value", "kept"), [("bytes=0-10", True), ("bytes=0-10,20-30", False)])
def test_a_request_for_several_ranges_gets_the_whole_file(value: str, kept: bool) -> None:
    assert ("range" in pass_through(lambda app: BelievedHeaders(app, False), {"range": value})[0]) is kept


@pytest.mark.parametrize(
    ("origin", "path", "status"),
    [
        (None, "/gradio_api/mcp/", 200),
        ("http://localhost:7860", "/gradio_api/mcp/", 200),
        ("https://huggingface.co", "/gradio_api/mcp/", 200),
        ("https://evil.example", "/gradio_api/mcp/", 403),
        ("https://evilhuggingface.co", "/gradio_api/mcp/", 403),
        ("null", "/gradio_api/mcp/", 403),
        ("https://evil.example", "/gradio_api/info", 200),
    ],
)
def test_a_page_of_another_site_cannot_use_the_mcp_server(origin: str | None, path: str, status: int) -> None:
    headers = {"host": "localhost:7860"} | ({"origin": origin} if origin else {})
    assert pass_through(McpOrigin, headers, path)[1] == status
