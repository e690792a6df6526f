"""The tab "Reconstruct": digits compressed to few latent dimensions by PCA, an autoencoder and a VAE."""

from __future__ import annotations

import json
from typing import Any

import gradio as gr

from core.imaging.images import Image
from core.plugin import Plugin
from core.progress import Progress, Steps
from core.training.cats import CREDIT
from core.web import charts, pages
from core.web.pages import Page
from core.web.sheets import write_rows

from .. import example_images
from ..latents import COMPARED_DIMENSIONS
from . import controls
from .cat_sheets import write_cats

INTRODUCTION = (
    "**784 pixels in 2, 4, 8, 16 or 32 latent dimensions.** PCA is linear: it adds up fixed images. An autoencoder "
    "(AE) is not, and reconstructs better. A variational one (VAE) also pays the KL divergence, which keeps latent "
    "vectors close together; that costs most where it has dimensions to spare."
)
METHODS = {"pca": "PCA", "ae": "Autoencoder (AE)", "vae": "Variational autoencoder (VAE)"}
ORIGINAL, ROW_LABEL = "original", "{} dims"
CATS_CAPTION = (
    "**A VAE of cats**: 12,288 values in 32 latent dimensions, of which those that matter most are kept, the others 0"
)
CHART_TITLE = "**Error on 10,000 test digits**"
CHART_AXES = charts.Axes("latent dimensions", "mean squared error")

SCORES = example_images.FOLDER / "scores.json"  # the output of `evaluate` for the bundled networks
CAT_CHECKPOINT = "cats_vae_32"
COLUMNS, CAT_COLUMNS = 8, 6  # images in a row: fewer where they are larger


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        seed, status = controls.test_images_column(page, INTRODUCTION)
        with pages.column("stage"):
            with gr.Row():
                sheets = [pages.captioned_image(f"**{name}**", pages.SHEET) for name in METHODS.values()]
            gr.Markdown(CHART_TITLE)
            gr.HTML(_render_errors())
            sheets.append(pages.captioned_image(CATS_CAPTION, pages.SHEET))
            gr.Markdown(CREDIT)
    page.bind(compare_reconstructions, [opened, seed], [seed], sheets, status)


def compare_reconstructions(plugin: Plugin, seed: int = 0) -> Steps[tuple[str, ...]]:
    """Reconstruct eight digits from 2, 4, 8, 16 and 32 latent dimensions, by PCA, an autoencoder and a VAE; and cats.

    Args:
        seed: seed of the digits, and of the cats.
    """
    digits, cats = (
        example_images.choose_random(subject, COLUMNS, int(seed or 0)).pictures
        for subject in ("mnist", example_images.CATS)
    )
    rows: dict[str, dict[str, Image]] = {method: {ORIGINAL: digits} for method in METHODS}
    rows[example_images.CATS] = {ORIGINAL: cats}
    for done, dimensions in enumerate(COMPARED_DIMENSIONS):
        yield Progress(done, len(COMPARED_DIMENSIONS))
        label = ROW_LABEL.format(dimensions)
        rows["pca"][label] = plugin.run("reconstruct", digits, keep=dimensions, checkpoint="mnist_pca")
        for method in ("ae", "vae"):
            rows[method][label] = plugin.run("reconstruct", digits, checkpoint=f"mnist_{method}_{dimensions}")
        rows[example_images.CATS][label] = plugin.run("reconstruct", cats, keep=dimensions, checkpoint=CAT_CHECKPOINT)
    cat_rows = rows.pop(example_images.CATS)
    sheets = [write_rows(each.items(), method) for method, each in rows.items()]
    return *sheets, write_cats([*cat_rows], [row[:CAT_COLUMNS] for row in cat_rows.values()], "cats")


def _render_errors() -> str:
    """Return the chart of the error of each method by the number of latent dimensions."""
    scores = json.loads(SCORES.read_text())
    curves = {
        name: [scores[f"mnist_{method}_mse_{dimensions}"] for dimensions in COMPARED_DIMENSIONS]
        for method, name in METHODS.items()
    }
    return charts.render_curves(curves, CHART_AXES, x=COMPARED_DIMENSIONS)
