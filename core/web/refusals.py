"""Refuses what a client sends in the wrong form with a sentence: by itself, Gradio ends such a call without a word."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import gradio as gr
from gradio.blocks import Block
from gradio.components.dataframe import DataframeData
from gradio.data_classes import GradioModel, GradioRootModel, ListFiles
from gradio.exceptions import ComponentProcessingError
from pydantic import ValidationError

LOGGER = logging.getLogger(__name__)
DataModel = type[GradioModel] | type[GradioRootModel]

WRONG_FORM = "{} is {!r:.60}: {}."
UNNAMED = "A value"
FILE = "upload the file, and send what the upload returns"
TABLE = "send its headers, and its data as a list of rows"
TOO_FEW = "There are {} values, and {} are needed: send one for each input."
LONGEST = 200  # characters of a message, which may repeat what was sent
OTHER = "send what the documentation of the API describes"
NOT_TAKEN = f"A value is of a type that its control does not take: {OTHER}."


class RefusingBlocks(gr.Blocks):  # type: ignore[misc]
    """An app whose events refuse a value of the wrong form with a sentence that names it."""

    async def preprocess_data(self, block_fn: Any, inputs: list[Any], *options: Any, **named: Any) -> list[Any]:
        """Return what a handler gets of the values of an event's inputs; see `gr.Blocks.preprocess_data`.

        Raises:
            gr.Error: where there are too few values, or one that its component cannot hold.
        """
        if len(inputs) < len(block_fn.inputs):
            raise gr.Error(TOO_FEW.format(len(inputs), len(block_fn.inputs)), print_exception=False)
        try:
            values: list[Any] = await super().preprocess_data(block_fn, inputs, *options, **named)
        except ValidationError:
            wrong = find_wrong(block_fn.inputs, inputs)
            if wrong is None:
                raise
            raise gr.Error(wrong, print_exception=False) from None
        except gr.Error as error:  # of a component whose choices or range the value is out of
            error.message, error.print_exception = str(error.message)[:LONGEST], False
            raise
        except ComponentProcessingError as error:
            LOGGER.warning("%s was called with a value that is not taken: %.200r", block_fn.name, error.__cause__)
            raise gr.Error(NOT_TAKEN, print_exception=False) from None
        return values


def find_wrong(components: Sequence[Block], values: Sequence[Any]) -> str | None:
    """Return a sentence about the first of the values that has not the form of its component's; None if all have."""
    for component, value in zip(components, values, strict=False):
        model = getattr(component, "data_model", None)
        if model is not None and value is not None and not _is_of(model, value):
            return WRONG_FORM.format(getattr(component, "label", None) or UNNAMED, value, _remedy(model))
    return None


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
