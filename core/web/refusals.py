"""Refuses what a client sends in the wrong form with a sentence: by itself, Gradio ends such a call without a word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr
from gradio.blocks import Block
from gradio.components.dataframe import DataframeData
from gradio.data_classes import GradioModel, GradioRootModel, ListFiles
from pydantic import ValidationError

DataModel = type[GradioModel] | type[GradioRootModel]

WRONG_FORM = "{} is {!r:.60}: {}."
UNNAMED = "A value"
FILE = "upload the file, and send what the upload returns"
TABLE = "send its headers, and its data as a list of rows"
OTHER = "send what the documentation of the API describes"


class RefusingBlocks(gr.Blocks):  # type: ignore[misc]
    """An app whose events refuse a value of the wrong form with a sentence that names it."""

    async def preprocess_data(self, block_fn: Any, inputs: list[Any], *options: Any, **named: Any) -> list[Any]:
        """Return what a handler gets of the values of an event's inputs; see `gr.Blocks.preprocess_data`.

        Raises:
            gr.Error: where a value is none that its component can hold.
        """
        try:
            values: list[Any] = await super().preprocess_data(block_fn, inputs, *options, **named)
        except ValidationError:
            raise gr.Error(describe_first(block_fn.inputs, inputs), print_exception=False) from None
        return values


def describe_first(components: Sequence[Block], values: Sequence[Any]) -> str:
    """Return a sentence about the first of the values that is none of its component's."""
    for component, value in zip(components, values, strict=True):
        model = getattr(component, "data_model", None)
        if model is not None and value is not None and not _is_of(model, value):
            return WRONG_FORM.format(getattr(component, "label", None) or UNNAMED, value, _remedy(model))
    return WRONG_FORM.format(UNNAMED, [*values], OTHER)


def _is_of(model: DataModel, value: Any) -> bool:
    try:
        model.model_validate(value, context={"validate_meta": True})
    except ValidationError:
        return False
    return True


def _remedy(model: DataModel) -> str:
    if issubclass(model, DataframeData):
        return TABLE
    return FILE if "path" in model.model_fields or issubclass(model, ListFiles) else OTHER
