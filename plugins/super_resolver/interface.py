"""The super-resolver's page: make a photo larger, and see what the network knows, and what it makes up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from core import images, pages
from core.errors import UserError
from core.images import Image
from core.metrics import psnr, ssim
from core.pages import Dropped, Page
from core.plugin import Plugin
from core.steps import Steps

from .shrinking import brightness, crop, enlarge, shrink

EXAMPLES = Path(__file__).parent / "examples"
PHOTOS = sorted(EXAMPLES.glob("*.webp"))
SCALES = {2: "x2", 4: "x4"}
LARGEST_OUTPUT = 40.0  # megapixels
ERROR_GAIN = 4
NOISE_SIDE = 96
LAST_SEED = 2**32 - 1
GUESS = (
    "**A guess.** Each small pixel could have been many large ones; the network draws what was likely in its photos."
)


def build_interface(plugin: Plugin) -> gr.Blocks:
    """Return the page."""
    page = Page(plugin)
    with page.blocks:
        page.header()
        with gr.Tabs():
            with gr.Tab("Enlarge a photo"):
                _enlarging(page)
            with gr.Tab("What it invents"):
                _inventing(page)
        page.footer()
    return page.blocks


def _enlarging(page: Page) -> None:
    """Lay out and wire the tab that enlarges a photo, or restores one that it shrank first."""
    with pages.workbench():
        with pages.bench("source"):
            photo = pages.picture_input("Your photo")
            thumbnails = gr.Column()
        with pages.bench("stage"):
            before_after = pages.comparison("Bicubic interpolation, and ours: drag the line")
            status = page.status("Drop a small photo, or pick one.")
            with gr.Row():
                stop = gr.Button("Stop", size="sm", scale=0, min_width=80)
                download = gr.DownloadButton("Download PNG", variant="primary", size="sm", scale=0, interactive=False)
            findings = gr.Markdown(GUESS)
            with gr.Row():
                shrunk = pages.result_picture("What the network was given", visible=False)
                errors = pages.result_picture(f"Where it was wrong, × {ERROR_GAIN}", visible=False)
        with pages.bench("settings"):
            scale = gr.Radio(list(SCALES), value=4, label="Times larger", info="More pixels, more of them guessed.")
            shrink_first = gr.Checkbox(
                False, label="Shrink it first", info="As in training: then the truth is known, and the error too."
            )
    with thumbnails:
        pages.examples(PHOTOS, photo, also={})
    inputs, outputs = [photo, scale, shrink_first], [before_after, findings, shrunk, errors, download]
    triggers = [page.blocks.load, photo.change, scale.change, shrink_first.change]
    page.bind(upscale, triggers, inputs, outputs, status, stop)


def _inventing(page: Page) -> None:
    """Lay out and wire the tab that gives the network noise."""
    with pages.workbench():
        with pages.bench("source"):
            gr.Markdown(
                "**Feed it noise.** Nothing is there to be found; what is found all the same is the network's own."
            )
            smoothness = gr.Slider(
                0, 4, 2, step=0.5, label="Blur of the noise", info="Smoother noise looks more like shapes."
            )
            seed = gr.Number(
                0, label="Seed", info="The same seed, the same noise.", precision=0, minimum=0, maximum=LAST_SEED
            )
            show = gr.Button("Show what it makes of it", variant="primary")
            stop = gr.Button("Stop", size="sm")
            status = page.status("")
        with pages.bench("stage"):
            before_after = pages.comparison("The noise enlarged by bicubic interpolation, and by the network")
    page.bind(invent, [show.click, smoothness.release, seed.change], [smoothness, seed], [before_after], status, stop)


def upscale(
    plugin: Plugin, photo: Dropped, scale: int = 4, shrink_first: bool = False
) -> Steps[tuple[Any, ...] | None]:
    """Make a photo two or four times larger.

    Args:
        photo: the picture to enlarge: JPEG, PNG, WebP, GIF, TIFF or BMP.
        scale: how many times larger, 2 or 4.
        shrink_first: whether to shrink the picture by as much before, so that the result can be scored.
    """
    if photo is None:
        return None
    if scale not in SCALES:
        raise UserError(f"The scale is {scale}: use {' or '.join(map(str, SCALES))}.")
    image = images.load(photo)
    truth = crop(images.flatten(image), scale) if shrink_first else None
    if truth is not None and min(truth.shape[:2]) < 4 * 11:
        raise UserError(
            f"A picture of {image.shape[1]} × {image.shape[0]} pixels is too small to shrink: use a larger one."
        )
    small = image if truth is None else shrink(truth, scale)
    megapixels = small.shape[0] * small.shape[1] * scale**2 / 1e6
    if megapixels > LARGEST_OUTPUT:
        raise UserError(
            f"The result would have {megapixels:.0f} megapixels, the limit is {LARGEST_OUTPUT:g}: crop it first."
        )
    large = yield from plugin.stream("upscale", small, checkpoint=SCALES[scale])
    bicubic = enlarge(small, scale)
    before = pages.write_png(bicubic, pages.stem(photo, "bicubic"))
    after = pages.write_png(large, pages.stem(photo, f"x{scale}"))
    words, given, wrong = _findings(small, bicubic, large, truth, scale)
    return (before, after), words, given, wrong, gr.DownloadButton(value=after, interactive=True)


def invent(plugin: Plugin, smoothness: float = 2, seed: int = 0) -> Steps[tuple[Any, ...]]:
    """Enlarge noise four times.

    Args:
        smoothness: how far the noise is blurred, 0 to 4 pixels.
        seed: seed of the noise.
    """
    if not 0 <= smoothness <= 4:
        raise UserError(f"The blur is {smoothness:g}: use 0 to 4.")
    noise = _blurred(np.random.default_rng(int(seed or 0)).random((NOISE_SIDE, NOISE_SIDE, 3), np.float32), smoothness)
    large = yield from plugin.stream("upscale", noise, checkpoint="x4")
    return ((pages.write_png(enlarge(noise, 4), "noise_bicubic"), pages.write_png(large, "noise_x4")),)


def _findings(small: Image, bicubic: Image, large: Image, truth: Image | None, scale: int) -> tuple[str, Any, Any]:
    """Return in words what came out, the picture that was given, and where it was wrong; those only beside a truth."""
    size = f"**{small.shape[1]} × {small.shape[0]} → {large.shape[1]} × {large.shape[0]}** pixels."
    if truth is None:
        return f"{size}\n\n{GUESS}", gr.Image(visible=False), gr.Image(visible=False)
    scored = {
        name: (brightness(image, scale), brightness(truth, scale))
        for name, image in (("Bicubic interpolation", bicubic), ("the network", large))
    }
    scores = ", ".join(f"{name} **{psnr(*pair):.2f} dB**, SSIM {ssim(*pair):.3f}" for name, pair in scored.items())
    wrong = np.clip(np.abs(large[..., :3] - truth) * ERROR_GAIN, 0, 1)
    given, errors = (pages.write_png(image, name) for image, name in ((small, "given"), (wrong, "errors")))
    return f"{size} {scores}.\n\n{GUESS}", gr.Image(given, visible=True), gr.Image(errors, visible=True)


def _blurred(noise: Image, smoothness: float) -> Image:
    """Return `noise` under a Gaussian of that many pixels, stretched to the full range again."""
    if smoothness:
        frequency = np.fft.fftfreq(noise.shape[0])
        falloff = np.exp(-2 * (np.pi * smoothness) ** 2 * (frequency[:, None] ** 2 + frequency**2))
        noise = np.fft.ifft2(np.fft.fft2(noise, axes=(0, 1)) * falloff[..., None], axes=(0, 1)).real.astype(np.float32)
    stretched: Image = (noise - noise.min()) / np.ptp(noise)
    return stretched
