"""The tab that upscales one image by two networks, only one of which was trained on such images."""

from __future__ import annotations

from typing import Any

import gradio as gr
import numpy as np

from core.errors import choose
from core.imaging import images
from core.imaging.metrics import psnr
from core.imaging.resizing import center_crop
from core.plugin import Plugin
from core.progress import Steps
from core.web import pages
from core.web.pages import Page

from ..gallery import SUBJECTS
from ..resampling import downscale, upscale_bicubic

SCALE = 2
ERROR_GAIN = 4
CROP = 128, 192  # pixels of the photo
SHOWN_SCALE = 3  # the small images of this tab are shown with 3 × 3 screen pixels each

INTRODUCTION = (
    "**A network knows its training data.** One network was trained on photographs only, the other on digits only, "
    "downscaled from 28 × 28 to 14 × 14 pixels. Both upscale two times."
)
SUBJECT_LABEL, SUBJECT_INFO = "Image", "Both networks upscale it."
SHOW = "Upscale with both"
LOW_CAPTION, TRUTH_CAPTION = "Input of both networks", "Original (neither network has seen it)"
ERROR_CAPTION = f"Error, × {ERROR_GAIN}: trained on "
DIGITS_CAPTION, PHOTOGRAPHS_CAPTION = "Trained on digits", "Trained on photographs"
FINDINGS = (
    "Trained on digits **{digits:.1f} dB**, on photographs **{photographs:.1f} dB**; bicubic interpolation, which is "
    "not trained, {bicubic:.1f} dB (PSNR, higher is better). A network predicts what it was trained on."
)


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(INTRODUCTION)
            subject = gr.Radio(list(SUBJECTS), value="a photo", label=SUBJECT_LABEL, info=SUBJECT_INFO)
            show = gr.Button(SHOW, variant="primary")
            stop = gr.Button(pages.STOP, size="sm")
            status = page.status("")
            findings = gr.Markdown()
        with pages.column("stage"):
            with gr.Row():
                low = pages.captioned_image(LOW_CAPTION)
                truth = pages.captioned_image(TRUTH_CAPTION)
            with gr.Row():
                by_digits = pages.captioned_image(DIGITS_CAPTION)
                by_photographs = pages.captioned_image(PHOTOGRAPHS_CAPTION)
            with gr.Row():
                errors = [pages.captioned_image(f"{ERROR_CAPTION}{name}") for name in ("digits", "photographs")]
    outputs = [low, truth, by_digits, by_photographs, *errors, findings]
    page.bind(out_of_domain, [opened, show.click, subject], [subject], outputs, status, stop)


def out_of_domain(plugin: Plugin, subject: str = "a photo") -> Steps[tuple[Any, ...]]:
    """Upscale one image with the network trained on its kind and with the one trained on another kind.

    Args:
        subject: "digits" or "a photo".
    """
    truth = center_crop(images.load(choose(SUBJECTS, subject, "subject")), *CROP)
    low = downscale(truth, SCALE)
    by_digits = yield from plugin.stream("upscale", low, checkpoint="digits")
    by_photographs = yield from plugin.stream("upscale", low, checkpoint="x2")
    errors = (np.clip(ERROR_GAIN * np.abs(image - truth), 0, 1) for image in (by_digits, by_photographs))
    shown = images.upscale_nearest(low, SCALE), truth, by_digits, by_photographs, *errors
    paths = [pages.write_png(images.upscale_nearest(image, SHOWN_SCALE), "picture") for image in shown]
    results = upscale_bicubic(low, SCALE), by_digits, by_photographs
    bicubic, digits, photographs = (psnr(image, truth) for image in results)
    return *paths, FINDINGS.format(digits=digits, photographs=photographs, bicubic=bicubic)
