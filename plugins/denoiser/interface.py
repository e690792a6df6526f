"""The denoiser's page: clean a photo, and see what a network does with pictures of a kind it has never seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from core.errors import UserError, choose
from core.imaging import images
from core.imaging.images import Image
from core.imaging.metrics import psnr
from core.plugin import Plugin
from core.progress import Steps
from core.web import pages
from core.web.pages import Dropped, Page

from .noise import LARGEST_SIGMA, add_noise

EXAMPLES = Path(__file__).parent / "examples"
PHOTOS = sorted(EXAMPLES.glob("*.jpg"))
DIGITS = EXAMPLES / "digits.png"
SUBJECTS = {"digits": DIGITS, "a photo": EXAMPLES / "tea-gardens.jpg"}
RESIDUAL_GAIN = 3
EXAMPLE_NOISE = 25
LOSSY = "**Lossy.** Whatever you can recognise in what was taken out is lost: the network took it for noise."


def build_interface(plugin: Plugin) -> gr.Blocks:
    """Return the page."""
    page = Page(plugin)
    with page.blocks:
        page.header()
        with gr.Tabs():
            with gr.Tab("Clean a photo"):
                _cleaning(page)
            with gr.Tab("The wrong teacher"):
                _teachers(page)
        page.footer()
    return page.blocks


def _cleaning(page: Page) -> None:
    """Lay out and wire the tab that cleans a visitor's photo, or one to which noise was added."""
    with pages.workbench():
        with pages.column("source"):
            photo = pages.picture_input("Your photo")
            thumbnails = gr.Column()
        with pages.column("stage"):
            before_after = pages.comparison("Before and after: drag the line")
            status = page.status("Drop a photo, or pick one: it is cleaned at once.")
            with gr.Row():
                stop = gr.Button("Stop", size="sm", scale=0, min_width=80)
                download = gr.DownloadButton("Download PNG", variant="primary", size="sm", scale=0, interactive=False)
            with gr.Row():
                with gr.Column(min_width=280):
                    residual = pages.result_picture(f"What was taken out, × {RESIDUAL_GAIN}")
                with gr.Column(min_width=280):
                    findings = gr.Markdown(LOSSY)
        with pages.column("settings"):
            added = gr.Slider(
                0, LARGEST_SIGMA, 0, step=1, label="Noise to add first", info="Spoils a clean picture, to clean it."
            )
            automatic = gr.Checkbox(True, label="Find the strength", info="Measures how noisy the picture is.")
            sigma = gr.Slider(
                0,
                LARGEST_SIGMA,
                25,
                step=0.5,
                label="Strength",
                info="Higher takes out more grain, and more detail. Untick the box above to set it.",
                interactive=False,
            )
            with gr.Accordion("Seed of the added noise", open=False):
                seed = pages.seed_number("The same seed, the same grain.")
                randomise = gr.Button("Draw another", size="sm")
    with thumbnails:
        pages.examples(PHOTOS, photo, also={added: EXAMPLE_NOISE})
    inputs = [photo, added, automatic, sigma, seed]
    triggers = [page.blocks.load, photo.change, added.change, automatic.input, sigma.release, seed.change]
    page.bind(denoise, triggers, inputs, [before_after, residual, findings, sigma, download], status, stop)
    photo.upload(lambda: 0, None, added, api_visibility="private")  # a visitor's own photo is cleaned as it is
    automatic.input(lambda found: gr.Slider(interactive=not found), automatic, sigma, api_visibility="private")
    randomise.click(pages.random_seed, None, seed, api_visibility="private")


