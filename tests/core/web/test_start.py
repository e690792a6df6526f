"""What keeps the start of the app short changes nothing in the app."""

from __future__ import annotations

import gradio as gr
import pytest
from gradio.components import Component
from gradio.components.image import Image

from core.web import start
from core.web.comparison import comparison


def build() -> gr.Blocks:
    with gr.Blocks() as app:
        pictures = [gr.Image(label="One"), gr.Image(label="Two"), comparison("Both")]
        gr.Button().click(lambda one, two, both: (one, both), pictures, pictures[:2], api_name="swap")
    return app


def test_the_documentation_of_the_api_is_the_same_with_shared_schemas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Component, "api_info", start._make_api_info)  # a server in this process may have replaced it
    expected = build().get_api_info()
    start.share_schemas()
    app = build()
    assert app.get_api_info() == expected
    infos = [block.api_info() for block in app.blocks.values() if isinstance(block, Image)]
    assert infos[0] == infos[1]
    assert infos[0]["properties"] is infos[1]["properties"]  # made once


def test_pages_have_their_configuration_after_the_start() -> None:
    with start.configured_at_launch():
        app = build()
    configured, expected = (each.get_config_file() for each in (app, build()))
    assert len(configured["components"]) == len(expected["components"])
    assert [each["api_name"] for each in configured["dependencies"]] == ["swap"]
