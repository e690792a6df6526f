"""Outputs that an event leaves as they are cost nothing, and the page gets what Gradio would send."""

from __future__ import annotations

import asyncio
from copy import deepcopy
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from gradio.state_holder import SessionState
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core.web.sheets import Sheet
from core.web.translated_app import TranslatedBlocks
from core.web.updates import UpdatedBlocks

SKIP = gr.skip()


def build(kind: type[gr.Blocks], count: int) -> gr.Blocks:
    """Return an app with an event that has a text, a number and a state, or the first of them, as outputs."""
    with kind() as app:
        outputs = [gr.Textbox(), gr.Number(), gr.State(0)][:count]
        gr.Button().click(lambda: None, None, outputs)
    return app


def postprocess(kind: type[gr.Blocks], count: int, predictions: Any) -> tuple[list[Any], set[str]]:
    """Return what is sent to the page, and the kinds of components that were made for it."""
    app = build(kind, count)
    session = SessionState(app)
    [block_fn] = app.fns.values()
    sent = asyncio.run(app.postprocess_data(block_fn, deepcopy(predictions), session))  # Gradio takes updates apart
    return sent, {
        type(block).__name__ for key, block in app.blocks.items() if session.blocks_config.blocks[key] is not block
    }


@pytest.mark.parametrize(
    ("count", "predictions"),
    [
        (3, (SKIP, 2, SKIP)),
        (3, (SKIP, SKIP, SKIP)),
        (3, ("text", 2, 1)),
        (3, [gr.update(value="text", visible=False), SKIP, 1]),
        (3, SKIP),
        (2, (SKIP, 2)),
        (1, SKIP),
        (1, "text"),
        (1, {"a": 1}),
    ],
)
def test_the_page_gets_what_gradio_would_send(count: int, predictions: Any) -> None:
    assert postprocess(UpdatedBlocks, count, predictions)[0] == postprocess(gr.Blocks, count, predictions)[0]


def test_no_component_is_made_for_what_stays() -> None:
    predictions = SKIP, gr.update(value=2), SKIP
    assert postprocess(UpdatedBlocks, 3, predictions)[1] == {"Number"}
    assert postprocess(gr.Blocks, 3, predictions)[1] == {"Textbox", "Number"}


def test_a_wrong_number_of_values_is_refused_as_by_gradio() -> None:
    with pytest.raises(ValueError, match="enough output values"):
        postprocess(UpdatedBlocks, 3, (SKIP, 2))


@pytest.mark.parametrize("value", [["first", "second"], ["first"], []])
def test_a_list_for_the_only_output_stays_whole(value: Any) -> None:
    sent = []
    for kind in (gr.Blocks, TranslatedBlocks):
        with kind() as app:
            gr.Button().click(lambda: None, None, gr.JSON(), api_visibility="private")
        [block_fn] = app.fns.values()
        sent.append(asyncio.run(app.postprocess_data(block_fn, value, SessionState(app))))
    assert sent[0] == sent[1]


def test_the_only_output_has_the_labels_of_its_rows(tmp_path: Path) -> None:
    with TranslatedBlocks() as app:
        gr.Button().click(lambda: None, None, gr.Image(label="Digits"), api_visibility="private")
    [block_fn] = app.fns.values()
    sheet = Sheet(tmp_path / "sheet.png")
    sheet.labels = ["0", "1"]
    pillow.new("L", (1, 1)).save(sheet)
    [update] = asyncio.run(app.postprocess_data(block_fn, sheet, SessionState(app)))
    assert update["label"] == "Digits\n0\n1"
