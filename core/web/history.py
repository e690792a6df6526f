"""The last results of a visitor on a tab: a strip of them, of which two pictures can be compared; in the browser only.

Nothing of it is on the server but the files, which are removed after a while (`core.web.visitor_files`): what is gone
leaves the strip. Texts and the first rows of tables are kept as they are.
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
KEPT = "They are in this browser only, and on the server for a while."
EXPLANATION = f"Choose two to compare them. {KEPT}"
CLEAR, COMPARE = "Clear", "Compare"
COMPARED, WORDS = "Two of your results", ("First", "Second")
PART, STRIP = "history", "history-strip"  # CSS classes, for scripts/history.js
PICTURE = "picture"
KINDS = {  # of what scripts/history.js shows, by the component that holds it
    Comparison: PICTURE,
    gr.Image: PICTURE,
    gr.Audio: "sound",
    gr.Video: "video",
    gr.Textbox: "text",
    gr.Dataframe: "table",
    gr.File: "file",
    gr.DownloadButton: "file",
}
CONTROLS = gr.Slider, gr.Number, gr.Radio, gr.Dropdown, gr.Textbox  # whose values say how a result was made
REMEMBER = "(entries, number, ...values) => window.remember({}, {}, entries, number, values)"
SHOW = "(entries) => window.showHistory?.(entries) ?? ''"  # the scripts run once the page is built
PAIR = "(entries) => window.chosenPair(entries)"
FORGET = "() => window.forgetHistory().slice(0, {})"


def results_of(demo: Demo) -> list[Component]:
    """Return the outputs that are remembered together: one picture, and all sounds, videos, texts, tables and files.

    Of pictures it is the comparison, or else the first one. A download beside what is seen or heard is the same again.
    """
    kinds = {each: kind for each in demo.outputs if each not in demo.inputs and (kind := kind_of(each))}
    pictures = sorted(
        (each for each in kinds if kinds[each] == PICTURE), key=lambda each: not isinstance(each, Comparison)
    )
    is_shown = not {PICTURE, "sound", "video"}.isdisjoint(kinds.values())
    others = [
        each for each in kinds if kinds[each] != PICTURE and not (is_shown and isinstance(each, gr.DownloadButton))
    ]
    return [*pictures[:1], *others]


def kind_of(output: Component) -> str:
    """Return what an output shows, one of the values of `KINDS`; empty if that is not remembered."""
    return next((kind for component, kind in KINDS.items() if isinstance(output, component)), "")


def lay_out(demo: Demo, blocks: gr.Blocks) -> None:
    """Lay out and wire the folded part of a tab with the last results of `demo`, where some can be remembered."""
    results = results_of(demo)
    if not results:
        return
    has_pictures = kind_of(results[0]) == PICTURE
    entries = gr.BrowserState([], storage_key=f"darkroom-{demo.plugin.name}-{demo.handler.__name__}")
    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    with gr.Accordion(TITLE, open=False, elem_classes=PART):
        gr.Markdown(EXPLANATION if has_pictures else KEPT, elem_classes="caption")
        strip = gr.HTML(elem_classes=STRIP, padding=False)
        compared = [comparison(COMPARED, WORDS)] if has_pictures else []
        if has_pictures:
            gr.Button(COMPARE, elem_classes="compare").click(None, entries, compared, js=PAIR, **quiet)
        clear = gr.Button(CLEAR, size="sm")
    controls = [each for each in demo.inputs if isinstance(each, CONTROLS)]
    described = [{"label": each.label or "", "first": first_value(each)} for each in controls]
    parts = [{"kind": kind_of(each), "label": each.label or ""} for each in results]
    remember = REMEMBER.format(json.dumps(parts), json.dumps(described))
    inputs = [entries, demo.number, *results, *controls]
    gr.on(_arrivals(demo, results), None, inputs, entries, js=remember, trigger_mode="multiple", **quiet)
    gr.on([blocks.load, entries.change], None, entries, strip, js=SHOW, **quiet)  # read when its tab is first opened
    emptied = [entries, *compared]
    clear.click(None, None, emptied, js=FORGET.format(len(emptied)), **quiet)


def _arrivals(demo: Demo, results: list[Component]) -> list[Any]:
    """Return the events at which a result is there: a button does not say that its file is another one."""
    shown = [each for each in results if not isinstance(each, gr.DownloadButton)]
    return [each.change for each in shown or [demo.status]]
