"""What a browser is told of a page: without the parameters and results of endpoints, and without JSON schemas.

Gradio's script in the browser makes something of each component that it is told of, and looks through all events for
each; it never shows those of endpoints. Clients of the API read the configuration of the whole app, which holds them.

It also reads components and events through proxies, by which Svelte would notice changes in their lists, which there
are none of: a seventh of the time until the page is built. Svelte makes no proxies of objects of classes other than
Object and Array, so the lists get one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

ENDPOINT = "endpoint"  # CSS class of the columns that hold the components of endpoints
PLAIN_LISTS = b"""<script>{
  class PlainList extends Array {}
  const { components, dependencies } = window.gradio_config;
  for (const list of [components, dependencies]) Object.setPrototypeOf(list, PlainList.prototype);
}</script>"""
OF_THE_API = "api_info", "api_info_as_input", "api_info_as_output", "example_inputs"  # a component's schemas, examples


class LeanBlocks(gr.Blocks):  # type: ignore[misc]
    """An app whose pages hold what browsers show or use, and no more."""

    def get_config_file(self) -> Any:
        """Return the configuration of the app; see `gr.Blocks.get_config_file`."""
        config = super().get_config_file()
        endpoints = {each["id"] for each in config.get("components", []) if _is_endpoint(each)}
        shown: set[int] = set()
        for page in config.get("page", {}).values():
            left_out = set(_remove(page["layout"], endpoints))
            page["components"] = [each for each in page["components"] if each not in left_out]
            shown.update(page["components"])
        for component in config.get("components", []):
            if component["id"] in shown:
                for name in OF_THE_API:
                    component.pop(name, None)
        return config


def with_plain_lists(page: bytes) -> bytes:
    """Return the HTML of a page whose components and events Gradio's script reads without proxies."""
    return page.replace(b"</head>", PLAIN_LISTS + b"</head>", 1)


def _is_endpoint(component: dict[str, Any]) -> bool:
    return ENDPOINT in (component["props"].get("elem_classes") or ())


def _remove(layout: dict[str, Any], left_out: set[int]) -> Iterator[int]:
    """Take the blocks `left_out` from a layout, with all that is in them, and yield the id of each."""
    children = layout.get("children", [])
    for child in children:
        yield from _ids_of(child) if child["id"] in left_out else _remove(child, left_out)
    if children:
        layout["children"] = [child for child in children if child["id"] not in left_out]


def _ids_of(layout: dict[str, Any]) -> Iterator[int]:
    yield layout["id"]
    for child in layout.get("children", []):
        yield from _ids_of(child)
