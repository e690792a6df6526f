"""Inputs that several tabs share: a photo and a painting, uploaded or picked from the examples."""

from __future__ import annotations

from typing import Any

import gradio as gr

from core.web import pages

from ..gallery import PAINTINGS, PHOTOS

YOUR_PHOTO, YOUR_PAINTING, ANY_PAINTING = "Your photo", "The painting", "A painting, or any picture"
EXAMPLE_PHOTOS, EXAMPLE_PAINTINGS = "Photos", "Paintings, all in the public domain"
NOISE_SEED_INFO = "Of the noise that it starts from: the same seed, the same noise."

FIRST_PHOTO, FIRST_PAINTING = PHOTOS[1], next(iter(PAINTINGS.values())).path
PAINTER = {"label": "Painting", "info": "Its statistics are computed once, and used for every frame."}
FRAME_STRENGTH = {"label": "Strength", "info": "How far each frame is changed towards the style."}
INPUT_HEIGHT, MIN_WIDTH = 190, 140  # pixels: both inputs fit side by side on a phone


def painting_input() -> gr.Image:
    """Return the input of a painting, with example paintings below it."""
    painting = pages.picture_input(ANY_PAINTING, INPUT_HEIGHT, FIRST_PAINTING)
    _example_paintings(painting)
    return painting


def pair_input() -> tuple[gr.Image, gr.Image, list[Any]]:
    """Return the inputs of a photo and a painting, filled with examples, and the events at which one was chosen."""
    with gr.Row():
        photo = pages.picture_input(YOUR_PHOTO, INPUT_HEIGHT, FIRST_PHOTO)
        painting = pages.picture_input(YOUR_PAINTING, INPUT_HEIGHT, FIRST_PAINTING)
        photo.min_width = painting.min_width = MIN_WIDTH
    photo_chosen = pages.examples(PHOTOS, photo, also={}, label=EXAMPLE_PHOTOS)
    return photo, painting, [photo_chosen, _example_paintings(painting)]


def frame_settings() -> tuple[gr.Radio, gr.Slider]:
    """Return the inputs of what is done to each frame of a camera or a video: an example painting, and the strength."""
    painter = gr.Radio(list(PAINTINGS), value=next(iter(PAINTINGS)), **PAINTER)
    return painter, gr.Slider(0, 1, 1, step=0.05, **FRAME_STRENGTH)


def _example_paintings(painting: gr.Image) -> Any:
    """Lay out the example paintings, with the caption of the chosen one below them."""
    paths, captions = zip(*((each.path, each.caption) for each in PAINTINGS.values()), strict=True)
    return pages.examples(paths, painting, also={}, label=EXAMPLE_PAINTINGS, captions=captions)
