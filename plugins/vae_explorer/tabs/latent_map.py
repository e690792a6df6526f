"""The tab "Map": the two-dimensional latent spaces of a VAE, an autoencoder and an adversarial one, side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import gradio as gr
import numpy as np
from numpy.typing import NDArray

from core.errors import check_range, choose
from core.imaging import grids
from core.plugin import Plugin
from core.web import hovering, pages
from core.web.hovering import Points
from core.web.pages import Page

from .. import example_images, latent_plane
from ..latent_plane import Window, read_window, write_window
from . import controls, map_drawing, map_path, map_rendering
from .encodings import encode_test_images, test_images
from .map_networks import ADVERSARIAL, NETWORKS, SUBJECTS, checkpoints, encode, nearest_test_images, plane_of

INTRODUCTION = (
    "**A latent vector of two dimensions is a point on a map.** Each point is a test image, colored by its class; "
    "behind the points is the image that each position is decoded to. Click on a map, or drag. "
    "A variational autoencoder (VAE) keeps its latent vectors together: every position is decoded to something "
    "meaningful. An autoencoder (AE) is free to put them anywhere: some are crowded in a corner, others far apart, "
    "and between them are holes. An adversarial autoencoder (AAE) closes them by other means: a discriminator, as in a "
    "GAN, learns to tell its latent vectors from those of a prior, and the encoder learns to deceive it."
)
SUBJECT_INFO = "What the networks were trained on. The AAE knows only digits."
SHOWN_CAPTION = "Below each map: the image decoded at the ring, the nearest test image, and its reconstruction"
SHOWN_LABEL = "{}: decoded, nearest test image, its reconstruction"
CLASSES_LABEL = "Classes on the maps"
POSITION_X, POSITION_X_INFO = "Position x", "On all maps, in % of the width from the left."
POSITION_Y, POSITION_Y_INFO = "Position y", "On all maps, in % of the height from the top."
ZOOM_IN, ZOOM_OUT = "Zoom in at the ring", "Whole map"
WINDOW_LABEL = "Part shown"
POINT_CAPTIONS = "Test image", "Reconstruction"

GRID_SIDE = 20  # decoded images along each side of a map
CLASSES = tuple(range(10))


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(INTRODUCTION)
            subject = controls.subject_radio(SUBJECTS, SUBJECT_INFO)
            status = page.status("")
        with pages.column("stage"):
            classes = gr.CheckboxGroup(
                _class_choices("digits"), value=list(CLASSES), label=CLASSES_LABEL, elem_classes="map-classes"
            )
            gr.Markdown(SHOWN_CAPTION, elem_classes="caption")
            with gr.Row():
                maps, decoded = zip(*map(_lay_out_map, NETWORKS.values()), strict=True)
        with pages.column("settings"):
            x = gr.Slider(0, 100, 50, step=0.5, label=POSITION_X, info=POSITION_X_INFO, elem_classes=pages.PLACE_X)
            y = gr.Slider(0, 100, 50, step=0.5, label=POSITION_Y, info=POSITION_Y_INFO, elem_classes=pages.PLACE_Y)
            with gr.Row():
                zoom_in, zoom_out = (gr.Button(text, size="sm", min_width=100) for text in (ZOOM_IN, ZOOM_OUT))
            drawing = map_drawing.lay_out(page, subject)
            path, draws_path = map_path.lay_out(page, subject)
            window = gr.Textbox("", label=WINDOW_LABEL, visible="hidden")  # no state: links hold it
            load = partial(_points_of, page.plugin)
            hovering.show_near_pointer(maps, load, (subject, classes, window), POINT_CAPTIONS)
    clicks = gr.State(0)  # one trigger for a click that moves two sliders
    for shown in maps:
        shown.select(_click, [draws_path, path, window, clicks], [x, y, path, clicks], api_visibility="private")
    zoom_in.click(_zoom_in, [window, x, y, clicks], [window, x, y, clicks], api_visibility="private")
    zoom_out.click(lambda count: ("", count + 1), clicks, [window, clicks], api_visibility="private")
    subject.change(
        lambda chosen: gr.CheckboxGroup(choices=_class_choices(chosen)), subject, classes, api_visibility="private"
    )
    settings = [subject, classes, window, drawing, path]
    triggers = [opened, subject, classes, window.change, drawing.change, path.change]
    page.bind(render_maps, triggers, settings, list(maps), status)
    moved = [opened, clicks.change, x, y, maps[0].change]
    page.bind(decode_position, moved, [subject, x, y, window], list(decoded), status, live=True)


def _lay_out_map(name: str) -> tuple[gr.Image, gr.Image]:
    """Return a network's map, and below it what is at a position of it."""
    with gr.Column(min_width=320):
        return pages.clickable_picture(name), pages.result_picture(
            SHOWN_LABEL.format(name), show_label=False, classes=pages.SHEET
        )


