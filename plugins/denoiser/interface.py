"""The denoiser's page: denoise a photo, and see what a network does to images unlike its training data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from core.errors import check_range, choose
from core.imaging import images
from core.imaging.images import Image
from core.imaging.metrics import psnr
from core.imaging.resizing import center_crop
from core.plugin import Plugin
from core.progress import Progress, Steps, then
from core.web import pages
from core.web.pages import Dropped, Page

from .noise import MAX_SIGMA, add_noise

EXAMPLES = Path(__file__).parent / "examples"
PHOTOS = sorted(EXAMPLES.glob("*.jpg"))
SUBJECTS = {"digits": EXAMPLES / "digits.png", "a photo": EXAMPLES / "tea-gardens.jpg"}
RESIDUAL_GAIN, ERROR_GAIN, FILES = 3, 4, 3
CROP = 256, 384  # pixels of the photo on the second tab: small enough to see each
EXAMPLE_SIGMA = 25

DENOISE_TAB, OTHER_DATA_TAB = "Denoise a photo", "Trained on other data"
COMPARISON = "Before and after"
INVITATION = "Drop a photo, or pick one: it is denoised at once."
LOSSY = "**Lossy.** Detail that you can recognize in the residual was removed with the noise."
ALMOST_CLEAN = 2.0  # σ, below which a visitor is told what to do
ALMOST_NO_NOISE = "**Almost no noise found.** If you see grain, untick the box and raise the noise level."
BACKGROUND = "Denoise in the background"
BACKGROUND_INFO = "For large photos: go on using the page, and download the file at the end."
HOW_IT_LEARNED = "The network was trained on such pairs: a clean image, and the same image with noise added."
ADDED_INFO = "To try it on a clean photo: adds Gaussian noise first."
ESTIMATE_INFO = "Measures the noise level of the photo."
SIGMA_INFO = "Higher removes more noise, and more detail. Untick the box above to set it."
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
        with pages.column("settings"):
            added = gr.Slider(0, MAX_SIGMA, EXAMPLE_SIGMA, step=1, label="Add noise, σ", info=ADDED_INFO)
            estimate = gr.Checkbox(True, label="Estimate the noise level automatically", info=ESTIMATE_INFO)
            sigma = gr.Slider(0, MAX_SIGMA, 25, step=0.5, label="Noise level σ", info=SIGMA_INFO, interactive=False)
            with gr.Accordion("Seed of the added noise", open=False):
                seed = pages.seed_number("The same seed gives the same noise.")
                randomize = gr.Button("Randomize", size="sm")
            inputs = photo, added, estimate, sigma, seed
            pages.background_job(page, denoise_in_background, inputs, BACKGROUND, BACKGROUND_INFO)
    with thumbnails:
        chosen = pages.examples(PHOTOS, photo, also={added: EXAMPLE_SIGMA}, own={added: 0})
    triggers = [opened, chosen, added, estimate, sigma, seed, stage.run.click]
    outputs = [stage.comparison, residual, findings, sigma, stage.download]
    page.bind(denoise, triggers, inputs, outputs, stage.status, stage.stop)
    estimate.change(lambda automatic: gr.update(interactive=not automatic), estimate, sigma, api_visibility="private")
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
    automatic: bool = True,
    sigma: float = 25,
    seed: int = 0,
) -> Steps[tuple[Any, ...]]:
    """Remove the noise from a photo.

    Args:
        photo: the photo to denoise: JPEG, PNG, WebP, GIF, TIFF or BMP.
        noise: standard deviation of the Gaussian noise to add first, 0 to 75 in 8-bit units.
        automatic: whether to estimate the noise level from the photo; `sigma` is then ignored.
        sigma: noise level to remove, 0 to 75 in 8-bit units.
        seed: seed of the added noise.
    """
    photo = pages.require(photo, "photo")
    clean = images.load(photo)
    noisy = _add_noise(clean, noise, int(seed or 0))

    def write(restored: Any) -> Steps[tuple[Any, ...]]:
        yield Progress(0, FILES, unit=pages.WRITING)
        before = pages.write_png(noisy, pages.stem(photo, "before"))
        yield Progress(1, FILES, unit=pages.WRITING)
        after = pages.write_result(restored.image, photo, "denoised")
        yield Progress(2, FILES, unit=pages.WRITING)
        removed = noisy[..., :3] - restored.image[..., :3]
        residual = pages.write_png(0.5 + RESIDUAL_GAIN * removed, pages.stem(photo, "residual"))
        findings = _describe(restored.sigma, automatic, (noisy, restored.image, clean) if noise > 0 else None)
        download = gr.DownloadButton(value=after, interactive=True)
        shown_sigma = round(restored.sigma, 1) if automatic else gr.skip()  # it may be being typed
        return (before, after), residual, findings, shown_sigma, download

    return (yield from then(plugin.stream("denoise", noisy, sigma=None if automatic else sigma), write, FILES))


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
    return np.concatenate([add_noise(image[..., :3], sigma, seed), image[..., 3:]], axis=-1)


def _describe(sigma: float, estimated: bool, known: tuple[Image, Image, Image] | None) -> str:
    """Return as Markdown the noise level used and, where the clean image is known, the gain in PSNR.

    Args:
        sigma: the noise level, 0 to 255.
        estimated: whether it was estimated from the photo.
        known: (noisy, restored, clean), or None where no noise was added.
    """
    lines = [f"Noise level used: **σ = {sigma:.1f}** (0 to 255 scale)."]
    if estimated and sigma < ALMOST_CLEAN:
        lines.append(ALMOST_NO_NOISE)
    if known:
        noisy, restored, clean = (image[..., :3] for image in known)
        gain = f"**{psnr(noisy, clean):.1f} → {psnr(restored, clean):.1f} dB** (PSNR against the clean image)."
        lines.append(f"{gain} {HOW_IT_LEARNED}")
    return "\n\n".join([*lines, LOSSY])
