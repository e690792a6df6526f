"""The tab that paints patiently: the pixels themselves are changed, step by step, while three losses fall."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import gradio as gr

from core.errors import choose
from core.imaging import images
from core.plugin import Plugin
from core.progress import Steps
from core.web import charts, pages
from core.web.pages import Dropped, Page

from ..loss_weights import PARTS, Aim
from . import controls, throttling

STARTS = {"the photo": "photo", "noise": "noise"}
OPTIMIZERS = {"L-BFGS": "lbfgs", "Adam": "adam"}


class Past(NamedTuple):
    """The parts of the loss, as they are weighed, at each step of all that led to a picture."""

    content: list[float]
    style: list[float]
    variation: list[float]


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(
                "**No network learns here.** The pixels are moved until VGG-19 sees in them the photo's content and "
                "the painting's Gram matrices. Pause whenever it looks right, and go on if it does not."
            )
            photo, painting = controls.pair_choice(opened)
        with pages.column("stage"):
            with gr.Row():
                fresh = gr.Button("Paint", variant="primary", size="sm", min_width=80)
                pause = gr.Button("Pause", size="sm", min_width=80)
                further = gr.Button("Go on", size="sm", min_width=80)
                download = gr.DownloadButton("Download PNG", size="sm", min_width=120, interactive=False)
            status = page.status("Press “Paint”: the first strokes come after some seconds.")
            shown = pages.result_picture("What is painted", show_label=False, classes=pages.FILLING)
            losses = gr.HTML(padding=False)
        with pages.column("settings"):
            start = gr.Radio(list(STARTS), value="the photo", label="Begin with", info="What the first pixels are.")
            style_weight = gr.Slider(
                0, 1000, Aim.style, step=10, label="Weight of the style", info="More strokes, and less of the photo."
            )
            with gr.Accordion("More", open=False):
                content_weight = gr.Slider(
                    0, 10, Aim.content, step=0.1, label="Weight of the content", info="0 keeps nothing of the photo."
                )
                variation_weight = gr.Slider(
                    0, 300, Aim.variation, step=5, label="Weight of the variation", info="Smooths grain away."
                )
                size = gr.Slider(128, 768, 384, step=64, label="Size", info="Pixels of the longer side; time grows so.")
                steps = gr.Slider(10, 500, 150, step=10, label="Steps", info="Looks at the picture.")
                optimizer = gr.Radio(
                    list(OPTIMIZERS), value="L-BFGS", label="Optimiser", info="How the slope is walked down."
                )
                seed = pages.seed_number("Of the noise that is begun with.")
    canvas, past = gr.State(None), gr.State(None)
    starts, goes_on = gr.State(0), gr.State(False)  # over the API nothing goes on: each call begins a picture
    weights = [content_weight, style_weight, variation_weight]
    inputs = [photo, painting, start, *weights, size, steps, optimizer, seed, goes_on, canvas, past]
    outputs = [shown, losses, download, goes_on, canvas, past]
    running = page.bind(paint, [starts.change], inputs, outputs, status, pause, patient=True)
    for button, on in ((fresh, False), (further, True)):
        button.click(
            lambda count, on=on: (on, count + 1), starts, [goes_on, starts], cancels=[running], api_visibility="private"
        )


def paint(
    plugin: Plugin,
    photo: Dropped,
    painting: Dropped,
    start: str = "the photo",
    content_weight: float = Aim.content,
    style_weight: float = Aim.style,
    variation_weight: float = Aim.variation,
    size: int = 384,
    steps: int = 150,
    optimizer: str = "L-BFGS",
    seed: int = 0,
    goes_on: bool = False,
    canvas: str | None = None,
    past: Past | None = None,
) -> Steps[tuple[Any, ...]]:
    """Paint a photo in the manner of a painting, step by step: the picture and the losses, as they come.

    Args:
        photo: the picture to paint: JPEG, PNG, WebP, GIF, TIFF or BMP.
        painting: the picture whose style it gets.
        start: what is begun with: "the photo" or "noise".
        content_weight: how much likeness to the photo counts.
        style_weight: how much likeness to the painting's Gram matrices counts.
        variation_weight: how much unsteadiness from pixel to pixel counts.
        size: pixels of the longer side, 64 to 1024.
        steps: how often the picture is looked at.
        optimizer: "L-BFGS" or "Adam".
        seed: of the noise.
    """
    pair = controls.load(photo, "photo"), controls.load(painting, "painting")
    aim = Aim(content=float(content_weight), style=float(style_weight), variation=float(variation_weight))
    before = past if goes_on and past else Past([], [], [])
    painting_on = plugin.stream(
        "paint",
        *pair,
        canvas=images.load(canvas) if goes_on and canvas else None,
        start=choose(STARTS, start, "beginning"),
        optimizer=choose(OPTIMIZERS, optimizer, "optimiser"),
        size=int(size),
        steps=int(steps),
        content_weight=aim.content,
        style_weight=aim.style,
        variation_weight=aim.variation,
        seed=int(seed or 0),
    )
    show = partial(_show, before=before, aim=aim, name=pages.stem(photo or b"", "painted"))
    return show((yield from throttling.show_some(painting_on, show)))


def _show(standing: Any, before: Past, aim: Aim, name: str) -> tuple[Any, ...]:
    """Return what the page shows of a picture, and what it keeps to go on from."""
    path = pages.write_png(standing.image, name)
    parts = {part: getattr(aim, part) * getattr(standing, part) for part in PARTS}
    past = Past(*([*earlier, *map(float, parts[part])] for part, earlier in zip(PARTS, before, strict=True)))
    drawn = charts.render_curves(past._asdict(), logarithmic=True)
    return path, drawn, gr.DownloadButton(value=path, interactive=True), False, path, past
