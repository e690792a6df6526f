"""JSON schemas of values: what controls and types are documented as, and what is taken or refused by them."""

from __future__ import annotations

from typing import Any

import gradio as gr
import pytest
from gradio.components import Component

from core.errors import UserError
from core.web import schemas


@pytest.mark.parametrize(
    ("schema", "value", "checked"),
    [
        ({"type": "integer"}, 2.0, 2),
        ({"type": "number", "enum": [0.01, 0.1]}, 0.1, 0.1),
        ({"type": "array", "items": {"type": "number"}}, [1, 2.5], [1, 2.5]),
        ({"type": "boolean"}, True, True),
    ],
)
def test_a_value_that_agrees_with_the_documentation_is_taken(schema: dict[str, Any], value: Any, checked: Any) -> None:
    assert schemas.check("It", value, schema) == checked


@pytest.mark.parametrize(
    ("schema", "value", "words"),
    [
        ({"type": "integer"}, 2.5, "It is 2.5: give a whole number"),
        ({"type": "number"}, True, "It is True: give a number"),
        ({"type": "number"}, "2", "It is '2': give a number"),
        ({"type": "string", "enum": ["a", "b"]}, "c", "It is 'c': give one of a, b"),
        ({"type": "number", "minimum": 0, "maximum": 9}, 10, "It is 10: use 0 to 9"),
        ({"type": "array", "items": {"type": "number"}}, [None], "Each of It is None: give a number"),
    ],
)
def test_a_value_that_disagrees_is_refused_with_a_sentence(schema: dict[str, Any], value: Any, words: str) -> None:
    with pytest.raises(UserError, match=words):
        schemas.check("It", value, schema)


@pytest.mark.parametrize(
    ("control", "documented"),
    [
        (gr.CheckboxGroup([("zero", 0), ("one", 1)]), {"type": "array", "items": {"type": "integer", "enum": [0, 1]}}),
        (gr.Dropdown(["a"], multiselect=True), {"type": "array", "items": {"type": "string", "enum": ["a"]}}),
        (gr.Radio([1, 2]), {"type": "integer", "enum": [1, 2]}),
        (gr.Radio([1, 2.5]), {"type": "number", "enum": [1, 2.5]}),
        (gr.Dropdown([]), {"type": "string"}),
        (gr.Number(), {"type": "number"}),
        (gr.Number(minimum=2), {"type": "number", "minimum": 2}),
    ],
)
def test_choices_are_documented(control: Component, documented: dict[str, Any]) -> None:
    assert schemas.of_control(control, "Any") == documented


@pytest.mark.parametrize(
    ("annotation", "documented"),
    [
        ("float", {"type": "number"}),
        ("Any", {"type": "string"}),
        ("int | None", {"type": "integer"}),
        ("None | float", {"type": "number"}),
        ("list", {"type": "array"}),
        ("list[tuple[int, str]]", {"type": "array", "items": {"type": "array"}}),
        ("Sequence[str] | None", {"type": "array", "items": {"type": "string"}}),
        ("tuple[int, ...]", {"type": "array", "items": {"type": "integer"}}),
        (
            "collections.abc.Sequence[tuple[float, float]]",
            {"type": "array", "items": {"type": "array", "items": {"type": "number"}}},
        ),
    ],
)
def test_the_values_of_a_state_are_documented_by_their_type(annotation: str, documented: dict[str, Any]) -> None:
    assert schemas.of_control(gr.State(), annotation) == documented
