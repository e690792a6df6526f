"""The tab with the way from picture to picture: along arcs between their codes."""

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
from .generate import draw
from .subjects import ANY

OFFERED = 25  # pictures to choose from
STEPS = 12  # from one to the next
IN_A_ROW = 12
MOST_STOPS = 8


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(
                "**Between two codes there is always a third.** If the generator had learnt its pictures by heart, the "
                "way would jump from one to the next. It flows. Click on pictures to lead the way through them, and "
                "once more to leave them out."
            )
            subject = controls.subject_choice()
            seed = pages.seed_with_button("Of the first picture to choose from.", "Others to choose from")
            status = page.status("")
        with pages.column("stage"):
            with gr.Row():
                offered = pages.captioned_image("Click on those that the way is to lead through", pages.CLICKABLE)
                with gr.Column(min_width=280):
                    gr.Markdown("The way and back", elem_classes="caption")
                    animation = gr.Image(
                        label="The way", type="filepath", interactive=False, buttons=["download"], show_label=False
                    )
            strip = pages.captioned_image("The way, a row from one chosen picture to the next")
        with pages.column("settings"):
            name = controls.class_choice()
            through = gr.Textbox("1 7 13 19", label="Through", info="Which of the pictures, in order, from 1.")
            truncation = controls.truncation_choice()
    clicks = gr.State(0)  # one trigger for a click, and none for each letter that is typed
    offered.select(_toggle, [subject, through, clicks], [through, clicks], api_visibility="private")
    settings = [subject, name, seed, through, truncation]
    triggers = [opened, controls.offer_classes(subject, name), name.input, seed.change, truncation.change]
    triggers += [clicks.change, through.submit]
    page.bind(walk, triggers, settings, [offered, animation, strip], status)


def walk(
    plugin: Plugin,
    subject: str = "tiles of a game",
    name: str = ANY,
    seed: int = 0,
    through: str = "1 7 13 19",
    truncation: float = 1.0,
) -> tuple[str, str, str]:
    """Draw the way through chosen pictures: the pictures to choose from, an animation and a strip.

    Args:
        subject: "tiles of a game" or "digits".
        name: the class to draw, or "any".
        seed: of the first of 25 pictures to choose from; the next are of the numbers that follow.
        through: which of them the way leads through, in order, such as "1 7 13".
        truncation: 0 to 1; the lower, the closer to the average.
    """
    chosen, places = subjects.find(subject), read_places(through)
    offered, labels = draw(plugin, chosen, name, OFFERED, int(seed or 0), truncation)
    seeds = latents.count_up(int(seed or 0), OFFERED)
    way = plugin.run(
        "walk",
        tuple(seeds[place] for place in places),
        STEPS,
        tuple(labels[place] for place in places),
        truncation,
        checkpoint=chosen.checkpoint,
    )
    rows = [(f"{i + 1} to {i + 2}", way[i * STEPS : i * STEPS + IN_A_ROW + 1]) for i in range(len(places) - 1)]
    marked = pages.write_png(clickable_grid.mark(offered, places), "offered")
    return marked, sheets.write_animation(way, "walk"), sheets.write_rows(rows, "walk")


def read_places(through: str) -> list[int]:
    """Return the places, from 0, that `through` names from 1. Raises UserError where they lead nowhere."""
    places = [number - 1 for number in _numbers(through)]
    if not 2 <= len(places) <= MOST_STOPS or not all(0 <= place < OFFERED for place in places):
        raise UserError(
            f"The way leads through {through[:40]!r}: name 2 to {MOST_STOPS} pictures, each from 1 to {OFFERED}."
        )
    return places


def _toggle(subject: str, through: str, clicks: int, click: gr.SelectData) -> tuple[str, int]:
    """Return the way with the picture that was clicked on, or without it, and one click more."""
    place = clickable_grid.locate(click.index, OFFERED, subjects.find(subject).side) + 1
    places = _numbers(through)
    if place in places:
        places = [each for each in places if each != place] if len(places) > 2 else places
    else:
        places = [*places, place][-MOST_STOPS:]
    return " ".join(map(str, places)), clicks + 1


def _numbers(words: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d{1,4}", words)]
