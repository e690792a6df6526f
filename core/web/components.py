"""Components and layout of pages: Gradio's, with the settings that this suite needs."""

from __future__ import annotations

import base64
from abc import ABCMeta
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import gradio as gr
import numpy as np
from gradio.component_meta import ComponentMeta, updateable
from gradio.data_classes import ImageData

Dropped = str | bytes | None
"""What a handler gets from a `picture_input`: a path, the bytes of a `data:` URL, or None where there is no picture."""

LAST_SEED = 2**32 - 1
SKETCH_SIDE, SKETCH_PEN = 280, 12  # pixels
CLICKABLE, DRAGGABLE = "clickable", "draggable"  # CSS classes: a click is marked, and repeated (scripts/clickable.js)
CROPPABLE = "croppable"  # CSS class: a frame shows what part of the photo is used (scripts/cropping.js)
SHEET = "sheet"  # CSS class: rows of small pictures with labels (core.web.sheets)
PLACE_X, PLACE_Y = "place-x", "place-y"  # CSS classes of sliders: where clickable pictures are marked
FILLING = "filling"  # CSS class: the picture is enlarged to the width of its frame
UNLABELED = "unlabeled"  # CSS class: the label is for screen readers only; Gradio would leave it out
SELECT_BRUSH = """() => {  // once the pad is there, which takes long on a busy machine; Gradio selects no tool
  let tries = 0;
  const timer = setInterval(() => {
    const brush = [...document.querySelectorAll(".sketch [aria-label=Brush]")].find((each) => each.offsetParent);
    if (brush || ++tries > 300) clearInterval(timer);
    if (brush) setTimeout(() => brush.matches(".highlight") || brush.click(), 500);
  }, 100);
}"""


def workbench() -> gr.Row:
    """Return the row that a demo is laid out in, for the columns `source`, `stage` and `settings`.

    They stand below each other on a phone; on a wider screen the stage, with the result, stands beside the other two.
    """
    return gr.Row(elem_classes="workbench")


def column(part: str) -> gr.Column:
    """Return a column of the workbench: "source", "stage" or "settings"."""
    return gr.Column(elem_classes=part)


def examples(
    pictures: Sequence[Path],
    target: PictureInput,
    also: Mapping[Any, Any],
    own: Mapping[Any, Any] | None = None,
    label: str = "Or one of these",
    captions: Sequence[str] | None = None,
) -> Any:
    """Add a row of thumbnails that can be clicked instead of uploading a picture.

    What an example sets beside the picture is not applied to a picture that is uploaded later.

    Args:
        pictures: the image files.
        target: the component that gets the picture.
        also: other components, and the value that each gets at the click.
        own: what they get at an upload; their first values if left out.
        label: the words above the row.
        captions: what is written below the row when an example was picked.

    Returns:
        The event at which a picture has been picked, uploaded or removed, and all of that is set.
    """
    target.examples = pictures
    thumbnails = gr.Dataset(components=[target], samples=[[str(path)] for path in pictures], label=label, type="index")
    chosen, caption = gr.State(0), gr.Markdown(visible=captions is not None, elem_classes="caption")
    first, values = {each: each.value for each in also} | dict(own or {}), dict(also)

    def place(index: int, count: int) -> dict[Any, Any]:
        words = captions[index] if captions else ""
        return {target: str(pictures[index]), caption: words, chosen: count + 1} | values

    def reset(count: int) -> dict[Any, Any]:
        return {caption: "", chosen: count + 1} | first

    thumbnails.click(place, [thumbnails, chosen], [target, caption, chosen, *also], api_visibility="private")
    gr.on(
        [target.upload, target.clear, target.arrived.change],
        reset,
        chosen,
        [caption, chosen, *also],
        api_visibility="private",
    )
    return chosen.change


class NoStubFile(ComponentMeta):  # type: ignore[misc]
    """Metaclass of our subclasses of Gradio's components: Gradio's would write a .pyi file beside the module.

    A component cannot be changed by assigning to its methods: an update makes a new one of its class.
    """

    def __new__(cls, name: str, bases: tuple[type, ...], attributes: dict[str, Any]) -> type:
        """Return the class."""
        if "__init__" in attributes:
            attributes["__init__"] = updateable(attributes["__init__"])
        return ABCMeta.__new__(cls, name, bases, attributes)


