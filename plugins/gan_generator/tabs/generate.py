"""The tab that generates images; a click on one shows its variations and the most similar training images."""

from __future__ import annotations

from typing import Any

import gradio as gr

from core.errors import choose
from core.imaging import images
from core.imaging.images import Image
from core.plugin import Plugin
from core.web import pages, sheets
from core.web.pages import Page

from .. import composed, latents
from ..metrics import nearest_or_flipped
from . import clickable_grid, controls, realism, subjects
from .controls import FIRST_SEED, FIRST_TRUNCATION
from .subjects import ANY, FIRST, Subject, read_reference

COUNTS = {"16": 16, "36": 36, "64": 64}
COUNT = "36"
IN_A_ROW = 9  # images
FIRST_INDEX = 19  # of the image that is enlarged at first
SMALL_CHANGE, LARGER_CHANGE = 0.15, 0.45  # amounts of `perturb`

INTRODUCTION = (
    "**All of these are generated.** The generator turns a latent vector (z), a few random numbers, into each. "
    "The bar below an image is its discriminator score: the share of real images that look less real to the "
    "discriminator."
)
SEED_INFO, SEED_BUTTON = "Of the first image; the next ones have those that follow.", "Generate new"
GRID_CAPTION = "Generated images: click on one"
CHOSEN_LABEL = "The one you chose"
AROUND_CAPTION = "Variations of it (latent vectors nearby), and the most similar training images"
ROW_LABELS = "small\nchange", "larger\nchange", "nearest\ntraining\nimages"
COUNT_LABEL, COUNT_INFO = "How many", "Images to generate."
DESCRIPTION = (
    "**Image {seed} ({class_name}).** Discriminator score: higher than {rank:.0f} % of real images. Distance to the "
    "nearest of {known:,} training images of its class, the first in the last row: {distance:.2f} (root mean square of "
    "the differences of pixels; 0 = identical)."
)


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(INTRODUCTION)
            subject = controls.subject_radio()
            class_name, color = controls.class_dropdown(), controls.color_dropdown()
            seed = pages.seed_with_button(SEED_INFO, SEED_BUTTON, FIRST_SEED)
            status = page.status("")
            credit = controls.credit()
        with pages.column("stage"):
            shown = pages.captioned_image(GRID_CAPTION, clickable_grid.css_classes(COUNTS[COUNT]))
            description = gr.Markdown()
            with gr.Row():
                with gr.Column(min_width=220):
                    gr.Markdown(CHOSEN_LABEL, elem_classes="caption")
                    chosen = pages.result_picture(CHOSEN_LABEL, show_label=False)
                with gr.Column(scale=3, min_width=280):
                    around = pages.captioned_image(AROUND_CAPTION, pages.SHEET)
        with pages.column("settings"):
            count = gr.Radio(list(COUNTS), value=COUNT, label=COUNT_LABEL, info=COUNT_INFO)
            truncation = controls.truncation_slider()
    updated = controls.update_classes(subject, class_name, color, credit)
    settings = [subject, class_name, count, seed, truncation, color]
    triggers = [opened, updated, class_name, count, seed, truncation, color]
    page.bind(generate, triggers, settings, [shown], status, live=True)
    count.change(_classes_of_grid, count, shown, api_visibility="private")
    index, clicks = gr.State(FIRST_INDEX), gr.State(0)
    shown.select(_find_clicked, [subject, count, clicks], [index, clicks], api_visibility="private")
    settings = [subject, class_name, count, index, seed, truncation, color]
    triggers = [opened, shown.change, clicks.change]
    page.bind(inspect, triggers, settings, [chosen, around, description], status, live=True)


