"""JSON schemas of the values that endpoints take: from a control of the page, or from the type of a parameter."""

from __future__ import annotations

import math
import re
from typing import Any

import gradio as gr
from gradio.components import Component

from core.errors import UserError, check_range

JSON_TYPES = {"int": "integer", "float": "number", "str": "string", "bool": "boolean"}
NUMERIC = {"integer", "number"}
SEQUENCES = "Sequence", "list", "tuple"  # arrays in JSON
OR_NONE = re.compile(r"\s*\|\s*None$|^None\s*\|\s*")
PYTHON_TYPES: dict[str, Any] = {"integer": int, "number": (int, float), "string": str, "boolean": bool, "array": list}
WRONG_TYPE = "{} is {!r:.60}: give {}."
ARTICLES = {"integer": "a whole number", "number": "a number", "string": "a text", "boolean": "true or false"}
NUMBER = {"type": "number"}
CHOICES = gr.Radio, gr.Dropdown, gr.CheckboxGroup


def of_control(component: Component, annotation: str) -> dict[str, Any]:
    """Return the JSON schema of a control's values; a state's is that of the parameter's annotation."""
    kind = of_type(annotation)
    if isinstance(component, CHOICES) and not getattr(component, "allow_custom_value", False) and component.choices:
        values = [value for _, value in component.choices]
        types = {JSON_TYPES.get(type(value).__name__, "string") for value in values}
        one_of = {
            "type": types.pop() if len(types) == 1 else "number" if types == NUMERIC else "string",
            "enum": values,
        }
        if isinstance(component, gr.CheckboxGroup) or getattr(component, "multiselect", False):
            return {"type": "array", "items": one_of}
        return {"type": "boolean"} if one_of["type"] == "boolean" else one_of
    if isinstance(component, gr.Slider | gr.Number):
        bounds = {"minimum": component.minimum, "maximum": component.maximum}
        given = {name: bound for name, bound in bounds.items() if bound is not None}
        return (kind if kind["type"] in NUMERIC else NUMBER) | given
    return kind


def of_type(name: str) -> dict[str, Any]:
    """Return the JSON schema of a type, such as "int | None" or "list[tuple[float, float]]"; of others, that of a text.

    Where the values of a tuple have several types, nothing is said of them.
    """
    name = OR_NONE.sub("", name).strip()
    outer, _, inner = name.removesuffix("]").partition("[")
    outer = outer.rpartition(".")[2]
    if outer not in SEQUENCES:
        return {"type": JSON_TYPES.get(name, "string")}
    parts = {each.strip() for each in inner.split(",")} if outer == "tuple" and "[" not in inner else {inner}
    types = parts - {"...", ""}
    return {"type": "array"} | ({"items": of_type(types.pop())} if len(types) == 1 else {})


def check(name: str, value: Any, schema: dict[str, Any]) -> Any:
    """Return a value that agrees with a JSON schema, whole numbers as integers.

    Raises:
        UserError: if it does not agree; the message calls it `name`.
    """
    kind = schema["type"]
    if kind == "integer" and isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, PYTHON_TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
        raise UserError(WRONG_TYPE.format(name, value, ARTICLES.get(kind, "a list")))
    if kind == "array":
        return [check(f"Each of {name}", each, schema["items"]) for each in value] if "items" in schema else value
    if value not in schema.get("enum", [value]):
        raise UserError(WRONG_TYPE.format(name, value, "one of " + ", ".join(map(str, schema["enum"]))))
    if kind in NUMERIC and "enum" not in schema:
        check_range(name, value, schema.get("minimum", -math.inf), schema.get("maximum", math.inf))
    return value
