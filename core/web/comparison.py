"""The before/after comparison of two pictures: a line to drag, zoom, for the pointer, fingers and the keyboard."""

from __future__ import annotations

import functools
from typing import Any

import gradio as gr
from gradio.components.imageslider import SliderData
from gradio.data_classes import ImageData

from core.web import theme
from core.web.components import NoStubFile

WORDS = "Before", "After"
NOTHING_YET = "Nothing to compare yet."
LINE_HELP = "Arrow keys move the line; + and - zoom; Shift and arrow keys move the enlarged picture."
ENLARGE = (
    '<svg viewBox="0 0 16 16" width="14" height="14" fill="none" stroke="currentColor" stroke-width="2" '
    'aria-hidden="true"><path d="M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4"/></svg>'
)
BUTTONS = {
    "zoom-out": ("−", "Zoom out"),
    "zoom-in": ("+", "Zoom in"),
    "fit": ("Fit", "Fit the whole picture"),
    "actual-size": ("1:1", "1:1, one pixel of the picture for one of the screen"),
    "fullscreen": (ENLARGE, "Full screen"),
    "use-in": ("Use in …", "Use in …, copy, share"),  # scripts/sending.js
}
BUTTON = '<button type="button" class="{}" aria-label="{label}" title="{label}">{}</button>'
TEMPLATE = """
<figure class="comparison empty">
  <div class="bar"><figcaption></figcaption><output class="zoom" aria-label="Zoom"></output>{buttons}</div>
  <div class="view">
    <div class="before"><img></div><img class="after">
    <span class="before"></span><span class="after"></span>
    <div class="handle" role="slider" aria-valuemin="0" aria-valuemax="100" title="{help}"></div>
    <p class="nothing">{nothing}</p>
  </div>
</figure>
"""


class Comparison(gr.HTML, metaclass=NoStubFile):  # type: ignore[misc]
    """A before/after comparison; `comparison` makes one."""

    data_model = SliderData

    def preprocess(self, payload: SliderData | None) -> tuple[str, str] | None:
        """Return the paths of both pictures, which the browser shows."""
        if payload is None or payload.root is None or not all(side and side.path for side in payload.root):
            return None
        before, after = (side.path for side in payload.root)
        return before, after

    def postprocess(self, value: tuple[str, str] | None) -> SliderData | None:
        """Return the files that the browser is to show, for the paths of both pictures."""
        return value and SliderData(root=tuple(ImageData(path=path) for path in value))

    def api_info(self) -> dict[str, Any]:
        """Return the JSON schema of the value."""
        return dict(_schema())


@functools.cache
def _schema() -> dict[str, Any]:
    """Return the JSON schema of the value, which takes Pydantic some milliseconds."""
    schema: dict[str, Any] = SliderData.model_json_schema()
    return schema


def comparison(label: str, words: tuple[str, str] = WORDS) -> Comparison:
    """Return a before/after comparison for the paths of two PNG files, which the browser and handlers get unchanged.

    Gradio's own, `gr.ImageSlider`, cannot be moved by the keyboard, and keeps the wheel from scrolling the page.

    Args:
        label: what is compared.
        words: what the left and the right half show.
    """
    buttons = "".join(BUTTON.format(name, sign, label=words) for name, (sign, words) in BUTTONS.items())
    return Comparison(
        label=label,
        html_template=TEMPLATE.format(buttons=buttons, help=LINE_HELP, nothing=NOTHING_YET),
        js_on_load=(theme.SCRIPTS / "comparison.js").read_text(encoding="utf-8"),
        apply_default_css=False,
        elem_classes="hero",
        before=words[0],
        after=words[1],
    )