def _teachers(page: Page) -> None:
    """Lay out and wire the tab that gives one noisy picture to a network that knows its kind and one that does not."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown("**Data-specific.** One network has only ever seen photographs, the other only digits.")
            subject = gr.Radio(list(SUBJECTS), value="a photo", label="Give both", info="The picture to spoil.")
            noise = gr.Slider(
                5, LARGEST_SIGMA, 50, step=5, label="Noise", info="The more noise, the more is left to imagination."
            )
            show = gr.Button("Show what they make of it", variant="primary")
            stop = gr.Button("Stop", size="sm")
            status = page.status("")
        with pages.column("stage"):
            findings = gr.Markdown()
            with gr.Row():
                noisy = pages.captioned_image("Noisy")
                clean = pages.captioned_image("Clean, seen by neither")
            with gr.Row():
                photographer = pages.captioned_image("By the one that learnt photographs")
                scribe = pages.captioned_image("By the one that learnt digits")
    outputs = [noisy, clean, photographer, scribe, findings]
    page.bind(compare_teachers, [show.click, subject.input, noise.release], [subject, noise], outputs, status, stop)


def denoise(
    plugin: Plugin,
    photo: Dropped,
    noise: float = 0,
    automatic: bool = True,
    sigma: float = 25,
    seed: int = 0,
) -> Steps[tuple[Any, ...] | None]:
    """Remove the noise from a photo.

    Args:
        photo: the picture to clean: JPEG, PNG, WebP, GIF, TIFF or BMP.
        noise: how much Gaussian noise to add first, 0 to 75 in 8-bit units.
        automatic: whether to estimate the strength from the picture; `sigma` is then not used.
        sigma: how much noise to take out, 0 to 75 in 8-bit units.
        seed: seed of the added noise.
    """
    if photo is None:
        return None
    clean = images.load(photo)
    noisy = _spoil(clean, noise, int(seed or 0))
    restored = yield from plugin.stream("denoise", noisy, sigma=None if automatic else sigma)
    before = pages.write_png(noisy, pages.stem(photo, "before"))
    after = pages.write_png(restored.image, pages.stem(photo, "denoised"), images.bit_depth(photo))
    taken_out = noisy[..., :3] - restored.image[..., :3]
    residual = pages.write_png(0.5 + RESIDUAL_GAIN * taken_out, pages.stem(photo, "residual"))
    words = _findings(restored.sigma, (noisy, restored.image, clean) if noise > 0 else None)
    return (before, after), residual, words, round(restored.sigma, 1), gr.DownloadButton(value=after, interactive=True)


def compare_teachers(plugin: Plugin, subject: str = "a photo", noise: float = 50) -> Steps[tuple[Any, ...]]:
    """Denoise one picture with a network that was trained on its kind, and with one that was not.

    Args:
        subject: "digits" or "a photo".
        noise: how much Gaussian noise is added to it, 5 to 75 in 8-bit units.
    """
    clean = images.load(choose(SUBJECTS, subject, "subject"))
    noisy = _spoil(clean, noise, 0)
    by_photographs = yield from plugin.stream("denoise", noisy, sigma=noise, checkpoint="photographs")
    by_digits = yield from plugin.stream("denoise", noisy, sigma=noise, checkpoint="digits")
    restored = by_photographs.image, by_digits.image
    paths = [pages.write_png(image, "picture") for image in (noisy, clean, *restored)]
    before, photographs, digits = (psnr(image, clean) for image in (noisy, *restored))
    words = (
        f"Noisy {before:.1f} dB. Trained on photographs **{photographs:.1f} dB**, on digits **{digits:.1f} dB** "
        "(PSNR, more is better). A network restores what it has seen, and sees it everywhere."
    )
    return *paths, words


def _spoil(image: Image, noise: float, seed: int) -> Image:
    """Return `image` with noise in its colours; its transparency, if any, stays."""
    if not 0 <= noise <= LARGEST_SIGMA:
        raise UserError(f"The noise to add is {noise:g}: use 0 to {LARGEST_SIGMA:g}.")
    return np.concatenate([add_noise(image[..., :3], noise, seed), image[..., 3:]], axis=-1)


def _findings(sigma: float, known: tuple[Image, Image, Image] | None) -> str:
    """Return in words the strength used and, where the clean picture is `known` (noisy, restored, clean), the gain."""
    lines = [f"**σ {sigma:.1f}** (of 255) was taken out."]
    if known:
        noisy, restored, clean = (image[..., :3] for image in known)
        lines.append(
            f"**{psnr(noisy, clean):.1f} → {psnr(restored, clean):.1f} dB** (PSNR to the clean picture). The network "
            "learnt from such pairs: a clean picture, and the same with noise added."
        )
    return "\n\n".join([*lines, LOSSY])
