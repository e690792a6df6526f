"""Answers to requests that are not passed on to Gradio, in the form that its clients read."""

from __future__ import annotations

import json
from collections.abc import Iterable

from starlette.types import Send

PLAIN = b"text/plain; charset=utf-8"


async def refuse(
    send: Send, status: int, sentence: str, headers: Iterable[tuple[bytes, bytes]] = (), as_json: bool = True
) -> None:
    """Send an answer whose body says, as JSON or as a text, why a request is refused."""
    form, body = (b"application/json", json.dumps({"detail": sentence})) if as_json else (PLAIN, sentence)
    given = [(b"content-type", form), *headers]
    await send({"type": "http.response.start", "status": status, "headers": given})
    await send({"type": "http.response.body", "body": body.encode()})
