"""The tab that interpolates between the latent vectors of chosen images."""

from __future__ import annotations

import re
from typing import Any

import gradio as gr

from core.errors import UserError
from core.plugin import Plugin
from core.web import pages, sheets
from core.web.pages import Page

from .. import latents
from . import clickable_grid, controls, subjects
from .controls import FIRST_SEED, FIRST_TRUNCATION
from .generate import generate_images
from .subjects import ANY, FIRST

OFFERED = 25  # images to choose from
STEPS = 12  # from one to the next
IN_A_ROW = 12
MAX_STOPS = 8
FIRST_STOPS = "2 4 18"

INTRODUCTION = (
    "**Between two latent vectors there is always another one.** If the generator had memorized the training images, "
    "the path between two of them would jump from one image to the other. It changes smoothly. Click on images to "
    "interpolate between them, and again to leave them out."
)
SEED_INFO, SEED_BUTTON = "Of the first image to choose from.", "New samples"
OFFERED_CAPTION = "Click on the images to interpolate between"
ANIMATION_LABEL = "Animation"
STRIP_CAPTION = "Interpolations: one row for each two images"
STOPS_LABEL, STOPS_INFO = "Stops (image numbers)", "Which of the images, in order, from 1."


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(INTRODUCTION)
            subject = controls.subject_radio()
            seed = pages.seed_with_button(SEED_INFO, SEED_BUTTON, FIRST_SEED)
            status = page.status("")
            credit = controls.credit()
        with pages.column("stage"):
            with gr.Row():
                offered = pages.captioned_image(OFFERED_CAPTION, clickable_grid.css_classes(OFFERED))
                with gr.Column(min_width=280):
                    animation = controls.animation(ANIMATION_LABEL)
            strip = pages.captioned_image(STRIP_CAPTION, pages.SHEET)
        with pages.column("settings"):
            class_name, color = controls.class_dropdown(), controls.color_dropdown()
            stops = gr.Textbox(FIRST_STOPS, label=STOPS_LABEL, info=STOPS_INFO)
            truncation = controls.truncation_slider()
    clicks = gr.State(0)  # a trigger for each click, but not for each character that is typed
    offered.select(_toggle, [subject, stops, clicks], [stops, clicks], api_visibility="private")
    settings = [subject, class_name, seed, stops, truncation, color]
    updated = controls.update_classes(subject, class_name, color, credit)
    triggers = [opened, updated, class_name, color, seed, truncation, clicks.change, stops]
    page.bind(interpolate, triggers, settings, [offered, animation, strip], status)


def interpolate(
    plugin: Plugin,
    subject: str = FIRST,
    class_name: str = ANY,
    seed: int = FIRST_SEED,
    stops: str = FIRST_STOPS,
    truncation: float = FIRST_TRUNCATION,
    color: str = ANY,
) -> tuple[str, str, str]:
    """Generate 25 images and interpolate between some of them: returns the images, an animation and a strip.

    Args:
        subject: the data set, "cats" or "digits".
        class_name: "any"; of the cats an accessory, such as "black hat", "typewriter" or "nothing"; of the digits "0"
            to "9".
        seed: of the first of the 25 images; the next ones have the seeds that follow.
        stops: which of them to interpolate between, in order, such as "1 7 13".
        truncation: factor of the latent vectors, 0 to 1; lower is closer to the average.
        color: of the cats; "any", or such as "wine red", "green" or "lilac".
    """
    chosen, indices = subjects.find(subject), read_stops(stops)
    offered, labels = generate_images(plugin, chosen, (class_name, color), OFFERED, int(seed or 0), truncation)
    seeds = latents.consecutive_seeds(int(seed or 0), OFFERED)
    path = plugin.run(
        "interpolate",
        tuple(seeds[index] for index in indices),
        STEPS,
        tuple(labels[index] for index in indices),
        truncation,
        checkpoint=chosen.checkpoint,
    )
    rows = [(f"{i + 1}-{i + 2}", path[i * STEPS : i * STEPS + IN_A_ROW + 1]) for i in range(len(indices) - 1)]
    grid = pages.write_png(clickable_grid.render_with_numbers(offered, indices), "offered")
    return grid, sheets.write_animation(path, "interpolation"), sheets.write_rows(rows, "interpolation")


def read_stops(stops: str) -> list[int]:
    """Return the indices, from 0, of the image numbers, from 1, that `stops` names.

    Raises:
        UserError: where there are fewer than 2 or more than 8, or a number is above 25.
    """
    indices = [number - 1 for number in _numbers(stops)]
    if not 2 <= len(indices) <= MAX_STOPS or not all(0 <= index < OFFERED for index in indices):
        raise UserError(f"The stops are {stops[:40]!r}: name 2 to {MAX_STOPS} pictures, each from 1 to {OFFERED}.")
    return indices


def _toggle(subject: str, stops: str, clicks: int, click: gr.SelectData) -> tuple[str, int]:
    """Return the stops with the image that was clicked on added or removed, and the number of clicks."""
    number = clickable_grid.locate(click.index, OFFERED, subjects.find(subject).side) + 1
    numbers = _numbers(stops)
    if number in numbers:
        numbers = [each for each in numbers if each != number] if len(numbers) > 2 else numbers
    else:
        numbers = [*numbers, number][-MAX_STOPS:]
    return " ".join(map(str, numbers)), clicks + 1


def _numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d{1,4}", text)]
