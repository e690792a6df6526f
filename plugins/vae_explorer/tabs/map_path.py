"""A path on the maps of the tab "Map": positions in order, and what each network decodes along it, as an animation."""

from __future__ import annotations

from typing import Any

import gradio as gr
import numpy as np

from core.errors import UserError, choose
from core.imaging.images import Floats
from core.plugin import Plugin
from core.web import positions, sheets
from core.web.pages import Page

from ..latent_plane import Window
from .map_networks import SUBJECTS, checkpoints, plane_of

TITLE = "A path, played"
DRAWS_LABEL, DRAWS_INFO = "Clicks draw a path", "Each click on a map adds a position."
PATH_LABEL, PATH_INFO = "Path", "Positions x y in % of the whole map, in order."
PLAY, CLEAR = "Play the path", "Clear the path"
FILM_LABEL = "Along the path: VAE, AE, AAE"
TOO_SHORT = "The path has {} positions: tick “Clicks draw a path”, and click two or more on a map."
FIRST_PATH = ""
STEPS, MOST = 12, 24  # images from one position to the next; positions
GAP = 2  # pixels between the networks' images


def lay_out(page: Page, subject: gr.Radio) -> tuple[gr.Textbox, gr.Checkbox]:
    """Lay out and wire the folded part; return the path, and whether clicks draw it."""
    with gr.Accordion(TITLE, open=False):
        draws = gr.Checkbox(False, label=DRAWS_LABEL, info=DRAWS_INFO)
        path = gr.Textbox(FIRST_PATH, label=PATH_LABEL, info=PATH_INFO)
        with gr.Row():
            play = gr.Button(PLAY, variant="primary", size="sm", min_width=100)
            clear = gr.Button(CLEAR, size="sm", min_width=100)
        status = page.status("")
        gr.Markdown(FILM_LABEL, elem_classes="caption")
        film = gr.Image(
            label=FILM_LABEL, show_label=False, type="filepath", interactive=False, buttons=["download"], height=120
        )
    clear.click(lambda: FIRST_PATH, None, path, api_visibility="private")
    page.bind(play_path, [play.click], [subject, path], [film], status)
    return path, draws


def play_path(plugin: Plugin, subject: str = "digits", path: str = "20 50, 80 30") -> tuple[Any, ...]:
    """Decode the latent vectors along a path on the maps of all networks, as an animation.

    Args:
        subject: "digits" or "clothes".
        path: two or more positions, in % of the maps' width from the left and of their height from the top.
    """
    data, stops = choose(SUBJECTS, subject, "data set"), read(path)
    if len(stops) < 2:
        raise UserError(TOO_SHORT.format(len(stops)))
    at = np.linspace(0, len(stops) - 1, STEPS * (len(stops) - 1) + 1)
    places = np.stack([np.interp(at, np.arange(len(stops)), stops[:, i]) for i in range(2)], axis=-1)
    films = []
    for checkpoint in checkpoints(data):
        latents = plane_of(plugin, checkpoint).latents_at(places)
        frames = plugin.run("decode", latents, checkpoint=checkpoint)
        films += [np.zeros((*frames.shape[:2], GAP, 1), np.float32), frames]
    return (sheets.write_animation(np.concatenate(films[1:], axis=2), "path"),)


def read(path: str) -> Floats:
    """Return the positions (n, 2) of a path, as fractions of the map."""
    return positions.read(path, MOST)


def extend(path: str, position: tuple[float, float], window: Window) -> str:
    """Return a path with one more position, in % of what the window shows; of too many, the first ones are left out."""
    added = [start + window[2] * at / 100 for start, at in zip(window, position, strict=False)]
    return positions.write(np.array([*read(path).tolist(), added][-MOST:]))
