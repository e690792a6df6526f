"""The last results of a visitor on a tab: a strip of them, of which two can be compared; kept in the browser only.

Nothing of it is on the server but the files, which are removed after a while (`core.web.visitor_files`): what is gone
leaves the strip.
"""

from __future__ import annotations

import json
from typing import Any

import gradio as gr
from gradio.components import Component

from core.web.batches import Demo
from core.web.comparison import Comparison, comparison
from core.web.links import first_value

TITLE = "Your last results"
EXPLANATION = "Choose two to compare them. They are in this browser only, and on the server for a while."
CLEAR, COMPARE = "Clear", "Compare"
COMPARED, WORDS = "Two of your results", ("First", "Second")
PART, STRIP = "history", "history-strip"  # CSS classes, for scripts/history.js
REMEMBER = "(result, entries, ...values) => window.remember({}, result, entries, values)"
SHOW = "(entries) => window.showHistory(entries)"
PAIR = "(entries) => window.chosenPair(entries)"
FORGET = "() => window.forgetHistory()"


def result_of(demo: Demo) -> Component | None:
    """Return the output that is remembered: the comparison, or else the first picture; None where there is none."""
    pictures = [output for output in demo.outputs if isinstance(output, Comparison | gr.Image)]
    return next((each for each in pictures if isinstance(each, Comparison)), pictures[0] if pictures else None)


def lay_out(demo: Demo, blocks: gr.Blocks) -> None:
    """Lay out and wire the folded part of a tab with the last results of `demo`, where these are pictures."""
    result = result_of(demo)
    if result is None:
        return
    entries = gr.BrowserState([], storage_key=f"darkroom-{demo.plugin.name}-{demo.handler.__name__}")
    with gr.Accordion(TITLE, open=False, elem_classes=PART):
        gr.Markdown(EXPLANATION, elem_classes="caption")
        strip = gr.HTML(elem_classes=STRIP, padding=False)
        compared = comparison(COMPARED, WORDS)
        compare, clear = gr.Button(COMPARE, elem_classes="compare"), gr.Button(CLEAR, size="sm")
    controls = [each for each in demo.inputs if isinstance(each, gr.Slider | gr.Number | gr.Radio | gr.Dropdown)]
    described = [{"label": each.label or "", "first": first_value(each)} for each in controls]
    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    remember = REMEMBER.format(json.dumps(described))
    result.change(None, [result, entries, *controls], [entries, strip], js=remember, **quiet)
    blocks.load(None, entries, strip, js=SHOW, **quiet)
    compare.click(None, entries, compared, js=PAIR, **quiet)
    clear.click(None, None, [entries, strip, compared], js=FORGET, **quiet)
