"""A value of the wrong form is refused with a sentence that names it, whatever component it is for."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import gradio as gr
import pytest
from gradio.components import Component
from gradio.state_holder import SessionState

from core.web import refusals
from core.web.components import PictureInput
from core.web.file_inputs import TableInput
from core.web.refusals import RefusingBlocks


def preprocess(component: Component, value: Any) -> Any:
    """Return what a handler gets of a value that a client sends for a component."""
    with RefusingBlocks() as app:
        component.render()
        gr.Button().click(lambda _: None, component)
    [block_fn] = app.fns.values()
    [given] = asyncio.run(app.preprocess_data(block_fn, [value], SessionState(app)))
    return given


@pytest.mark.parametrize(
    ("component", "value", "sentence"),
    [
        (PictureInput(label="Photo"), "x", "Photo is 'x': upload the file"),
        (gr.Image(label="Cat"), {"path": 7}, "Cat is {'path': 7}: upload the file"),
        (gr.Video(label="Clip"), 3, "Clip is 3: upload the file"),
        (gr.Audio(label="Sound"), [1], "Sound is [1]: upload the file"),
        (gr.File(label="Song"), {"name": "x"}, "Song is {'name': 'x'}: upload the file"),
        (gr.File(file_count="multiple", label="Photos"), {"path": "x"}, "Photos is {'path': 'x'}: upload the file"),
        (TableInput(label="Names"), "x", "Names is 'x': send its headers"),
        (gr.ImageEditor(label="Drawing"), {"layers": 1}, "Drawing is {'layers': 1}: send what the documentation"),
        (gr.Image(), "x" * 100, "A value is 'xxx"),
        (gr.Slider(0, 5, label="Size"), "x", "A value is of a type that its control does not take"),
        (gr.CheckboxGroup(["a"], label="Letters"), 3, "A value is of a type that its control does not take"),
        (gr.Radio(["a"], label="Letter"), "x" * 10_000, "Value: 'xxx"),
        (gr.Slider(0, 5, label="Size"), 99, "99"),
    ],
)
def test_a_wrong_form_is_refused_with_a_sentence(component: Component, value: Any, sentence: str) -> None:
    with pytest.raises(gr.Error, match=re.escape(sentence)) as error:
        preprocess(component, value)
    assert len(error.value.message) <= refusals.LONGEST
    assert not error.value.print_exception


def test_too_few_values_are_refused_and_a_fault_that_is_not_the_clients_is_not() -> None:
    with RefusingBlocks() as app:
        gr.Button().click(lambda _: None, gr.Textbox())
    [block_fn] = app.fns.values()
    with pytest.raises(gr.Error, match="There are 0 values, and 1 are needed"):
        asyncio.run(app.preprocess_data(block_fn, [], SessionState(app)))
    assert refusals.find_wrong([gr.Image(render=False)], [None]) is None


def test_a_right_value_and_none_are_passed_on() -> None:
    assert preprocess(gr.Textbox(), "x") == "x"
    assert preprocess(gr.Video(), None) is None
