"""Inputs that several tabs share: a photo and a painting, uploaded or picked from the examples."""

from __future__ import annotations

from typing import Any

import gradio as gr

from core.errors import UserError
from core.imaging import images
from core.imaging.images import Image
from core.web import pages
from core.web.pages import Dropped

from ..gallery import PAINTINGS, PHOTOS

YOUR_PHOTO, YOUR_PAINTING, ANY_PAINTING = "Your photo", "The painting", "A painting, or any picture"
EXAMPLE_PHOTOS, EXAMPLE_PAINTINGS = "Photos", "Paintings"
PAINTINGS_NOTE = "All in the public domain."
NOISE_SEED_INFO = "Of the noise that it starts from: the same seed, the same noise."
MISSING = "There is no {} yet: drop one, or pick one of those below."

FIRST_PHOTO, FIRST_PAINTING = PHOTOS[1], next(iter(PAINTINGS.values())).path
INPUT_HEIGHT, MIN_WIDTH = 190, 140  # pixels: both inputs fit side by side on a phone


def painting_input() -> gr.Image:
    """Return the input of a painting, with example paintings below it."""
    painting = pages.picture_input(ANY_PAINTING, INPUT_HEIGHT, FIRST_PAINTING)
    _example_paintings(painting)
    return painting


def pair_input() -> tuple[gr.Image, gr.Image]:
    """Return the inputs of a photo and a painting, which open with examples."""
    with gr.Row():
        photo = pages.picture_input(YOUR_PHOTO, INPUT_HEIGHT, FIRST_PHOTO)
        painting = pages.picture_input(YOUR_PAINTING, INPUT_HEIGHT, FIRST_PAINTING)
        photo.min_width = painting.min_width = MIN_WIDTH
    pages.examples(PHOTOS, photo, also={}, label=EXAMPLE_PHOTOS)
    _example_paintings(painting)
    return photo, painting


def pair_changed(photo: gr.Image, painting: gr.Image) -> Any:
    """Return an event that fires once when the photo, the painting, or both at once change."""
    pair = gr.State(("", ""))
    options: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    gr.on(
        [photo.change, painting.change],
        lambda *pictures: tuple(map(_identity, pictures)),
        [photo, painting],
        pair,
        **options,
    )
    return pair.change


def load(picture: Dropped, name: str) -> Image:
    """Return the image of an input. Raises UserError where it is empty; the message calls it `name`."""
    if picture is None:
        raise UserError(MISSING.format(name))
    return images.load(picture)


def _example_paintings(painting: gr.Image) -> None:
    """Lay out the example paintings, with the caption of the chosen one below them."""
    paintings = list(PAINTINGS.values())
    thumbnails = gr.Dataset(
        components=[painting],
        samples=[[str(each.path)] for each in paintings],
        label=EXAMPLE_PAINTINGS,
        type="index",
    )
    caption = gr.Markdown(PAINTINGS_NOTE, elem_classes="caption")
    thumbnails.click(
        lambda index: (str(paintings[index].path), paintings[index].caption),
        thumbnails,
        [painting, caption],
        api_visibility="private",
    )
    painting.upload(lambda: "", None, caption, api_visibility="private")  # an uploaded painting has no caption


def _identity(picture: Dropped) -> str:
    """Return a short string that differs between pictures."""
    return picture if isinstance(picture, str) else str(hash(picture))
