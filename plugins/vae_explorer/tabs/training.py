"""The tab that shows how the plane of codes took shape in training, epoch by epoch, and both parts of the loss."""

from __future__ import annotations

import functools
from typing import Any

import gradio as gr
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import UserError
from core.imaging import images
from core.plugin import Plugin
from core.web import pages
from core.web.pages import Page

from .. import example_images

SNAPSHOTS = example_images.EXAMPLES / "formation.npz"
PARTS = {"reconstruction": "Squared error of a picture", "divergence": "Divergence in nats"}


@functools.cache
def read() -> dict[str, NDArray[np.generic]]:
    """Return what the training of the default network left behind: see `core.training.callbacks.Snapshots`."""
    with np.load(SNAPSHOTS) as stored:
        return dict(stored)


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    known = read()
    last = len(known["epochs"]) - 1
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(
                "**How the map formed.** At first all codes lie in a heap, and every place is the same smudge. Classes "
                "part; then the divergence pulls them together again, until they fill the plane without gaps."
            )
            step = gr.Slider(
                0, last, last, step=1, label="Snapshot", info="Drag back to before training, and watch it to its end."
            )
            status = page.status("")
            gr.HTML(example_images.legend("mnist"), padding=False)
        with pages.column("stage"):
            shown = pages.result_picture("The plane, and 1,000 test digits on it", height=640)
            words = gr.Markdown()
            with gr.Row():
                for part, title in PARTS.items():
                    losses = pd.DataFrame({"epoch": np.arange(len(known[part])) + 1, title: known[part]})
                    gr.LinePlot(losses, x="epoch", y=title, title=title, height=240, min_width=280)
    page.bind(show_snapshot, [opened, step.input], [step], [shown, words], status)


def show_snapshot(plugin: Plugin, step: int = 0) -> tuple[str, str]:
    """Draw the plane of codes as it was at one moment of training.

    Args:
        step: which snapshot, 0 being from before training.
    """
    known, step = read(), int(step)
    if not 0 <= step < len(known["epochs"]):
        raise UserError(f"The snapshot is {step}: use 0 to {len(known['epochs']) - 1}.")
    manifold, places = images.from_uint8(known["manifolds"][step]), known["places"][step].astype(np.float32)
    labels = example_images.read("mnist").labels[: len(places)]
    path = pages.write_png(example_images.draw_map(manifold, places, labels), "plane")
    epoch = int(known["epochs"][step])
    return path, f"**After epoch {epoch}**" if epoch else "**Before training**"
