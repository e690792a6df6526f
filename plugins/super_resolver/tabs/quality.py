"""The choice of the input quality, which is measured in the photo unless the visitor sets it."""

from __future__ import annotations

import gradio as gr

from core.errors import choose
from core.imaging import images
from core.imaging.images import Image

from .. import input_quality

AUTOMATIC, CLEAN, DAMAGED = QUALITIES = "automatic", "clean", "compressed or noisy (JPEG, phone)"

LABEL = "Input quality"
INFO = "Compressed or noisy: removes noise and JPEG artifacts, and some detail. Automatic: measured in the photo."
FOUND_CLEAN = "Input quality: **clean**, neither JPEG blocks nor noise were found."
FOUND_DAMAGE = "Input quality: **compressed or noisy**, {} found. Set it to clean to keep all detail."


def quality_radio() -> gr.Radio:
    """Return the choice; it is automatic at first."""
    return gr.Radio(list(QUALITIES), value=AUTOMATIC, label=LABEL, info=INFO)


def judge(quality: str, image: Image, photo: str | bytes) -> tuple[bool, str]:
    """Return whether `image` is to be treated as compressed or noisy, and a sentence if that was measured.

    Args:
        quality: one of `QUALITIES`.
        image: what is upscaled.
        photo: the file that it comes from.
    """
    chosen = choose(dict(zip(QUALITIES, QUALITIES, strict=True)), quality, LABEL.lower())
    if chosen != AUTOMATIC:
        return chosen == DAMAGED, ""
    damage = input_quality.find_damage(image, images.file_format(photo))
    return bool(damage), FOUND_DAMAGE.format(damage) if damage else FOUND_CLEAN
