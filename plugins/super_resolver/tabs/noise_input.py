"""The tab that upscales noise: whatever detail appears was invented by the network."""

from __future__ import annotations

from typing import Any

import gradio as gr
import numpy as np

from core.errors import check_range
from core.imaging.images import Image
from core.plugin import Plugin
from core.progress import Steps
from core.web import pages
from core.web.pages import Page

from ..resampling import upscale_bicubic

NOISE_SIDE = 96  # pixels
MAX_BLUR = 4.0  # pixels
FIRST_BLUR = 2.0  # with less, the upscaled noise is confetti without shapes
CHECKPOINT, SCALE = "x4", 4

INTRODUCTION = (
    "**Noise input.** There is nothing to find in noise: whatever shapes appear are the network's own invention."
)
BLUR_LABEL, BLUR_INFO = "Blur of the noise", "Smoother noise looks more like shapes."
SEED_INFO = "The same seed gives the same noise."
SHOW = "Upscale the noise"
COMPARISON, WORDS = "The noise, upscaled by both", ("Bicubic", "Super-resolution")


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(INTRODUCTION)
            blur = gr.Slider(0, MAX_BLUR, FIRST_BLUR, step=0.5, label=BLUR_LABEL, info=BLUR_INFO)
            seed = pages.seed_number(SEED_INFO)
            show = gr.Button(SHOW, variant="primary")
            stop = gr.Button(pages.STOP, size="sm")
            status = page.status("")
        with pages.column("stage"):
            before_after = pages.comparison(COMPARISON, WORDS)
    page.bind(upscale_noise, [opened, show.click, blur, seed], [blur, seed], [before_after], status, stop)


def upscale_noise(plugin: Plugin, blur: float = FIRST_BLUR, seed: int = 0) -> Steps[tuple[Any, ...]]:
    """Upscale random noise four times.

    Args:
        blur: standard deviation of the Gaussian blur of the noise, 0 to 4 pixels.
        seed: seed of the noise.
    """
    check_range("The blur", blur, 0, MAX_BLUR)
    noise = make_noise(blur, int(seed or 0))
    high = yield from plugin.stream("upscale", noise, checkpoint=CHECKPOINT)
    bicubic = upscale_bicubic(noise, SCALE)
    return ((pages.write_png(bicubic, "noise_bicubic"), pages.write_png(high, f"noise_x{SCALE}")),)


def make_noise(blur: float, seed: int) -> Image:
    """Return uniform noise (96, 96, 3), blurred with wrap-around and stretched to the full range 0 to 1."""
    noise = np.random.default_rng(seed).random((NOISE_SIDE, NOISE_SIDE, 3), np.float32)
    from scipy.ndimage import gaussian_filter  # here: the first page does not wait for it

    blurred = gaussian_filter(noise, (blur, blur, 0), mode="wrap")
    stretched: Image = (blurred - blurred.min()) / np.ptp(blurred)
    return stretched
