"""The tab that shows how a generator was trained: snapshots of generated images, losses and accuracies."""

from __future__ import annotations

import functools
from typing import Any

import gradio as gr
from numpy.typing import NDArray

from core.imaging import images
from core.plugin import Plugin
from core.training.runs import read_snapshots
from core.web import charts, pages, sheets
from core.web.pages import Page

from ..reference_set import EXAMPLES

CHECKPOINT = "mnist"  # the generator of the cats was first trained alone: no contest to show
IN_A_ROW, SCALE = 12, 4  # images; how many times they are enlarged: squares of four pixels take few bytes
CURVES = {
    "Loss": {"discriminator": "discriminator_loss", "generator": "generator_loss"},
    "Discriminator accuracy": {"real": "accuracy_on_real", "generated": "accuracy_on_fake"},
}

INTRODUCTION = (
    "**Two networks that compete**, here over digits. Each row is generated from the same latent vectors, later and "
    "later in the training. The losses do not fall steadily as they do elsewhere: what one network gains, the other "
    "loses, so they go up and down. A discriminator with an accuracy of 1 gives the generator nothing to learn from; "
    "near 0.5 the two are evenly matched."
)
ROWS_CAPTION = "Generated from the same latent vectors in the course of training"


@functools.cache
def read(checkpoint: str) -> dict[str, NDArray[Any]]:
    """Return the snapshots and metrics of a generator's training: see `core.training.callbacks.Snapshots`."""
    return read_snapshots(EXAMPLES / f"{checkpoint}_snapshots.npz")


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(INTRODUCTION)
            status = page.status("")
        with pages.column("stage"):
            shown = pages.captioned_image(ROWS_CAPTION, pages.SHEET)
            with gr.Row():
                plots = [pages.chart(title) for title in CURVES]
    page.bind(show_training, [opened], [], [shown, *plots], status)


def show_training(plugin: Plugin) -> tuple[Any, ...]:
    """Show how the generator of digits was trained: images from the same latent vectors, losses and accuracies."""
    snapshots = read(CHECKPOINT)
    rows = [
        (f"epoch {epoch}", images.from_uint8(pictures[:IN_A_ROW]))
        for epoch, pictures in zip(snapshots["epochs"], snapshots["pictures"], strict=True)
    ]
    return sheets.write_rows(rows, "training", scale=SCALE), *(_render(title, snapshots) for title in CURVES)


def _render(title: str, snapshots: dict[str, NDArray[Any]]) -> str:
    curves = {name: snapshots[key].tolist() for name, key in CURVES[title].items()}
    return charts.render_curves(curves, charts.Axes("epoch", title))
