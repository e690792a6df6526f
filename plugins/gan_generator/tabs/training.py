"""The tab that shows how a generator learnt: the same codes drawn over and over, and how the two networks stood."""

from __future__ import annotations

import functools
from typing import Any

import gradio as gr
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.imaging import images
from core.plugin import Plugin
from core.web import pages, sheets
from core.web.pages import Page

from ..reference_set import EXAMPLES
from . import controls, subjects

IN_A_ROW = 12
CURVES = {
    "Loss": {"discriminator": "discriminator_loss", "generator": "generator_loss"},
    "Share told apart": {"real": "accuracy_on_real", "drawn": "accuracy_on_fake"},
}


@functools.cache
def read(checkpoint: str) -> dict[str, NDArray[np.generic]]:
    """Return what the training of a generator left behind: see `core.training.callbacks.Snapshots`."""
    with np.load(EXAMPLES / f"{checkpoint}_learning.npz") as stored:
        return dict(stored)


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(
                "**Two networks that fight.** Each row is drawn from the same numbers, later and later. Losses do not "
                "fall as they do elsewhere: what one wins, the other loses, and so they sway. A discriminator that "
                "tells everything apart (1) has stopped teaching; near 0.5 the two are well matched."
            )
            subject = controls.subject_choice()
            status = page.status("")
        with pages.column("stage"):
            shown = pages.captioned_image("Drawn from the same numbers in the course of training")
            with gr.Row():
                plots = [
                    gr.LinePlot(x="epoch", y=title, color="of", title=title, height=260, min_width=280)
                    for title in CURVES
                ]
    page.bind(show_training, [opened, subject.change], [subject], [shown, *plots], status)


def show_training(plugin: Plugin, subject: str = "tiles of a game") -> tuple[Any, ...]:
    """Show how a generator learnt: a row of pictures from the same codes at some epochs, losses and accuracies.

    Args:
        subject: "tiles of a game" or "digits".
    """
    known = read(subjects.find(subject).checkpoint)
    rows = [
        (f"epoch {epoch}", images.from_uint8(drawn[:IN_A_ROW]))
        for epoch, drawn in zip(known["epochs"], known["pictures"], strict=True)
    ]
    return sheets.write_rows(rows, "learning"), *(_plot(title, known) for title in CURVES)


def _plot(title: str, known: dict[str, NDArray[np.generic]]) -> pd.DataFrame:
    parts = [
        pd.DataFrame({"epoch": np.arange(len(known[key])) + 1, title: known[key], "of": name})
        for name, key in CURVES[title].items()
    ]
    return pd.concat(parts)
