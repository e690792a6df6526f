"""The tab that stylizes what the visitor's camera sees, frame by frame, in one pass."""

from __future__ import annotations

from typing import Any

import gradio as gr
import numpy as np
from numpy.typing import NDArray

from core.imaging import images
from core.plugin import Plugin
from core.web import pages
from core.web.pages import Dropped, Page

from .. import gallery
from ..resizing import shrink_to
from . import controls

INTRODUCTION = "Allow the camera, press record, and choose a painting: each frame is stylized as it comes."
CAMERA, STYLIZED = "Your camera", "Stylized"
SIDE = {"label": "Longer side in pixels", "info": "Fewer pixels: more frames in a second."}
SIDES = 192, 256, 384
SIDE_MULTIPLE = 8  # pixels


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        with pages.column("settings"):
            gr.Markdown(INTRODUCTION)
            painting, strength = controls.frame_settings()
            side = gr.Radio(list(SIDES), value=SIDES[0], **SIDE)
        with pages.column("stage"):
            pages.camera(page, stylize_frame, [painting, strength, side], CAMERA, STYLIZED)


def stylize_frame(plugin: Plugin, frame: Dropped, painting: str, strength: float, side: int) -> NDArray[np.uint8]:
    """Return a frame in the style of an example painting, its longer side at most `side` pixels, (h, w, 3)."""
    image = images.composite_on_white(images.load(pages.require(frame, "frame")))
    small = shrink_to(image, side, SIDE_MULTIPLE)
    style = gallery.encode_painting(plugin, painting)
    stylized = plugin.run("apply_style", small, style, strength=float(strength))
    return images.to_uint8(stylized)
