"""The tab that upscales a photo, or downscales one first and restores it, so that the error is known."""

from __future__ import annotations

from typing import Any

import gradio as gr
import numpy as np

from core.errors import UserError
from core.imaging import images
from core.imaging.images import Image
from core.imaging.metrics import SMALLEST_SCORED, psnr, ssim
from core.plugin import Plugin
from core.progress import Progress, Steps, then
from core.web import pages
from core.web.pages import Dropped, Page

from ..degradation import make_low
from ..gallery import PHOTOS
from ..resampling import CLEAN_CHECKPOINTS, REAL_CHECKPOINT, crop_to_multiple, scored_luma, upscale_bicubic
from . import cropping, quality, whole_photo
from .cropping import CROPS

MAX_OUTPUT = 16.8  # megapixels: a crop of 1024 × 1024, four times larger
MAX_SCORED = 2.0  # megapixels: SSIM is slow
ERROR_GAIN, FILES = 4, 2
LIMITS = f"automatic-{cropping.AUTOMATIC_CROP}-above-{MAX_OUTPUT}-tested-{MAX_SCORED}".replace(".", "_")

COMPARISON, WORDS = "Bicubic interpolation and super-resolution", ("Bicubic", "Super-resolution")
INVITATION = "Drop a small photo, or pick one."
PREDICTED = (
    "**These details are predicted, not recovered.** Many large images have the same small one; the network outputs "
    "what was likely in its training data."
)
PHOTO_LABEL, LOW_LABEL, ERROR_LABEL = "Your photo", "Input of the network", f"Error, × {ERROR_GAIN}"
SCALE_LABEL, SCALE_INFO = "Scale", "More pixels, more of them predicted."
TEST_MODE_LABEL = "Test mode: downscale first, then compare with the original"
TEST_MODE_INFO = "The original is then known, and so is the error."
AREA_LABEL, AREA_INFO = "Area", "Drag a square on your photo, or click it, to choose where."
X_LABEL, X_INFO = "Crop center, x", "% from the left."
Y_LABEL, Y_INFO = "Crop center, y", "% from the top."
SIZES = "**{} × {} → {} × {}** pixels."
SCORE, BICUBIC, NETWORK = "{} **{:.2f} dB**, SSIM {:.3f}", "Bicubic interpolation", "the network"


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        with pages.column("source"):
            photo = pages.picture_input(PHOTO_LABEL, first=PHOTOS[0], classes=f"{pages.CROPPABLE} {LIMITS}")
            thumbnails = gr.Column()
        with pages.column("stage"):
            stage = pages.before_after_stage(page, COMPARISON, INVITATION, WORDS)
            findings = gr.Markdown(PREDICTED)
            with gr.Row():
                low = pages.result_picture(LOW_LABEL, visible=False)
                errors = pages.result_picture(ERROR_LABEL, visible=False)
        with pages.column("settings"):
            scales = {"label": SCALE_LABEL, "info": SCALE_INFO, "elem_classes": "crop-scale"}
            scale = gr.Radio(list(CLEAN_CHECKPOINTS), value=4, **scales)
            input_quality = quality.quality_radio()
            test_mode = gr.Checkbox(False, label=TEST_MODE_LABEL, info=TEST_MODE_INFO, elem_classes="crop-test")
            crop = gr.Radio(list(CROPS.items()), value=0, label=AREA_LABEL, info=AREA_INFO, elem_classes="crop-size")
            x = gr.Slider(0, 100, 50, step=1, label=X_LABEL, info=X_INFO, elem_classes="place-x")
            y = gr.Slider(0, 100, 50, step=1, label=Y_LABEL, info=Y_INFO, elem_classes="place-y")
            whole = photo, scale, input_quality
            pages.background_job(page, whole_photo.upscale_whole, whole, whole_photo.LABEL, whole_photo.EXPLANATION)
    with thumbnails:
        chosen = pages.examples(PHOTOS, photo, also={crop: 0, x: 50, y: 50})
    clicks = gr.State(0)  # its change is one trigger for a move of several controls
    moved = [crop, x, y, clicks]
    photo.select(cropping.crop_at, [photo, crop, clicks], moved, api_visibility="private")
    triggers = [opened, chosen, clicks.change, scale, input_quality, test_mode, crop, x, y, stage.run.click]
    outputs = [stage.comparison, findings, low, errors, stage.download]
    inputs = [photo, scale, input_quality, test_mode, crop, x, y]
    page.bind(upscale, triggers, inputs, outputs, stage.status, stage.stop)


