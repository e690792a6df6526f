"""The tab where pictures are generated; each can be asked about: what lies around it, and what it was learnt from."""

from __future__ import annotations

from typing import Any

import gradio as gr
import numpy as np

from core.errors import UserError
from core.imaging import images
from core.imaging.images import Image
from core.plugin import Plugin
from core.web import pages, sheets
from core.web.pages import Page

from .. import latents
from ..metrics import nearest_mirrored
from . import clickable_grid, controls, realism, subjects
from .subjects import ANY, Subject, read_reference

COUNTS = {"16": 16, "36": 36, "64": 64}
SHOWN = 9  # pictures in a row
CLOSE, FAR = 0.15, 0.45  # how far variations are


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(
                "**None of these was in the training set.** The generator draws them from 64 random numbers each. The "
                "bar below is how real the discriminator finds it, among pictures that are."
            )
            subject = controls.subject_choice()
            name = controls.class_choice()
            seed = pages.seed_with_button("Of the first picture; the next have those that follow.", "Draw others")
            status = page.status("")
        with pages.column("stage"):
            shown = pages.captioned_image("Drawn by the generator: click on one", pages.CLICKABLE)
            words = gr.Markdown()
            with gr.Row():
                chosen = pages.result_picture("The one you chose", height=260)
                with gr.Column(scale=3, min_width=280):
                    around = pages.captioned_image("Around it, and what the generator has seen that looks most like it")
        with pages.column("settings"):
            count = gr.Radio(list(COUNTS), value="36", label="How many", info="Pictures on the sheet.")
            truncation = controls.truncation_choice()
    settings = [subject, name, count, seed, truncation]
    triggers = [opened, controls.offer_classes(subject, name), name.input, count.change, seed.change, truncation.change]
    page.bind(generate, triggers, settings, [shown], status)
    place, clicks = gr.State(0), gr.State(0)
    shown.select(_point_at, [subject, count, clicks], [place, clicks], api_visibility="private")
    triggers = [shown.change, clicks.change]
    page.bind(inspect, triggers, [subject, name, count, place, seed, truncation], [chosen, around, words], status)


def generate(
    plugin: Plugin,
    subject: str = "tiles of a game",
    name: str = ANY,
    count: str = "36",
    seed: int = 0,
    truncation: float = 1.0,
) -> tuple[str]:
    """Draw pictures that have never been, each above a bar: how real the discriminator finds it.

    Args:
        subject: "tiles of a game" or "digits".
        name: the class to draw, or "any".
        count: how many: "16", "36" or "64".
        seed: of the first; the next are of the numbers that follow.
        truncation: 0 to 1; the lower, the closer to the average.
    """
    chosen = subjects.find(subject)
    pictures, labels = draw(plugin, chosen, name, _read_count(count), int(seed or 0), truncation)
    ranks = realism.rank(plugin, chosen, pictures, labels)
    return (pages.write_png(clickable_grid.draw(pictures, ranks), f"{chosen.checkpoint}_{int(seed or 0)}"),)


def inspect(
    plugin: Plugin,
    subject: str = "tiles of a game",
    name: str = ANY,
    count: str = "36",
    place: int = 0,
    seed: int = 0,
    truncation: float = 1.0,
) -> tuple[str, str, str]:
    """Show one picture large, what lies around its code, and the pictures learnt from that look most like it.

    Args:
        subject: "tiles of a game" or "digits".
        name: the class that was drawn, or "any".
        count: how many are on the sheet: "16", "36" or "64".
        place: which of them, 0 being the first.
        seed: of the sheet's first.
        truncation: 0 to 1; the lower, the closer to the average.
    """
    chosen, own = subjects.find(subject), latents.count_up(int(seed or 0), _read_count(count))[int(place) % int(count)]
    pictures, labels = draw(plugin, chosen, name, 1, own, truncation)
    rows = [
        (words, _vary(plugin, chosen, own, amount, labels, truncation))
        for words, amount in (("close by", CLOSE), ("further", FAR))
    ]
    known = read_reference(chosen.checkpoint)
    features = plugin.run("recognise", pictures, checkpoint=f"{chosen.checkpoint}_classifier").features
    alike = np.square(known.features - features).sum(axis=1).argsort()[:SHOWN]
    rows.append(("learnt from", images.from_uint8(known.pictures[alike])))
    rank = realism.rank(plugin, chosen, pictures, labels)[0]
    _, distance = nearest_mirrored(pictures, images.from_uint8(known.pictures))
    words = (
        f"**Number {own}, {chosen.classes[labels[0]]}.** The discriminator finds it more real than {100 * rank:.0f} % "
        f"of those that are. Of {len(known.pictures):,} pictures learnt from, the nearest is {distance[0]:.2f} away: 0 "
        "would be a copy."
    )
    return sheets.write_picture(pictures[0], f"{chosen.checkpoint}_{own}"), sheets.write_rows(rows, "around"), words


def draw(
    plugin: Plugin, subject: Subject, name: str, count: int, seed: int, truncation: float
) -> tuple[Image, tuple[int, ...]]:
    """Return `count` pictures of a subject, those of `seed` and the seeds that follow, and the class of each."""
    seeds = latents.count_up(seed, count)
    labels = subject.labels(name) * count or tuple(latents.labels_from_seeds(seeds, len(subject.classes)))
    drawn = plugin.run("generate", count, seed, labels, truncation, checkpoint=subject.checkpoint)
    return drawn, labels


def _vary(
    plugin: Plugin, subject: Subject, seed: int, amount: float, labels: tuple[int, ...], truncation: float
) -> Image:
    varied: Image = plugin.run("vary", seed, SHOWN - 1, amount, labels, truncation, checkpoint=subject.checkpoint)
    return varied


def _read_count(count: str) -> int:
    if str(count) not in COUNTS:
        raise UserError(f"The number of pictures is {count!r}: choose one of {', '.join(COUNTS)}.")
    return COUNTS[str(count)]


def _point_at(subject: str, count: str, clicks: int, click: gr.SelectData) -> tuple[int, int]:
    """Return which picture of the sheet was clicked on, and one click more."""
    return clickable_grid.locate(click.index, _read_count(count), subjects.find(subject).side), clicks + 1
