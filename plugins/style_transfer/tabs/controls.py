"""What more than one tab asks for: a photo and a painting, one's own or one of those that are offered."""

from __future__ import annotations

from typing import Any

import gradio as gr

from core.errors import UserError
from core.imaging import images
from core.imaging.images import Image
from core.web import pages
from core.web.pages import Dropped

from ..gallery import PAINTINGS, PHOTOS

FIRST_PHOTO, FIRST_PAINTING = PHOTOS[1], next(iter(PAINTINGS.values())).path
INPUT_HEIGHT, NARROW = 190, 140  # pixels: both stand side by side on a phone too


def painting_choice() -> gr.Image:
    """Return where a painting is dropped, above some that can be picked."""
    painting = pages.picture_input("A painting, or any picture", INPUT_HEIGHT)
    _offer_paintings(painting)
    return painting


def pair_choice(opened: Any) -> tuple[gr.Image, gr.Image]:
    """Return where a photo and a painting are dropped, with one of each there as soon as the tab is `opened`."""
    with gr.Row():
        photo, painting = (pages.picture_input(words, INPUT_HEIGHT) for words in ("Your photo", "The painting"))
        photo.min_width = painting.min_width = NARROW
    pages.examples(PHOTOS, photo, also={}, label="Photos")
    _offer_paintings(painting)
    opened(lambda: (str(FIRST_PHOTO), str(FIRST_PAINTING)), None, [photo, painting], api_visibility="private")
    return photo, painting


def _offer_paintings(painting: gr.Image) -> None:
    """Put paintings that can be picked, and below them who painted what was."""
    offered = list(PAINTINGS.values())
    thumbnails = gr.Dataset(
        components=[painting], samples=[[str(each.path)] for each in offered], label="Paintings", type="index"
    )
    words = gr.Markdown("All in the public domain.", elem_classes="caption")
    thumbnails.click(
        lambda index: (str(offered[index].path), offered[index].caption),
        thumbnails,
        [painting, words],
        api_visibility="private",
    )
    painting.upload(lambda: "", None, words, api_visibility="private")  # nobody knows who painted that


def when_changed(photo: gr.Image, painting: gr.Image) -> Any:
    """Return the one event for a change of either, or of both at once."""
    pair = gr.State(("", ""))
    options: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    gr.on(
        [photo.change, painting.change],
        lambda *pictures: tuple(map(_address, pictures)),
        [photo, painting],
        pair,
        **options,
    )
    return pair.change


def _address(picture: Dropped) -> str:
    """Return what tells one picture from another, as short as can be."""
    return picture if isinstance(picture, str) else str(hash(picture))


def load(picture: Dropped, what: str) -> Image:
    """Return the picture. Raises UserError, which calls it `what`, where there is none."""
    if picture is None:
        raise UserError(f"There is no {what} yet: drop one, or pick one of those below.")
    return images.load(picture)
