"""A value of the wrong form is refused with a sentence that names it, whatever component it is for."""

from __future__ import annotations

import asyncio
import math
import re
from typing import Any

import gradio as gr
import pytest
from gradio.components import Component
from gradio.state_holder import SessionState

from core.errors import UserError
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
        (gr.Slider(0, 5, label="Size"), "x", "Size is 'x': give a number."),
        (gr.Slider(0, 5, label="Size"), math.nan, "Size is nan"),
        (gr.Slider(0, 5, value=1, label="Size"), None, "Size is empty: give a number."),
        (gr.Number(1, label="Seed"), None, "Seed is empty: give a number."),
        (gr.Number(label="Seed"), [1], "Seed is [1]: give a number."),
        (gr.Number(label="Seed"), True, "Seed is True: give a number."),
        (gr.Number(label="Seed"), math.inf, "Seed is inf"),
        (
            gr.Dataset(samples=[["a"], ["b"]], type="index", label="Photos"),
            None,
            "Photos is None: give a whole number.",
        ),
        (gr.Dataset(samples=[["a"]], type="index", label="Photos"), 2, "Photos is 2: use 0 to 0."),
        (gr.Radio(["a"], value="a", label="Letter"), None, "Letter has no value: choose one."),
        (gr.Checkbox(label="Random"), "x", "Random is 'x': give true or false."),
        (gr.Textbox(label="Path"), {"a": 1}, "Path is {'a': 1}: give a text."),
        (gr.Code(label="Network"), 3, "Network is 3: give a text."),
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
    assert preprocess(gr.Radio(["a"]), None) is None
    assert preprocess(gr.Number(), None) is None
    assert preprocess(gr.Dataset(samples=[["a"], ["b"]], type="index"), 1) == 1


def call(app: RefusingBlocks, *values: Any, event: Any = None) -> Any:
    """Return what the only event of an app returns, given values of its inputs and the data of the event."""
    [block_fn] = app.fns.values()
    called = app.call_function(block_fn, list(values), event_data=gr.EventData(None, event))
    return asyncio.run(called)["prediction"]


def place_of(click: gr.SelectData) -> Any:
    return click.index


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (None, "The data of the event"),
        ({}, "The data of the event"),
        ([3], "The data of the event"),
        ({"index": 3, "value": None}, "A click on a picture says where"),
        ({"index": [1], "value": None}, "A click on a picture says where"),
        ({"index": ["1", 2], "value": None}, "A click on a picture says where"),
        ({"index": [math.nan, 2], "value": None}, "A click on a picture says where"),
    ],
)
def test_a_click_that_is_none_is_refused(event: Any, sentence: str) -> None:
    with RefusingBlocks() as app:
        gr.Image().select(place_of)
    with pytest.raises(gr.Error, match=sentence) as error:
        call(app, event=event)
    assert not error.value.print_exception
    assert call(app, event={"index": [4, 2.5], "value": None}) == [4, 2.5]


def test_what_is_chosen_elsewhere_than_in_a_picture_is_passed_on() -> None:
    with RefusingBlocks() as app:
        gr.Gallery().select(place_of)
    assert call(app, event={"index": 3, "value": None}) == 3


def test_a_handler_that_fails_says_why_in_words(caplog: pytest.LogCaptureFixture) -> None:
    def parse(text: str) -> int:
        if text == "secret":
            raise KeyError(text)
        raise UserError(f"The stops are {text!r}: give numbers.")

    with RefusingBlocks() as app:
        gr.Button().click(parse, gr.Textbox())
    with pytest.raises(gr.Error, match=re.escape("The stops are 'x': give numbers.")):
        call(app, "x")
    assert not caplog.records
    with pytest.raises(gr.Error, match="our mistake, not yours") as error:
        call(app, "secret")
    assert "secret" not in error.value.message
    assert "parse failed" in caplog.text
