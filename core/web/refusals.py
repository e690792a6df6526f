"""Refuses what a client sends in the wrong form with a sentence, and says what failed: by itself, Gradio says neither.

Gradio ends such a call without a word, and the log gets a traceback for whatever anybody sends.
"""

from __future__ import annotations

import inspect
import logging
import math
from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr
from gradio.blocks import Block
from gradio.components.dataframe import DataframeData
from gradio.data_classes import GradioModel, GradioRootModel, ListFiles
from gradio.exceptions import ComponentProcessingError
from gradio.utils import get_type_hints
from pydantic import ValidationError

from core.errors import UserError
from core.web import handlers, schemas

LOGGER = logging.getLogger(__name__)
SIMPLE = gr.Number, gr.Slider, gr.Checkbox, gr.Textbox, gr.Code, gr.ColorPicker
CHOSEN = gr.Radio, gr.Dropdown, gr.CheckboxGroup, gr.Checkbox  # which no click empties
DataModel = type[GradioModel] | type[GradioRootModel]

WRONG_FORM = "{} is {!r:.60}: {}."
UNNAMED = "A value"
FILE = "upload the file, and send what the upload returns"
TABLE = "send its headers, and its data as a list of rows"
TOO_FEW = "There are {} values, and {} are needed: send one for each input."
LONGEST = 200  # characters of a message, which may repeat what was sent
OTHER = "send what the documentation of the API describes"
NO_EVENT = "The data of the event is not what the page sends with it: send the same."
NO_CLICK = "A click on a picture says where: send its index, the two numbers x and y in pixels."
NO_NUMBER = "{} is empty: give a number."
NOT_CHOSEN = "{} has no value: choose one."
NOT_TAKEN = f"A value is of a type that its control does not take: {OTHER}."


class RefusingBlocks(gr.Blocks):  # type: ignore[misc]
    """An app whose events refuse a value of the wrong form with a sentence that names it, and fail with a sentence."""

    async def preprocess_data(self, block_fn: Any, inputs: list[Any], *options: Any, **named: Any) -> list[Any]:
        """Return what a handler gets of the values of an event's inputs; see `gr.Blocks.preprocess_data`.

        Raises:
            gr.Error: where there are too few values, or one that its component cannot hold.
        """
        if len(inputs) < len(block_fn.inputs):
            raise gr.Error(TOO_FEW.format(len(inputs), len(block_fn.inputs)), print_exception=False)
        try:
            for component, value in zip(block_fn.inputs, inputs, strict=False):
                _check_value(component, value)
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
            if isinstance(error.__cause__, UserError):
                handlers.raise_gradio_error(error.__cause__, block_fn.name)
            LOGGER.warning("%s was called with a value that is not taken: %.200r", block_fn.name, error.__cause__)
            raise gr.Error(NOT_TAKEN, print_exception=False) from None
        except UserError as error:
            handlers.raise_gradio_error(error, block_fn.name)
        return values

    async def call_function(
        self,
        block_fn: Any,
        processed_input: list[Any],
        iterator: Any = None,
        requests: Any = None,
        event_id: str | None = None,
        event_data: gr.EventData | None = None,
        *options: Any,
        **named: Any,
    ) -> dict[str, Any]:
        """Run the handler of an event; see `gr.Blocks.call_function`.

        Raises:
            gr.Error: where the click that it is given is none, or the handler raises, with the words of
                `core.web.handlers.explain`.
        """
        given = event_id, event_data, *options
        try:
            if block_fn.collects_event_data:
                _check_event(block_fn.fn, event_data, [self.blocks.get(target) for target, _ in block_fn.targets])
            called: dict[str, Any] = await super().call_function(
                block_fn, processed_input, iterator, requests, *given, **named
            )
        except (Exception, SystemExit) as error:
            handlers.raise_gradio_error(error, block_fn.name)
        return called


def _check_value(component: Block, value: Any) -> None:
    """Raise UserError for a value that a control of the page cannot have, where Gradio itself does not look."""
    name = getattr(component, "label", None) or UNNAMED
    if isinstance(component, gr.Dataset) and component.type == "index":
        schemas.check(name, value, {"type": "integer", "minimum": 0, "maximum": len(component.samples) - 1})
    elif value is not None and isinstance(component, SIMPLE):
        schemas.check(name, value, {"type": component.api_info()["type"]})
    elif value is None and getattr(component, "value", None) is not None:
        if isinstance(component, CHOSEN):
            raise UserError(NOT_CHOSEN.format(name))
        if isinstance(component, gr.Slider | gr.Number):
            raise UserError(NO_NUMBER.format(name))


def _check_event(handler: Callable[..., Any], event: gr.EventData | None, targets: Sequence[Block | None]) -> None:
    """Raise UserError unless an event has the data that its handler takes; a click on a picture says where that is."""
    hints = get_type_hints(handler).values()
    kinds: list[Any] = [hint for hint in hints if inspect.isclass(hint) and issubclass(hint, gr.EventData)]
    data = getattr(event, "_data", None)
    try:
        taken = [kind(None, data) for kind in kinds]
    except Exception:  # whatever the class meets in what a client has sent
        raise UserError(NO_EVENT) from None
    for each in taken:
        is_click = isinstance(each, gr.SelectData) and all(isinstance(target, gr.Image) for target in targets)
        if is_click and not _is_place(each.index):
            raise UserError(NO_CLICK)


def _is_place(index: Any) -> bool:
    return (
        isinstance(index, list)
        and len(index) == 2
        and all(isinstance(each, int | float) and math.isfinite(each) for each in index)
    )


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
