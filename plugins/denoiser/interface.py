"""The denoiser's page: denoise a photo, and see what a network does to images unlike its training data."""

from __future__ import annotations

from math import ceil, sqrt
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from core.errors import UserError, check_range, choose
from core.imaging import images
from core.imaging.images import Image
from core.imaging.metrics import psnr
from core.imaging.resizing import center_crop
from core.plugin import Plugin
from core.progress import Progress, Steps, then
from core.web import pages
from core.web.pages import Dropped, Page

from .noise import MAX_SIGMA, add_noise, choose_network, estimate_sigma

EXAMPLES = Path(__file__).parent / "examples"
PHOTOS = sorted(EXAMPLES.glob("*.jpg"))
SUBJECTS = {"digits": EXAMPLES / "digits.png", "a photo": EXAMPLES / "tea-gardens.jpg"}
RESIDUAL_GAIN, ERROR_GAIN = 3, 4
LARGEST_RESIDUAL = 4.0  # megapixels, above which every second pixel is shown, or fewer
CROP = 256, 384  # pixels of the photo on the second tab: small enough to see each
EXAMPLE_SIGMA = 25

DENOISE_TAB, OTHER_DATA_TAB = "Denoise a photo", "Trained on other data"
COMPARISON = "Before and after"
INVITATION = "Drop a photo, or pick one: it is denoised at once."
LOSSY = "**Lossy.** Detail that you can recognize in the residual was removed with the noise."
ALMOST_CLEAN = {"photographs": 2.0, "camera": 3.0}  # σ, below which a visitor is told what to do
STRENGTHS, STRENGTHS_LABEL = "Try five noise levels", "Five noise levels: click one to use it"
STRENGTHS_INFO = "The center of your photo, denoised at five noise levels around the one that is estimated."
LEVELS_GONE = "The server no longer knows these noise levels: close this part and open it again."
STRENGTHS_NOTE = "From left to right: **σ = {}**, a quarter, half, all, one and a half and twice of what was estimated."
SHARES = 0.25, 0.5, 1.0, 1.5, 2.0  # of the estimated level
SMALLEST_LEVEL, TILE = 4.0, 192  # σ; pixels of the photo's center
BACKGROUND = "Denoise in the background"
BACKGROUND_INFO = "For large photos: go on using the page, and download the file at the end."
HOW_IT_LEARNED = "The network was trained on such pairs: a clean image, and the same image with noise added."
ADDED_INFO = "To try it on a clean photo: adds Gaussian noise first."
AUTOMATIC, CAMERA, ESTIMATED, BY_HAND = "Automatic", "Camera noise", "White noise", "White noise, level by hand"
CHECKPOINTS = {AUTOMATIC: None, CAMERA: "camera", ESTIMATED: "photographs", BY_HAND: "photographs"}
METHOD_INFO = (
    "Camera noise: a blind network, trained on sensor noise, demosaicing and JPEG. White noise: a network that takes "
    "the noise level σ, estimated or set by hand. Automatic: looks at the noise and chooses between the two."
)
SIGMA_INFO = "Higher removes more noise, and more detail. For “White noise, level by hand”."
COLOR_INFO = "How much of the color noise is removed."
DETAIL_INFO = "Adds back a share of what was removed from the brightness: fine texture, and some grain."
USED = {
    "camera": "Network: **camera noise** (blind). It removed noise of **σ = {:.1f}** (0 to 255 scale).",
    "photographs": "Network: **white noise**. Noise level used: **σ = {:.1f}** (0 to 255 scale).",
}
ALMOST_NO_NOISE = f"**Almost no noise found.** If you see grain, choose “{BY_HAND}” and raise the noise level."
OTHER_DATA_TEXT = (
    "**A network knows its training data.** One network was trained on photographs only, the other on digits only: "
    "the autoencoder of the course ([AI for Beginners, lesson 9](https://github.com/microsoft/AI-For-Beginners/blob/"
    "main/lessons/4-ComputerVision/09-Autoencoders/README.md)) is data-specific in the same way."
)
ERROR = f"Its error, × {ERROR_GAIN}: trained on"
OTHER_DATA_NOISE_INFO = "The more noise, the more the network has to fill in from its training data."


