"""What keeps the start of the app short: Gradio computes for each page and component anew what is needed once.

Both functions know internals of Gradio, seen on 6.31. Without them, the app is the same and its first page comes later.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import gradio as gr
from gradio.components import Component
from gradio.routes import App


@contextmanager
def configured_at_launch() -> Iterator[None]:
    """Keep Gradio from making a web app, with a configuration, for each `Blocks` that ends, and for the queue.

    `launch` makes those that are used; the others were half of the time until the first page.
    """
    create_app, get_config_file = App.create_app, gr.Blocks.get_config_file
    App.create_app, gr.Blocks.get_config_file = staticmethod(lambda *_, **__: None), lambda _: {}
    try:
        yield
    finally:
        App.create_app, gr.Blocks.get_config_file = staticmethod(create_app), get_config_file


def share_schemas(app: gr.Blocks) -> None:
    """Give components with values of the same type one JSON schema, which Gradio makes anew for each of them."""
    schemas: dict[type, dict[str, Any]] = {}
    for block in app.blocks.values():
        if isinstance(block, Component) and block.data_model is not None:
            if block.data_model not in schemas:
                schemas[block.data_model] = Component.api_info(block)
            block._api_info_cache = dict(schemas[block.data_model])
