"""ASGI middleware for the headers of requests that are not to be believed, or not answered."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from core.web.answers import refuse

Headers = list[tuple[bytes, bytes]]
FORWARDED = b"forwarded", b"x-forwarded-", b"x-gradio-server"  # how the names of these headers begin
HUB, SPACES = "huggingface.co", ".hf.space"  # whose pages may use the MCP server of a Space


class BelievedHeaders:
    """Takes headers off requests that Gradio would believe, or fail at.

    The headers that a proxy sets say under which address the app is reached, and a page is built with it: without a
    proxy anybody can set them. A request for several ranges of a file, which Gradio 6.31 answers 500, gets it whole.

    Args:
        app: what answers.
        behind_proxy: whether a proxy in front of the app sets, or removes, its headers on every request.
    """

    def __init__(self, app: ASGIApp, behind_proxy: bool) -> None:
        self.app, self.behind_proxy = app, behind_proxy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on without them."""
        if scope["type"] in ("http", "websocket"):
            scope = {**scope, "headers": [header for header in scope["headers"] if self._is_believed(*header)]}
        await self.app(scope, receive, send)

    def _is_believed(self, name: bytes, value: bytes) -> bool:
        if name == b"range":
            return b"," not in value
        return self.behind_proxy or not name.startswith(FORWARDED)


class McpOrigin:
    """Answers 403 to a request of another site's page for the MCP server, as the protocol asks servers to do.

    See https://modelcontextprotocol.io/specification, "Security Warning" of the Streamable HTTP transport. Programs
    send no origin.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on unless it is for MCP and of another origin."""
        if scope["type"] == "http" and "/mcp" in scope["path"] and not _is_own(scope["headers"]):
            await refuse(send, 403, "Pages of other sites may not use this MCP server.")
        else:
            await self.app(scope, receive, send)


def _is_own(headers: Headers) -> bool:
    """Return whether a request comes from a page of the host that it is for, of the Hub's, or from no page."""
    given = dict(headers)
    if b"origin" not in given:
        return True
    origin = urlsplit(given[b"origin"].decode("latin-1")).hostname or ""
    host = urlsplit(f"//{given.get(b'host', b'').decode('latin-1')}").hostname
    return origin in (host, HUB) or origin.endswith(SPACES)
