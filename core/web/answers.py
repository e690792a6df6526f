"""Answers to requests that are not passed on to Gradio, in the form that its clients read."""

from __future__ import annotations

import json
from collections.abc import Iterable

from starlette.types import Send


async def refuse(send: Send, status: int, sentence: str, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
    """Send an answer whose body says, as JSON, why a request is refused."""
    given = [(b"content-type", b"application/json"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": given})
    await send({"type": "http.response.body", "body": json.dumps({"detail": sentence}).encode()})