class PictureInput(gr.Image, metaclass=NoStubFile):  # type: ignore[misc]
    """An image component that gives its file to the handler undecoded; `picture_input` makes one."""

    is_template = True  # the browser's part is that of gr.Image
    examples: Sequence[Path] = ()
    arrived: gr.State  # changes when a result of another page was sent here (`core.web.sending`)
    description = ""  # in the documentation of an endpoint

    def api_info(self) -> dict[str, Any]:
        """Return the JSON schema of the value."""
        schema: dict[str, Any] = super().api_info()
        return schema | {"additional_description": self.description}

    def preprocess(self, payload: ImageData | None) -> Dropped:
        """Return the path of the uploaded file, or the bytes of a `data:` URL.

        Raises:
            gr.Error: if the picture is at another address.
        """
        if payload is None or payload.path is not None:
            return payload and payload.path
        _, _, encoded = (payload.url or "").partition(";base64,")
        try:
            return base64.b64decode(encoded, validate=True) or _refuse_address()
        except ValueError:
            return _refuse_address()


def picture_input(label: str, height: int = 260, first: Path | None = None, classes: str | None = None) -> PictureInput:
    """Return a component to drop a picture on, or to take one with the camera; it shows `first` at first.

    A handler gets its value as a `Dropped`: the uploaded file, not decoded, because `core.imaging.images.load` checks
    it before it decodes it.
    """
    options = {"type": "filepath", "format": "png", "elem_classes": classes}
    picture = PictureInput(first and str(first), label=label, height=height, **options)
    picture.arrived = gr.State(0)
    return picture


def _refuse_address() -> NoReturn:
    raise gr.Error("The picture cannot be read from that address: upload the file itself.", print_exception=False)


def result_picture(
    label: str, visible: bool = True, height: int | None = None, show_label: bool = True, classes: str | None = None
) -> gr.Image:
    """Return a component that shows the PNG file at a path, which the browser gets unchanged.

    Args:
        label: what the picture shows.
        visible: whether the component is shown at first.
        height: in pixels; None follows the picture.
        show_label: whether the label is shown on the picture, or read by screen readers only.
        classes: CSS classes, such as `CLICKABLE` and `FILLING`.
    """
    return gr.Image(
        label=label,
        type="filepath",
        format="png",
        interactive=False,
        buttons=["download"] if height else ["download", "fullscreen"],  # low ones have no room beside the label
        visible=visible,
        height=height,
        min_width=160 if height is None else 120,  # low ones stand side by side on a phone
        elem_classes=[*(classes or "").split(), *([] if show_label else [UNLABELED])],
    )


def captioned_image(caption: str, classes: str | None = None) -> gr.Image:
    """Return a `result_picture` with its label above it, in Markdown: on a grid, it would cover an image."""
    with gr.Column(min_width=280):
        gr.Markdown(caption, elem_classes="caption")
        return result_picture(caption.replace("**", ""), show_label=False, classes=classes)


def chart(label: str) -> gr.HTML:
    """Return a component for what `core.web.charts.render_curves` returns; several stand side by side in a row."""
    with gr.Column(min_width=280):
        return gr.HTML(label=label)


def clickable_picture(label: str) -> gr.Image:
    """Return a `result_picture` with a `select` event that gives the clicked position, repeatedly while dragging.

    Two sliders of the classes `PLACE_X` and `PLACE_Y`, in the same workbench, move the ring that marks the position.
    """
    with gr.Column(min_width=320):
        return result_picture(label, classes=f"{CLICKABLE} {DRAGGABLE}")


def grid_classes(columns: int, rows: int) -> str:
    """Return the CSS classes of a clickable picture of `columns` × `rows` cells, among which the arrow keys move."""
    return f"{CLICKABLE} cells-{columns}x{rows}"


def sketchpad(label: str, opened: Any) -> gr.Sketchpad:
    """Return a square pad to draw on with a black pen; `write_sketch` writes the drawing to a file.

    Args:
        label: says what to draw.
        opened: the event at which the pad becomes visible; the pen is selected then, as Gradio selects no tool.
    """
    pen = gr.Brush(default_size=SKETCH_PEN, colors=["#000000"], color_mode="fixed")
    side = SKETCH_SIDE, SKETCH_SIDE
    pad = gr.Sketchpad(
        label=label, type="numpy", image_mode="RGBA", canvas_size=side, brush=pen, layers=False, elem_classes="sketch"
    )
    opened(None, None, None, js=SELECT_BRUSH, api_visibility="private")
    return pad


def seed_number(info: str, first: int = 0) -> gr.Number:
    """Return a field for a seed, `first` when the page opens; `info` says what the seed determines."""
    return gr.Number(first, label="Seed", info=info, precision=0, minimum=0, maximum=LAST_SEED)


def seed_with_button(info: str, label: str, first: int = 0) -> gr.Number:
    """Return a field for a seed, above a button with the text `label` that sets a random one."""
    seed = seed_number(info, first)
    gr.Button(label, variant="primary").click(random_seed, None, seed, api_visibility="private")
    return seed


def random_seed() -> int:
    """Return a random seed."""
    return int(np.random.default_rng().integers(LAST_SEED))
