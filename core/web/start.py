"""Keeps Gradio from computing for each page, component and update anew what is needed once.

Both functions know internals of Gradio, seen on 6.31. Without them, the app is the same, and slower.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import gradio as gr
from gradio.components import Component
from gradio.routes import App
from pydantic import BaseModel


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


_make_api_info = Component.api_info


def share_schemas() -> None:
    """Give components with values of the same type one JSON schema.

    Gradio makes it anew for each of them, and at each update of one by an event, which takes it 10 ms.
    """
    Component.api_info = _api_info


def _api_info(component: Component) -> dict[str, Any]:
    if component._api_info_cache is None and component.data_model is not None:
        component._api_info_cache = dict(_schema_of(component.data_model))
    info: dict[str, Any] = _make_api_info(component)
    return info


@functools.cache
def _schema_of(data_model: type[BaseModel]) -> dict[str, Any]:
    schema = data_model.model_json_schema()
    description = schema.pop("description", None)
    return schema | {"additional_description": description}
