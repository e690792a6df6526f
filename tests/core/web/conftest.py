"""What the tests of the web share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest


@pytest.fixture(scope="module")
def tools(app_address: str) -> Callable[..., Any]:
    """A function that calls tools over MCP in one session: it takes (name, arguments) pairs."""
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async def call(calls: list[tuple[str, dict[str, Any]]]) -> list[Any]:
        async with (
            streamable_http_client(f"{app_address}/gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            return [await session.call_tool(name, values) for name, values in calls]

    return lambda calls: asyncio.run(call(calls))


@pytest.fixture(scope="module")
def script_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page with two tabs, beside another page."""
    from tests.core.web.script_page import launch

    blocks, address = launch(tmp_path_factory.mktemp("pictures"))
    yield address
    blocks.close()