@pages.holds(factor=16, at_most=2 * MAX_OUTPUT)
def upscale(
    plugin: Plugin,
    photo: Dropped,
    scale: int = 4,
    input_quality: str = quality.AUTOMATIC,
    test_mode: bool = False,
    crop: int = 0,
    x: float = 50,
    y: float = 50,
) -> Steps[tuple[Any, ...]]:
    """Upscale a photo two, three or four times.

    Args:
        photo: the photo to upscale: JPEG, PNG, WebP, GIF, TIFF or BMP.
        scale: the upscaling factor, 2, 3 or 4.
        input_quality: "clean"; "compressed or noisy (JPEG, phone)"; or "automatic", measured in the photo.
        test_mode: whether to downscale the photo by the same factor first, so that the result can be scored.
        crop: side in pixels of the crop to upscale; 0: the whole photo, or a crop of 512 where it is too large.
        x: center of the crop, in % from the left.
        y: center of the crop, in % from the top.
    """
    scale, crop = int(scale), int(crop)  # JSON may hold them as floats
    if scale not in CLEAN_CHECKPOINTS:
        raise UserError(f"The scale is {scale}: use {', '.join(map(str, CLEAN_CHECKPOINTS))}.")
    photo = pages.require(photo, "photo")
    whole = images.load(photo)
    image = _crop(whole, crop, (x, y), MAX_SCORED if test_mode else MAX_OUTPUT / scale**2)
    truth = _original(image, scale) if test_mode else None
    if test_mode and input_quality == quality.AUTOMATIC:
        input_quality = quality.CLEAN  # what the network gets is made below
    real, judged = quality.judge(input_quality, image, photo)
    low = image if truth is None else make_low(truth, scale, np.random.default_rng(0) if real else None)
    checkpoint = REAL_CHECKPOINT if real else CLEAN_CHECKPOINTS[scale]

    def write(high: Image) -> Steps[tuple[Any, ...]]:
        bicubic = upscale_bicubic(low, scale)
        yield Progress(0, FILES, unit=pages.WRITING)
        before = pages.write_png(bicubic, pages.stem(photo, "bicubic"))
        yield Progress(1, FILES, unit=pages.WRITING)
        after = pages.write_result(high, photo, f"x{scale}")
        findings, *shown = _report(low, bicubic, high, truth)
        lines = [cropping.describe(whole, crop, scale)] if image.shape != whole.shape else []
        words = "\n\n".join([" ".join([*lines, findings]), *filter(None, [judged])])
        return (before, after), words, *shown, gr.DownloadButton(value=after, interactive=True)

    return (yield from then(plugin.stream("upscale", low, scale=scale, checkpoint=checkpoint), write, FILES))


def _crop(whole: Image, crop: int, center: tuple[float, float], max_megapixels: float) -> Image:
    """Return the part of `whole` to upscale. Raises UserError where it has more than `max_megapixels`."""
    image = cropping.cut_out(whole, crop or cropping.automatic_size(whole, max_megapixels), *center)
    if cropping.megapixels(image) > max_megapixels:
        raise UserError(f"A crop of {crop} pixels is too large to upscale here: use {cropping.AUTOMATIC_CROP}.")
    return image


def _original(image: Image, scale: int) -> Image:
    """Return `image` in the form that is downscaled and scored. Raises UserError where it is too small."""
    if min(image.shape[:2]) < scale * SMALLEST_SCORED:
        raise UserError(
            f"{image.shape[1]} × {image.shape[0]} pixels are too few to downscale: use a photo of at least "
            f"{scale * SMALLEST_SCORED} each way."
        )
    return crop_to_multiple(images.composite_on_white(image), scale)


def _report(low: Image, bicubic: Image, high: Image, truth: Image | None) -> tuple[str, Any, Any]:
    """Return the scores as Markdown, the network's input and the error; the last two are shown if `truth` is known."""
    size = SIZES.format(low.shape[1], low.shape[0], high.shape[1], high.shape[0])
    if truth is None:
        return f"{size}\n\n{PREDICTED}", gr.Image(visible=False), gr.Image(visible=False)
    scale = truth.shape[0] // low.shape[0]
    scored = {
        name: (scored_luma(image, scale), scored_luma(truth, scale))
        for name, image in ((BICUBIC, bicubic), (NETWORK, high))
    }
    scores = ", ".join(SCORE.format(name, psnr(*pair), ssim(*pair)) for name, pair in scored.items())
    error = np.clip(np.abs(high[..., :3] - truth) * ERROR_GAIN, 0, 1)
    low_path = pages.write_png(images.upscale_nearest(low, scale), "input")
    error_path = pages.write_png(error, "error")
    return (
        f"{size} {scores}.\n\n{PREDICTED}",
        gr.Image(low_path, visible=True),
        gr.Image(error_path, visible=True),
    )
