"""The tabs that set networks side by side: how far pictures can be compressed, and what is lost on the way."""

from __future__ import annotations

import json
from typing import Any

import gradio as gr
import pandas as pd

from core.imaging.images import Image
from core.plugin import Plugin
from core.progress import Progress, Steps
from core.web import pages
from core.web.pages import Page
from core.web.sheets import write_rows

from .. import example_images
from ..recipes import DIMENSIONS

METHODS = {"pca": "PCA", "ae": "Autoencoder", "vae": "Variational autoencoder"}
SCORES = example_images.EXAMPLES / "scores.json"  # what `evaluate` printed of the bundled networks
ACROSS = 8  # pictures in a row
LOSSES = {"mnist_ae_8": "squared", "mnist_ae_mae": "absolute", "mnist_ae_bce": "likelihood"}
TEACHERS = {"digits": "mnist_vae_16", "clothes": "fashion_vae_16"}


def lay_out_compression(page: Page, opened: Any) -> None:
    """Lay out and wire the tab that compresses pictures to few numbers, by three methods."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(
                "**784 pixels in 2, 4, 8, 16 or 32 numbers.** PCA may only add up fixed pictures; an autoencoder may "
                "bend. A variational one pays for codes that lie close together, most where it has numbers to spare."
            )
            seed = pages.seed_with_button("The same seed, the same pictures.", "Other pictures")
            status = page.status("")
        with pages.column("stage"):
            with gr.Row():
                sheets = [pages.captioned_image(f"**{name}**") for name in METHODS.values()]
            gr.LinePlot(
                _errors(),
                x="numbers in a code",
                y="squared error of a pixel",
                color="by",
                x_title="numbers in a code",
                title="Error on 10,000 test digits",
                height=300,
            )
    page.bind(compress, [opened, seed.change], [seed], sheets, status)


def compress(plugin: Plugin, seed: int = 0) -> Steps[tuple[str, ...]]:
    """Compress eight digits to 2, 4, 8, 16 and 32 numbers, by PCA, an autoencoder and a variational one.

    Args:
        seed: seed of the digits.
    """
    digits = example_images.draw_some("mnist", ACROSS, int(seed or 0)).pictures
    rows: dict[str, dict[str, Image]] = {method: {"original": digits} for method in METHODS}
    for done, count in enumerate(DIMENSIONS):
        yield Progress(done, len(DIMENSIONS))
        words = f"{count} numbers"
        rows["pca"][words] = plugin.run("reconstruct", digits, keep=count, checkpoint="mnist_pca")
        for method in ("ae", "vae"):
            rows[method][words] = plugin.run("reconstruct", digits, checkpoint=f"mnist_{method}_{count}")
    return tuple(write_rows(each.items(), method) for method, each in rows.items())


def lay_out_losses(page: Page, opened: Any) -> None:
    """Lay out and wire the tab that shows what is lost, by which loss, and in whose hands."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(
                "**Lossy.** What is kept depends on how errors were counted. **Data-specific.** A network that knows "
                "clothes sees digits as clothes."
            )
            seed = pages.seed_with_button("The same seed, the same pictures.", "Other pictures")
            status = page.status("")
        with pages.column("stage"):
            by_loss = pages.captioned_image(
                "**Three losses**, 8 numbers each: squared or absolute errors, or the pixels' likelihood"
            )
            with gr.Row():
                teachers = [
                    pages.captioned_image(f"**{subject.capitalize()}**, by networks that learnt one or the other")
                    for subject in TEACHERS
                ]
    page.bind(lose, [opened, seed.change], [seed], [by_loss, *teachers], status)


def lose(plugin: Plugin, seed: int = 0) -> Steps[tuple[str, ...]]:
    """Draw what networks that learnt by different errors, or from other pictures, leave of test pictures.

    Args:
        seed: seed of the pictures.
    """
    yield Progress(0, len(LOSSES) + len(TEACHERS))
    digits, clothes = (example_images.draw_some(data, ACROSS, int(seed or 0)).pictures for data in ("mnist", "fashion"))
    by_loss = {"original": digits}
    for checkpoint, name in LOSSES.items():
        by_loss[name] = plugin.run("reconstruct", digits, checkpoint=checkpoint)
        yield Progress(len(by_loss) - 1, len(LOSSES) + len(TEACHERS))
    by_teacher = [
        {"original": shown}
        | {f"by {name}": plugin.run("reconstruct", shown, checkpoint=teacher) for name, teacher in TEACHERS.items()}
        for shown in (digits, clothes)
    ]
    return write_rows(by_loss.items(), "losses"), *(write_rows(rows.items(), "teachers") for rows in by_teacher)


def _errors() -> pd.DataFrame:
    scores = json.loads(SCORES.read_text())
    rows = [
        (count, scores[f"mnist_{method}_mse_{count}"], METHODS[method]) for method in METHODS for count in DIMENSIONS
    ]
    return pd.DataFrame(rows, columns=["numbers in a code", "squared error of a pixel", "by"])
