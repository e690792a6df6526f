"""A camera whose frames a handler changes while it runs: what comes out is shown as it comes."""

from __future__ import annotations

import base64
import io
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import gradio as gr
import numpy as np
from gradio.components import Component
from gradio.data_classes import Base64ImageData
from numpy.typing import NDArray
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core.progress import finish
from core.turns import on_behalf_of
from core.web import admission, handlers
from core.web.components import NoStubFile, PictureInput

if TYPE_CHECKING:
    from core.web.pages import Page

QUEUE = "camera", 2  # cameras at once: each keeps its place for `TIME_LIMIT`
TIME_LIMIT = 60  # seconds, after which a visitor presses record again: others may be waiting
FRAME_EVERY = 0.1  # seconds
HEIGHT, MIN_WIDTH = 320, 280  # pixels: both stand side by side, or on a phone below each other
FRAMES = "{:.1f} frames in a second at most: {:.0f} ms for each, without the way to the server and back."

QUALITY = 85  # of a frame's JPEG, 0 to 95
DATA_URL = "data:image/jpeg;base64,"

Handler = Callable[..., NDArray[np.uint8]]
"""Takes the plugin, the file of a frame, and the values of its inputs; returns an image (h, w, 3), 0 to 255."""


class Frame(gr.Image, metaclass=NoStubFile):  # type: ignore[misc]
    """An image component that sends its image to the browser in the answer; Gradio's would store each as a file."""

    is_template = True  # the browser's part is that of gr.Image

    def postprocess(self, value: NDArray[np.uint8] | None) -> Base64ImageData | None:
        """Return an image (h, w, 3), 0 to 255, as a `data:` URL of a JPEG."""
        if value is None:
            return None
        written = io.BytesIO()
        pillow.fromarray(value).save(written, "JPEG", quality=QUALITY)
        return Base64ImageData(url=DATA_URL + base64.b64encode(written.getvalue()).decode())


def camera(page: Page, handler: Handler, inputs: Sequence[Component], label: str, result: str) -> None:
    """Lay out a camera and, after it, what `handler` makes of each of its frames.

    A frame that comes while the one before it is worked on is left out. Nothing is stored on the server.

    Args:
        page: the page that it stands on.
        handler: see `Handler`.
        inputs: the components whose values it gets after the frame; they may be laid out later.
        label: of the camera.
        result: label of what comes out.
    """
    options: dict[str, Any] = {"streaming": True, "format": "jpeg", "height": HEIGHT, "min_width": MIN_WIDTH}
    with gr.Row():
        taken = PictureInput(label=label, sources=["webcam"], type="filepath", **options)
        shown = Frame(label=result, interactive=False, buttons=["fullscreen"], **options)
    status = page.status("")

    def show(frame: Any, *values: Any) -> tuple[NDArray[np.uint8], Any]:
        start = time.perf_counter()
        steps = admission.run(handler, (page.plugin, frame, *values))
        image = finish(on_behalf_of(handlers.visitor(), steps))
        seconds = time.perf_counter() - start
        return image, handlers.status(FRAMES.format(1 / seconds, 1000 * seconds))

    taken.stream(
        show,
        [taken, *inputs],
        [shown, status],
        stream_every=FRAME_EVERY,
        time_limit=TIME_LIMIT,
        concurrency_id=QUEUE[0],
        concurrency_limit=QUEUE[1],
        show_progress="hidden",
        api_visibility="private",
    )
