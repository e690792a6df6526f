"""What an event changes on the page: without Gradio's work for the outputs that it leaves as they are."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any

import gradio as gr

UNCHANGED = gr.skip()


class UpdatedBlocks(gr.Blocks):  # type: ignore[misc]
    """An app in which an output that an event leaves as it is (`gr.skip`) costs nothing.

    Gradio (seen on 6.31) makes a new component for each of them, and its JSON schema, for each step of a run.
    """

    async def postprocess_data(self, block_fn: Any, predictions: Any, state: Any) -> list[Any]:
        """Return the values of an event's outputs for the page; see `gr.Blocks.postprocess_data`."""
        values = values_of(block_fn, predictions)
        if values is None:
            shown: list[Any] = await super().postprocess_data(block_fn, predictions, state)
            return shown
        outputs = block_fn.outputs
        changed = [
            place for place, output in enumerate(outputs) if output.stateful or not _leaves_unchanged(values[place])
        ]
        shown = [copy(UNCHANGED) for _ in outputs]
        if changed:
            of_changed = copy(block_fn)
            of_changed.outputs = [outputs[place] for place in changed]
            given = predictions_of([values[place] for place in changed])
            for place, result in zip(changed, await super().postprocess_data(of_changed, given, state), strict=True):
                shown[place] = result
        return shown


def values_of(block_fn: Any, predictions: Any) -> Sequence[Any] | None:
    """Return the value of each output of an event; None where there are not as many, which Gradio says."""
    values = [predictions] if len(block_fn.outputs) == 1 else predictions
    is_complete = isinstance(values, list | tuple) and len(values) == len(block_fn.outputs)
    return values if is_complete and not block_fn.batch else None


def predictions_of(values: Sequence[Any]) -> Any:
    """Return the values of outputs as Gradio takes them, the reverse of `values_of`: a single one by itself."""
    return values if len(values) > 1 else values[0]


def _leaves_unchanged(value: Any) -> bool:
    return isinstance(value, dict) and value == UNCHANGED
