"""Results of tools over MCP: each by itself, pictures as images, tables as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from anyio.to_thread import run_sync
from gradio.mcp import GradioMCPServer


def return_each() -> None:
    """Make Gradio's MCP server return each result of a tool.

    Seen on Gradio 6.31: where a client does not ask for progress, all results are returned as the text of one tuple;
    and a table as Python prints it.
    """
    contents_of = GradioMCPServer.postprocess_output_data

    async def results_of(server: GradioMCPServer, job: Any) -> list[Any]:
        returned = await run_sync(job.result)
        return list(returned) if isinstance(returned, tuple) else [returned]

    def contents(server: GradioMCPServer, data: Sequence[Any], root_url: str) -> list[Any]:
        shown: list[Any] = contents_of(server, [_to_json(each) for each in data], root_url)
        return shown

    GradioMCPServer._execute_tool_without_progress = results_of
    GradioMCPServer.postprocess_output_data = contents


def _to_json(result: Any) -> Any:
    """Return what is no file, but has named parts, such as a table, as JSON."""
    is_named = isinstance(result, dict) and "path" not in result
    return json.dumps(result, ensure_ascii=False) if is_named else result