def build_interface(plugin: Plugin) -> gr.Blocks:
    """Return the page."""
    return pages.tabbed(plugin, {DENOISE_TAB: _lay_out_denoise, OTHER_DATA_TAB: _lay_out_other_data})


def _lay_out_denoise(page: Page, opened: Any) -> None:
    """Lay out and wire the tab that denoises a visitor's photo, or one to which noise was added."""
    with pages.workbench():
        with pages.column("source"):
            photo = pages.picture_input("Your photo", first=PHOTOS[0])
            thumbnails = gr.Column()
        with pages.column("stage"):
            stage = pages.before_after_stage(page, COMPARISON, INVITATION)
            with gr.Row():
                with gr.Column(min_width=280):
                    residual = pages.result_picture(f"Residual (what was removed), × {RESIDUAL_GAIN}")
                with gr.Column(min_width=280):
                    findings = gr.Markdown(LOSSY)
            with gr.Accordion(STRENGTHS, open=False) as strengths_part:
                strip_note, levels = gr.Markdown(STRENGTHS_INFO), gr.State((TILE, ()))
                strip = pages.captioned_image(STRENGTHS_LABEL, f"{pages.grid_classes(len(SHARES), 1)} {pages.FILLING}")
        with pages.column("settings"):
            added = gr.Slider(0, MAX_SIGMA, EXAMPLE_SIGMA, step=1, label="Add noise, σ", info=ADDED_INFO)
            method = gr.Radio(list(CHECKPOINTS), value=AUTOMATIC, label="Network", info=METHOD_INFO)
            sigma = gr.Slider(0, MAX_SIGMA, 25, step=0.5, label="Noise level σ", info=SIGMA_INFO, interactive=False)
            color = gr.Slider(0, 1, 1, step=0.05, label="Remove color noise", info=COLOR_INFO)
            keep_detail = gr.Slider(0, 1, 0, step=0.05, label="Keep detail", info=DETAIL_INFO)
            with gr.Accordion("Seed of the added noise", open=False):
                seed = pages.seed_number("The same seed gives the same noise.")
                randomize = gr.Button("Randomize", size="sm")
            inputs = photo, added, method, sigma, color, keep_detail, seed
            pages.background_job(page, denoise_in_background, inputs, BACKGROUND, BACKGROUND_INFO)
    with thumbnails:
        chosen = pages.examples(PHOTOS, photo, also={added: EXAMPLE_SIGMA}, own={added: 0})
    triggers = [opened, chosen, added, method, sigma, color, keep_detail, seed, stage.run.click]
    outputs = [stage.comparison, residual, findings, sigma, stage.download]
    demo = page.bind(denoise, triggers, inputs, outputs, stage.status, stage.stop)
    page.bind(
        strengths, [strengths_part.expand], [photo, added, seed], [strip, strip_note, levels], stage.status, stage.stop
    )
    chosen_level = gr.State(0)
    strip.select(_choose_level, [levels, chosen_level], [method, sigma, chosen_level], api_visibility="private")
    demo.start_at([chosen_level.change])
    method.change(lambda name: gr.update(interactive=name == BY_HAND), method, sigma, api_visibility="private")
    randomize.click(pages.random_seed, None, seed, api_visibility="private")


