"""An editor in which a visitor paints on a photo where a demo is to change it."""

from __future__ import annotations

from typing import Any, NamedTuple

import gradio as gr
import numpy as np

from core.imaging import images
from core.imaging.resizing import resize_bicubic
from core.web.components import SELECT_BRUSH, PictureInput
from core.web.output_files import NOTHING_THERE, write_png

SIDE = 768  # pixels: the longer side of the photo in the editor
PEN = 60  # pixels
PEN_COLOR = "#e23b30"
HEIGHT = 380  # pixels
NOTHING_PAINTED = "Paint on the photo first."


class MaskEditor(NamedTuple):
    """The components of a mask editor."""

    canvas: gr.ImageMask
    use: gr.Button
    clear: gr.Button
    mask: gr.State
    """The path of the mask that is in use, or None."""


def mask_editor(photo: PictureInput, opened: Any, label: str, use: str, clear: str) -> MaskEditor:
    """Lay out the editor and its two buttons; `write_mask` writes what was painted.

    Args:
        photo: is painted on.
        opened: the event at which the editor becomes visible; the photo is taken then.
        label: says what to paint.
        use: label of the button that uses the mask.
        clear: label of the button that uses none.
    """
    canvas = gr.ImageMask(
        label=label,
        type="numpy",
        sources=(),
        transforms=(),
        height=HEIGHT,
        brush=gr.Brush(default_size=PEN, colors=[PEN_COLOR], color_mode="fixed"),
        elem_classes="sketch",
    )
    with gr.Row():
        used, cleared = (gr.Button(text, size="sm") for text in (use, clear))
    shown = opened(_show_photo, photo, canvas, api_visibility="private", show_progress="hidden")
    shown.then(None, None, None, js=SELECT_BRUSH, api_visibility="private")
    return MaskEditor(canvas, used, cleared, gr.State(None))


def _show_photo(photo: str | bytes | None) -> Any:
    if photo is None:
        return None
    image = images.composite_on_white(images.load(photo))
    height, width = image.shape[:2]
    scale = min(1, SIDE / max(height, width))
    small = resize_bicubic(image, max(1, round(scale * height)), max(1, round(scale * width)))
    return images.to_uint8(np.clip(small, 0, 1))


def write_mask(drawing: dict[str, Any] | None) -> str:
    """Write what was painted on a canvas, white on black, as a PNG of the canvas's size, and return its path.

    Raises:
        gr.Error: if nothing was painted.
    """
    painted = drawing["layers"][0][..., 3:] if drawing and drawing["layers"] else np.zeros((1, 1, 1), np.uint8)
    if not painted.any():
        raise gr.Error(NOTHING_PAINTED, title=NOTHING_THERE, print_exception=False)
    return write_png(images.from_uint8(np.repeat(painted, 3, axis=-1)), "mask")