def generate(
    plugin: Plugin,
    subject: str = FIRST,
    class_name: str = ANY,
    count: str = "36",
    seed: int = FIRST_SEED,
    truncation: float = FIRST_TRUNCATION,
    color: str = ANY,
) -> tuple[str]:
    """Generate images, each above a bar: the percentile rank of its discriminator logit among real images.

    Args:
        subject: the data set, "cats" or "digits".
        class_name: "any"; of the cats an accessory, such as "black hat", "typewriter" or "nothing"; of the digits "0"
            to "9".
        count: how many: "16", "36" or "64".
        seed: of the first image; the next ones have the seeds that follow.
        truncation: factor of the latent vectors, 0 to 1; lower is closer to the average.
        color: of the cats; "any", or such as "wine red", "green" or "lilac".
    """
    chosen = subjects.find(subject)
    pictures, labels = generate_images(
        plugin, chosen, (class_name, color), _read_count(count), int(seed or 0), truncation
    )
    ranks = realism.percentile_rank(plugin, chosen, pictures, labels)
    grid = clickable_grid.render_with_bars(pictures, ranks)
    return (pages.write_png(grid, f"{chosen.checkpoint}_{int(seed or 0)}"),)


def inspect(
    plugin: Plugin,
    subject: str = FIRST,
    class_name: str = ANY,
    count: str = "36",
    index: int = FIRST_INDEX,
    seed: int = FIRST_SEED,
    truncation: float = FIRST_TRUNCATION,
    color: str = ANY,
) -> tuple[str, str, str]:
    """Show one generated image enlarged, its variations, the most similar training images, and its scores.

    Args:
        subject: the data set, "cats" or "digits".
        class_name: the class that was generated; see `generate`.
        count: how many images were generated: "16", "36" or "64".
        index: which of them to show, 0 being the first.
        seed: of the first image.
        truncation: factor of the latent vectors, 0 to 1; lower is closer to the average.
        color: of the cats; "any", or such as "wine red", "green" or "lilac".
    """
    chosen, total = subjects.find(subject), _read_count(count)
    own_seed = latents.consecutive_seeds(int(seed or 0), total)[int(index) % total]
    picture, labels = generate_images(plugin, chosen, (class_name, color), 1, own_seed, truncation)
    variations = [
        plugin.run("perturb", own_seed, IN_A_ROW - 1, amount, labels, truncation, checkpoint=chosen.checkpoint)
        for amount in (SMALL_CHANGE, LARGER_CHANGE)
    ]
    known = training_images(chosen, labels[0])
    nearest, distances = nearest_or_flipped(picture[0], known, IN_A_ROW)
    description = DESCRIPTION.format(
        seed=own_seed,
        class_name=chosen.name(labels[0]),
        rank=100 * realism.percentile_rank(plugin, chosen, picture, labels)[0],
        known=len(known),
        distance=distances[0],
    )
    return (
        sheets.write_picture(picture[0], f"{chosen.checkpoint}_{own_seed}"),
        sheets.write_rows(zip(ROW_LABELS, (*variations, nearest), strict=True), "around"),
        description,
    )


def generate_images(
    plugin: Plugin, subject: Subject, chosen: tuple[str, str], count: int, seed: int, truncation: float
) -> tuple[Image, tuple[int, ...]]:
    """Return `count` images (n, h, w, c) from `seed` on, and the class index of each; `chosen` is a class and color."""
    labels = subject.labels(latents.consecutive_seeds(seed, count), *chosen)
    return plugin.run("generate", count, seed, labels, truncation, checkpoint=subject.checkpoint), labels


def training_images(subject: Subject, label: int) -> Image:
    """Return the training images of a class (n, h, w, c)."""
    if subject.checkpoint == composed.CHECKPOINT:
        return images.from_uint8(composed.training_cats(label).pictures)
    known = read_reference(subject.checkpoint)
    return images.from_uint8(known.pictures[known.labels == label])


def _read_count(count: str) -> int:
    return choose(COUNTS, str(count), "number of pictures")


def _classes_of_grid(count: str) -> Any:
    """Return the grid's component for `count` images, so that the arrow keys move from one to the next."""
    return gr.Image(elem_classes=[*clickable_grid.css_classes(COUNTS[count]).split(), pages.UNLABELED])


def _find_clicked(subject: str, count: str, clicks: int, click: gr.SelectData) -> tuple[int, int]:
    """Return the index of the image that was clicked on, and the number of clicks."""
    return clickable_grid.locate(click.index, _read_count(count), subjects.find(subject).side), clicks + 1
