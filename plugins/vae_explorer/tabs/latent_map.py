"""The tab "Map": the two-dimensional latent spaces of a VAE, an autoencoder and an adversarial one, side by side."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import gradio as gr
import numpy as np
from numpy.typing import NDArray

from core.errors import check_range, choose
from core.imaging import grids
from core.plugin import Plugin
from core.web import pages
from core.web.pages import Page
from core.web.sheets import write_picture

from .. import latent_plane
from ..latent_plane import LatentPlane
from . import controls, map_rendering
from .encodings import encode_test_images, test_images

INTRODUCTION = (
    "**A latent vector of two dimensions is a point on a map.** Each point is a test image, colored by its class; "
    "behind the points is the image that each position is decoded to. Click on a map, or drag. "
    "A variational autoencoder (VAE) keeps its latent vectors together: every position is decoded to something "
    "meaningful. An autoencoder (AE) is free to put them anywhere: some are crowded in a corner, others far apart, "
    "and between them are holes. An adversarial autoencoder (AAE) closes them by other means: a discriminator, as in a "
    "GAN, learns to tell its latent vectors from those of a prior, and the encoder learns to deceive it."
)
SUBJECT_INFO = "What the networks were trained on. The AAE knows only digits."
DECODED_LABEL = "Decoded: {}"
POSITION_X, POSITION_X_INFO = "Position x", "On all maps, in % of the width from the left."
POSITION_Y, POSITION_Y_INFO = "Position y", "On all maps, in % of the height from the top."

SUBJECTS = {"digits": "mnist", "clothes": "fashion"}
NETWORKS = {"vae": "VAE", "ae": "AE", "aae": "AAE"}
ADVERSARIAL = "mnist_aae_2"
GRID_SIDE = 20  # decoded images along each side of a map


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(INTRODUCTION)
            subject = controls.subject_radio(SUBJECTS, SUBJECT_INFO)
            status = page.status("")
        with pages.column("stage"):
            with gr.Row():
                decoded = [pages.result_picture(DECODED_LABEL.format(name), height=200) for name in NETWORKS.values()]
            legend = gr.HTML(padding=False)
            with gr.Row():
                maps = [pages.clickable_picture(name) for name in NETWORKS.values()]
        with pages.column("settings"):
            x = gr.Slider(0, 100, 50, step=0.5, label=POSITION_X, info=POSITION_X_INFO, elem_classes=pages.PLACE_X)
            y = gr.Slider(0, 100, 50, step=0.5, label=POSITION_Y, info=POSITION_Y_INFO, elem_classes=pages.PLACE_Y)
    clicks = gr.State(0)  # one trigger for a click that moves two sliders
    for shown in maps:
        shown.select(_position_of_click, clicks, [x, y, clicks], api_visibility="private")
    page.bind(render_maps, [opened, subject], [subject], [*maps, legend], status)
    moved = [opened, clicks.change, x, y, maps[0].change]
    page.bind(decode_position, moved, [subject, x, y], decoded, status, live=True)


def render_maps(plugin: Plugin, subject: str = "digits") -> tuple[Any, ...]:
    """Render the maps of networks with two latent dimensions, and the legend of their colors.

    They are a VAE, an autoencoder and, for digits, an adversarial one.

    Args:
        subject: "digits" or "clothes".
    """
    data = choose(SUBJECTS, subject, "data set")
    return *_show(data, partial(_write_map, plugin)), map_rendering.legend(data)


def decode_position(plugin: Plugin, subject: str = "digits", x: float = 50, y: float = 50) -> tuple[Any, ...]:
    """Decode the latent vectors at one position of all maps.

    Args:
        subject: "digits" or "clothes".
        x: the position in % of the maps' width from the left, 0 to 100.
        y: the position in % of the maps' height from the top, 0 to 100.
    """
    data = choose(SUBJECTS, subject, "data set")
    check_range("x", x, 0, 100)
    check_range("y", y, 0, 100)
    return _show(data, partial(_write_decoded, plugin, np.array([x, y]) / 100))


def _show(data: str, write: Callable[[str], str]) -> tuple[Any, ...]:
    """Return the picture that `write` makes of each network; that of the adversarial one is hidden where it is none."""
    vae, ae = (write(f"{data}_{kind}_2") for kind in ("vae", "ae"))
    is_known = ADVERSARIAL.startswith(data)
    return vae, ae, gr.Image(write(ADVERSARIAL), visible=True) if is_known else gr.Image(visible=False)


def _choose_plane(plugin: Plugin, checkpoint: str) -> LatentPlane:
    return latent_plane.choose_plane(encode_test_images(plugin, checkpoint), checkpoint == ADVERSARIAL)


def _write_map(plugin: Plugin, checkpoint: str) -> str:
    encoded, plane = encode_test_images(plugin, checkpoint), _choose_plane(plugin, checkpoint)
    latents = plane.latents_at(latent_plane.cell_centers(GRID_SIDE))
    manifold = grids.make_grid(plugin.run("decode", latents, checkpoint=checkpoint), GRID_SIDE)
    positions = plane.positions_of(encoded.mean)
    rendered = map_rendering.render_map(manifold, positions, test_images(checkpoint).labels)
    return pages.write_png(rendered, f"map_{checkpoint}")


def _write_decoded(plugin: Plugin, position: NDArray[np.float64], checkpoint: str) -> str:
    latent = _choose_plane(plugin, checkpoint).latents_at(position)
    return write_picture(plugin.run("decode", latent, checkpoint=checkpoint), "decoded")


def _position_of_click(clicks: int, click: gr.SelectData) -> tuple[float, float, int]:
    """Return the position of a click on a map in %, and the number of clicks so far."""
    x, y = (round(100 * pixel / map_rendering.SIDE, 1) for pixel in click.index)
    return min(x, 100), min(y, 100), clicks + 1
