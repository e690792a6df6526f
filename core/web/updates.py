"""What an event changes on the page: without Gradio's work for the outputs that it leaves as they are."""

from __future__ import annotations

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
        outputs = list(block_fn.outputs)
        values = [predictions] if len(outputs) == 1 else predictions
        if block_fn.batch or not isinstance(values, list | tuple) or len(values) != len(outputs):
            shown: list[Any] = await super().postprocess_data(block_fn, predictions, state)
            return shown
        changed = [
            place for place, output in enumerate(outputs) if output.stateful or not _leaves_unchanged(values[place])
        ]
        shown = [copy(UNCHANGED) for _ in outputs]
        if changed:
            of_changed = copy(block_fn)
            of_changed.outputs = [outputs[place] for place in changed]
            given = [values[place] for place in changed]
            results = await super().postprocess_data(of_changed, given if len(given) > 1 else given[0], state)
            for place, result in zip(changed, results, strict=True):
                shown[place] = result
        return shown


def _leaves_unchanged(value: Any) -> bool:
    return isinstance(value, dict) and value == UNCHANGED
