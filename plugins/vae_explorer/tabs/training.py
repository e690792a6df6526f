"""The tab "Training": the latent space of the default network after a number of epochs, and both terms of its loss."""

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
from core.web import charts, pages, playback
from core.web.pages import Page

from .. import example_images
from . import map_rendering

INTRODUCTION = (
    "**How the map is formed.** Before training all latent vectors lie in one heap, and every position is decoded to "
    "the same gray smudge. Then the classes separate, while the KL divergence pulls them together, until they fill "
    "the plane without gaps."
)
STEP_LABEL, STEP_INFO = "Snapshot", "Drag to the left for earlier epochs; 0 is before training."
MAP_LABEL = "The latent space, with 1,000 test digits"
BEFORE_TRAINING, AFTER_EPOCH = "**Before training**", "**After epoch {}**"
CURVES = {"reconstruction_error": "Squared error of an image", "kl_divergence": "KL divergence (nats)"}
LEGEND = "default network"
EPOCH = "epoch"

SNAPSHOTS = example_images.FOLDER / "training_snapshots.npz"


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    snapshots = _snapshots()
    last = len(snapshots["epochs"]) - 1
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(INTRODUCTION)
            step = gr.Slider(0, last, last, step=1, label=STEP_LABEL, info=STEP_INFO)
            player = playback.controls()
            status = page.status("")
            gr.HTML(map_rendering.legend("mnist"), padding=False)
        with pages.column("stage"):
            shown = pages.captioned_image(MAP_LABEL, pages.FILLING)
            caption = gr.Markdown()
            with gr.Row():
                curves = [pages.chart(title) for title in CURVES.values()]
    page.bind(show_snapshot, [opened, step], [step], [shown, caption, *curves], status, live=True)
    outputs = [step, shown, caption, *curves]
    page.bind(
        play_training, [player.play.click], [step, player.speed], outputs, status, player.pause, long_running=True
    )


def show_snapshot(plugin: Plugin, step: int = 0) -> tuple[str, ...]:
    """Render the latent space as it was at one moment of training, and mark it on the curves of both loss terms.

    Args:
        step: which snapshot; 0 is before training.
    """
    snapshots, step = _snapshots(), int(step)
    check_range("snapshot", step, 0, len(snapshots["epochs"]) - 1)
    manifold = images.from_uint8(snapshots["manifolds"][step])
    positions = snapshots["positions"][step].astype(np.float32)
    labels = example_images.read("mnist").labels[: len(positions)]
    path = pages.write_png(map_rendering.render_map(manifold, positions, labels), "latent_space")
    epoch = int(snapshots["epochs"][step])
    curves = [
        charts.render_curves({LEGEND: snapshots[name].tolist()}, charts.Axes(EPOCH, title), marker=epoch)
        for name, title in CURVES.items()
    ]
    return path, AFTER_EPOCH.format(epoch) if epoch else BEFORE_TRAINING, *curves


def play_training(plugin: Plugin, step: int = 0, speed: str = "normal") -> Steps[tuple[Any, ...]]:
    """Show the snapshots of the training one after the other, from one on; from the first one, if that is the last.

    Args:
        step: the snapshot to begin with.
        speed: "slow", "normal" or "fast".
    """
    last = len(_snapshots()["epochs"]) - 1
    return (yield from playback.play(functools.partial(show_snapshot, plugin), int(step), last, speed))


@functools.cache
def _snapshots() -> dict[str, NDArray[Any]]:
    """Return the snapshots of the default network's training run."""
    return read_snapshots(SNAPSHOTS)
