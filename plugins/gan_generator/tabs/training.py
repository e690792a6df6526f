"""The tab that shows how a generator was trained: snapshots of generated images, losses and accuracies."""

from __future__ import annotations

import functools
from typing import Any

import gradio as gr
import numpy as np
from numpy.typing import NDArray

from core.errors import check_range
from core.imaging import images
from core.plugin import Plugin
from core.progress import Steps
from core.training.runs import read_snapshots
from core.web import charts, pages, playback, sheets
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
STEP_LABEL, STEP_INFO = (
    "Snapshot",
    "Drag to the left for earlier epochs: later rows are dark, and a line marks the curves.",
)
NOT_YET = 0.25  # brightness of the rows that come later
ROWS_CAPTION = "Generated from the same latent vectors in the course of training"


@functools.cache
def read(checkpoint: str) -> dict[str, NDArray[Any]]:
    """Return the snapshots and metrics of a generator's training: see `core.training.callbacks.Snapshots`."""
    return read_snapshots(EXAMPLES / f"{checkpoint}_snapshots.npz")


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    last = len(read(CHECKPOINT)["epochs"]) - 1
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(INTRODUCTION)
            step = gr.Slider(0, last, last, step=1, label=STEP_LABEL, info=STEP_INFO)
            player = playback.controls()
            status = page.status("")
        with pages.column("stage"):
            shown = pages.captioned_image(ROWS_CAPTION, pages.SHEET)
            with gr.Row():
                plots = [pages.chart(title) for title in CURVES]
    page.bind(show_training, [opened, step], [step], [shown, *plots], status, live=True)
    outputs = [step, shown, *plots]
    page.bind(
        play_training, [player.play.click], [step, player.speed], outputs, status, player.pause, long_running=True
    )


def show_training(plugin: Plugin, step: int = 0) -> tuple[Any, ...]:
    """Show the generator of digits up to one moment of its training: images from the same latent vectors, and metrics.

    Args:
        step: which snapshot; 0 is the first.
    """
    snapshots, step = read(CHECKPOINT), int(step)
    check_range("snapshot", step, 0, len(snapshots["epochs"]) - 1)
    rows = [
        (f"epoch {epoch}", images.from_uint8(pictures[:IN_A_ROW]) * np.float32(1 if row <= step else NOT_YET))
        for row, (epoch, pictures) in enumerate(zip(snapshots["epochs"], snapshots["pictures"], strict=True))
    ]
    plots = [_render(title, snapshots, int(snapshots["epochs"][step])) for title in CURVES]
    return sheets.write_rows(rows, "training", scale=SCALE), *plots


def play_training(plugin: Plugin, step: int = 0, speed: str = playback.NORMAL) -> Steps[tuple[Any, ...]]:
    """Show the snapshots of the training one after the other, from one on; from the first one, if that is the last.

    Args:
        step: the snapshot to begin with.
        speed: "slow", "normal" or "fast".
    """
    last = len(read(CHECKPOINT)["epochs"]) - 1
    return (yield from playback.play(functools.partial(show_training, plugin), int(step), last, speed))


def _render(title: str, snapshots: dict[str, NDArray[Any]], marker: int) -> str:
    curves = {name: snapshots[key].tolist() for name, key in CURVES[title].items()}
    return charts.render_curves(curves, charts.Axes("epoch", title), marker=marker)