def _lay_out_other_data(page: Page, opened: Any) -> None:
    """Lay out and wire the tab that compares the two networks, only one of which was trained on such images."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(OTHER_DATA_TEXT)
            subject = gr.Radio(list(SUBJECTS), value="a photo", label="Image", info="Both networks denoise it.")
            sigma = gr.Slider(5, MAX_SIGMA, 50, step=5, label="Noise level σ", info=OTHER_DATA_NOISE_INFO)
            show = gr.Button("Denoise with both", variant="primary")
            stop = gr.Button("Stop", size="sm")
            status = page.status("")
        with pages.column("stage"):
            findings = gr.Markdown()
            with gr.Row():
                noisy = pages.captioned_image("Noisy")
                clean = pages.captioned_image("Clean (neither network has seen it)")
            with gr.Row():
                by_photographs = pages.captioned_image("Trained on photographs")
                by_digits = pages.captioned_image("Trained on digits")
            with gr.Row():
                errors = [pages.captioned_image(f"{ERROR}, {name}") for name in ("photographs", "digits")]
    outputs = [noisy, clean, by_photographs, by_digits, *errors, findings]
    page.bind(out_of_domain, [opened, show.click, subject, sigma], [subject, sigma], outputs, status, stop)


def denoise(
    plugin: Plugin,
    photo: Dropped,
    noise: float = 0,
    method: str = AUTOMATIC,
    sigma: float = 25,
    color: float = 1,
    keep_detail: float = 0,
    seed: int = 0,
) -> Steps[tuple[Any, ...]]:
    """Remove the noise from a photo.

    Args:
        photo: the photo to denoise: JPEG, PNG, WebP, GIF, TIFF or BMP.
        noise: standard deviation of the Gaussian noise to add first, 0 to 75 in 8-bit units.
        method: "Automatic", "Camera noise", "White noise" (the level is estimated) or "White noise, level by hand".
        sigma: noise level to remove, 0 to 75 in 8-bit units, for "White noise, level by hand".
        color: share of the color noise to remove, 0 to 1.
        keep_detail: share of what was removed in luma to add back, 0 to 1.
        seed: seed of the added noise.
    """
    photo = pages.require(photo, "photo")
    checkpoint = choose(CHECKPOINTS, method, "method")
    clean = images.load(photo)
    noisy = _add_noise(clean, noise, int(seed or 0))
    estimates = method != BY_HAND
    checkpoint = checkpoint or choose_network(noisy)

    def write(restored: Any) -> Steps[tuple[Any, ...]]:
        yield Progress(0, 1, unit=pages.WRITING)
        before, after, residual = pages.write_all(
            lambda: pages.write_png(noisy, pages.stem(photo, "before")),
            lambda: pages.write_result(restored.image, photo, "denoised"),
            lambda: pages.write_png(_residual(noisy, restored.image), pages.stem(photo, "residual")),
        )
        findings = [USED[checkpoint].format(restored.sigma)]
        findings += [ALMOST_NO_NOISE] if estimates and restored.sigma < ALMOST_CLEAN[checkpoint] else []
        findings += [_describe_gain(noisy, restored.image, clean)] if noise > 0 else []
        download = gr.DownloadButton(value=after, interactive=True)
        # A level set by hand is not written back: it may be being typed.
        shown_sigma = round(restored.sigma, 1) if estimates and checkpoint == "photographs" else gr.skip()
        return (before, after), residual, "\n\n".join([*findings, LOSSY]), shown_sigma, download

    settings = {"sigma": None if estimates else sigma, "color": color, "keep_detail": keep_detail}
    return (yield from then(plugin.stream("denoise", noisy, checkpoint=checkpoint, **settings), write, 1))


def strengths(plugin: Plugin, photo: Dropped, noise: float = 0, seed: int = 0) -> Steps[tuple[Any, ...]]:
    """Remove the noise from the center of a photo at five noise levels, side by side.

    Args:
        photo: the photo: JPEG, PNG, WebP, GIF, TIFF or BMP.
        noise: standard deviation of the Gaussian noise to add first, 0 to 75 in 8-bit units.
        seed: seed of the added noise.
    """
    whole = _add_noise(images.load(pages.require(photo, "photo")), noise, int(seed or 0))
    estimate = min(max(estimate_sigma(whole), SMALLEST_LEVEL), MAX_SIGMA / SHARES[-1])
    levels = [round(share * estimate, 1) for share in SHARES]
    tile = center_crop(whole[..., :3], min(TILE, whole.shape[0]), min(TILE, whole.shape[1]))
    tiles = []
    for i, level in enumerate(levels):
        yield Progress(i, len(levels), unit="Level")
        tiles.append(plugin.run("denoise", tile, sigma=level, checkpoint=CHECKPOINTS[BY_HAND]).image)
    note = STRENGTHS_NOTE.format(" · ".join(map(str, levels)))
    return pages.write_png(np.concatenate(tiles, axis=1), "strengths"), note, (tile.shape[1], levels)


def _choose_level(tiles: tuple[int, list[float]], count: int, click: gr.SelectData) -> tuple[str, float, int]:
    """Return the settings for the level that was clicked, and the number of clicks."""
    width, levels = tiles
    if not levels:
        raise UserError(LEVELS_GONE)
    return BY_HAND, levels[min(click.index[0] // width, len(levels) - 1)], count + 1


def denoise_in_background(plugin: Plugin, *settings: Any) -> Steps[str]:
    """Do what `denoise` does, and return the path of the denoised photo."""
    (_, after), *_ = yield from denoise(plugin, *settings)
    return str(after)


def out_of_domain(plugin: Plugin, subject: str = "a photo", noise: float = 50) -> Steps[tuple[Any, ...]]:
    """Denoise one image with the network trained on its kind and with the one trained on another kind.

    Args:
        subject: "digits" or "a photo".
        noise: standard deviation of the Gaussian noise that is added to it, 5 to 75 in 8-bit units.
    """
    clean = center_crop(images.load(choose(SUBJECTS, subject, "subject")), *CROP)
    noisy = _add_noise(clean, noise, 0)
    by_photographs = yield from plugin.stream("denoise", noisy, sigma=noise, checkpoint="photographs")
    by_digits = yield from plugin.stream("denoise", noisy, sigma=noise, checkpoint="digits")
    restored = by_photographs.image, by_digits.image
    errors = (ERROR_GAIN * np.abs(image - clean) for image in restored)
    paths = [pages.write_png(image, "picture") for image in (noisy, clean, *restored, *errors)]
    before, photographs, digits = (psnr(image, clean) for image in (noisy, *restored))
    findings = (
        f"Noisy {before:.1f} dB. Trained on photographs **{photographs:.1f} dB**, on digits **{digits:.1f} dB** "
        "(PSNR, higher is better). A network restores what it was trained on, and finds it everywhere."
    )
    return *paths, findings


def _add_noise(image: Image, sigma: float, seed: int) -> Image:
    """Return `image` (h, w, 3 or 4) with noise in its color channels; alpha is unchanged."""
    check_range("The noise to add", sigma, 0, MAX_SIGMA)
    return images.with_alpha_of(add_noise(image[..., :3], sigma, seed), image) if sigma else image


def _residual(noisy: Image, restored: Image) -> Image:
    """Return what was removed, enlarged, around a mean gray: (h, w, 3), or every few pixels of a large image."""
    step = ceil(sqrt(noisy.shape[0] * noisy.shape[1] / 1e6 / LARGEST_RESIDUAL))
    before, after = (images.composite_on_white(image[::step, ::step]) for image in (noisy, restored))
    return 0.5 + RESIDUAL_GAIN * (before - after)


def _describe_gain(noisy: Image, restored: Image, clean: Image) -> str:
    """Return as Markdown the PSNR before and after, of images (h, w, 3 or 4)."""
    truth = images.composite_on_white(clean)
    before, after = (psnr(images.composite_on_white(image), truth) for image in (noisy, restored))
    return f"**{before:.1f} → {after:.1f} dB** (PSNR against the clean image). {HOW_IT_LEARNED}"