def render_maps(
    plugin: Plugin,
    subject: str = "digits",
    classes: Sequence[int] = CLASSES,
    window: str = "",
    drawing: str | None = None,
    path: str = "",
) -> tuple[Any, ...]:
    """Render the maps of networks with two latent dimensions: a VAE, an autoencoder and, for digits, an AAE.

    Args:
        subject: "digits" or "clothes".
        classes: the classes whose test images are shown as points, 0 to 9.
        window: the part of the maps that is shown: its left, its top and its side in % of the whole, such as "25 50
            25"; empty for all of it.
        path: positions that a line joins, in % of the width from the left and of the height from the top, such as
            "20 50, 80 30".
    """
    data, stops, part = choose(SUBJECTS, subject, "data set"), map_path.read(path), read_window(window)

    def write(checkpoint: str) -> str:
        plane = plane_of(plugin, checkpoint, part)
        latents = plane.latents_at(latent_plane.cell_centers(GRID_SIDE))
        manifold = grids.make_grid(plugin.run("decode", latents, checkpoint=checkpoint), GRID_SIDE)
        labels, encoded = test_images(checkpoint).labels, encode_test_images(plugin, checkpoint).mean
        is_shown = np.isin(labels, list(classes))
        rendered = map_rendering.render_map(manifold, plane.positions_of(encoded)[is_shown], labels[is_shown])
        if len(stops):
            rendered = map_rendering.draw_path(
                rendered, plane.positions_of(plane_of(plugin, checkpoint).latents_at(stops))
            )
        if drawing is not None:
            latent = encode(plugin, checkpoint, map_drawing.read(drawing, data))
            rendered = map_rendering.mark_drawing(rendered, plane.positions_of(latent))
        return pages.write_png(rendered, f"map_{checkpoint}")

    return _show(data, write)


def decode_position(
    plugin: Plugin, subject: str = "digits", x: float = 50, y: float = 50, window: str = ""
) -> tuple[Any, ...]:
    """Decode the latent vectors at one position of all maps, beside the nearest test image and its reconstruction.

    Args:
        subject: "digits" or "clothes".
        x: the position in % of the shown width from the left, 0 to 100.
        y: the position in % of the shown height from the top, 0 to 100.
        window: the part of the maps that is shown, as of `render_maps`; empty for all of it.
    """
    data = choose(SUBJECTS, subject, "data set")
    check_range("x", x, 0, 100)
    check_range("y", y, 0, 100)
    return _show(data, partial(_write_position, plugin, np.array([x, y]) / 100, read_window(window)))


def _show(data: str, write: Callable[[str], str]) -> tuple[Any, ...]:
    """Return the picture that `write` makes of each network; that of the adversarial one is hidden where it is none."""
    vae, ae = (write(f"{data}_{kind}_2") for kind in ("vae", "ae"))
    is_known = ADVERSARIAL.startswith(data)
    return vae, ae, gr.Image(write(ADVERSARIAL), visible=True) if is_known else gr.Image(visible=False)


def _write_position(plugin: Plugin, position: NDArray[np.float64], window: Window, checkpoint: str) -> str:
    """Return a strip of the image decoded at a position, the nearest test image, and its reconstruction."""
    latent = plane_of(plugin, checkpoint, window).latents_at(position)
    (nearest,) = nearest_test_images(plugin, checkpoint, latent, 1)
    image = test_images(checkpoint).pictures[nearest]
    latents = np.stack([latent, encode_test_images(plugin, checkpoint).mean[nearest]])
    here, reconstructed = plugin.run("decode", latents, checkpoint=checkpoint)
    return map_rendering.write_strip([here, image, reconstructed], "decoded")


def _points_of(plugin: Plugin, subject: str, number: int) -> Points:
    """Return the test images on a map, the first being 0. Raises UserError where there is none."""
    names = checkpoints(choose(SUBJECTS, subject, "data set"))
    check_range("map", number, 0, len(names) - 1)
    checkpoint, known = names[number], test_images(names[number])
    latents = encode_test_images(plugin, checkpoint).mean
    positions = plane_of(plugin, checkpoint).positions_of(latents)
    return Points(positions, known.labels, [known.pictures, plugin.run("decode", latents, checkpoint=checkpoint)])


def _class_choices(subject: str) -> list[tuple[str, int]]:
    return [(name, index) for index, name in enumerate(example_images.CLASS_NAMES[SUBJECTS[subject]])]


def _click(
    draws_path: bool, path: str, window: str, clicks: int, click: gr.SelectData
) -> tuple[float, float, str, int]:
    """Return the position of a click on a map in %, the path that it may go on, and the number of clicks so far."""
    x, y = (min(round(100 * pixel / map_rendering.SIDE, 1), 100) for pixel in click.index)
    return x, y, map_path.extend(path, (x, y), read_window(window)) if draws_path else path, clicks + 1


def _zoom_in(window: str, x: float, y: float, clicks: int) -> tuple[str, float, float, int]:
    """Return a window of half the size around a position in %, the position in it, and the number of clicks so far."""
    before = read_window(window)
    after = latent_plane.zoom_in(before, np.array([x, y]) / 100)
    x, y = (
        round(100 * (start + at / 100 * before[2] - new) / after[2], 1)
        for at, start, new in zip((x, y), before, after, strict=False)
    )
    return write_window(after), x, y, clicks + 1
