"""The tab "Loss functions": what reconstructions lose, by the loss and by the data that a network was trained with."""

from __future__ import annotations

from typing import Any

import gradio as gr

from core.imaging.images import Image
from core.plugin import Plugin
from core.progress import Progress, Steps
from core.web import pages
from core.web.pages import Page
from core.web.sheets import write_rows

from .. import example_images
from . import controls

INTRODUCTION = (
    "**Lossy.** What a reconstruction keeps depends on how the loss counts errors. **Data-specific.** A network that "
    "was trained on clothes sees digits as clothes."
)
LOSSES_CAPTION = (
    "**Three loss functions**, 8 latent dimensions each: squared error (MSE), absolute error (MAE), binary "
    "cross-entropy (BCE)"
)
DATA_CAPTION = "**{}**, reconstructed by VAEs trained on one or the other"
ORIGINAL, BY_DATA = "original", "by {}"

LOSSES = {"mnist_ae_8": "MSE", "mnist_ae_mae": "MAE", "mnist_ae_bce": "BCE"}
TRAINED_ON = {"digits": "mnist_vae_16", "clothes": "fashion_vae_16"}
COLUMNS = 8  # images in a row


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        seed, status = controls.test_images_column(page, INTRODUCTION)
        with pages.column("stage"):
            by_loss = pages.captioned_image(LOSSES_CAPTION, pages.SHEET)
            with gr.Row():
                by_data = [
                    pages.captioned_image(DATA_CAPTION.format(name.capitalize()), pages.SHEET) for name in TRAINED_ON
                ]
    page.bind(compare_losses, [opened, seed], [seed], [by_loss, *by_data], status)


def compare_losses(plugin: Plugin, seed: int = 0) -> Steps[tuple[str, ...]]:
    """Reconstruct test images by networks trained with different losses, and by networks trained on other data.

    Args:
        seed: seed of the images.
    """
    total = len(LOSSES) + len(TRAINED_ON)
    yield Progress(0, total)
    digits, clothes = (
        example_images.choose_random(data, COLUMNS, int(seed or 0)).pictures for data in ("mnist", "fashion")
    )
    by_loss = {ORIGINAL: digits}
    for checkpoint, name in LOSSES.items():
        by_loss[name] = plugin.run("reconstruct", digits, checkpoint=checkpoint)
        yield Progress(len(by_loss) - 1, total)
    by_data = [_reconstruct_by_data(plugin, pictures) for pictures in (digits, clothes)]
    return write_rows(by_loss.items(), "losses"), *(write_rows(rows.items(), "data") for rows in by_data)


def _reconstruct_by_data(plugin: Plugin, pictures: Image) -> dict[str, Image]:
    """Return the original images and their reconstructions by the network of each data set, by row label."""
    return {ORIGINAL: pictures} | {
        BY_DATA.format(name): plugin.run("reconstruct", pictures, checkpoint=checkpoint)
        for name, checkpoint in TRAINED_ON.items()
    }
