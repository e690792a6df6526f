"""The tab of iterative style transfer (Gatys et al.): optimizes the pixels, and plots the three loss terms."""

from __future__ import annotations

from functools import partial
from operator import attrgetter
from typing import Any, NamedTuple

import gradio as gr

from core.errors import choose
from core.imaging import images
from core.plugin import Plugin
from core.progress import Steps
from core.web import charts, pages
from core.web.pages import Dropped, Page

from ..loss_weights import TERMS, LossWeights
from ..options import OptimizeOptions
from . import controls, throttling

INTRODUCTION = (
    "**No network is trained here.** The pixels are optimized until their VGG-19 features match the photo's (the "
    "content loss) and their Gram matrices match the painting's (the style loss). Pause when it looks right, and "
    "continue when it does not."
)
START, PAUSE, CONTINUE, RESULT = "Start", "Pause", "Continue", "Optimized image"
INVITATION = "Press “Start”: the first image comes after some seconds."
START_FROM = {"label": "Start from", "info": "What the pixels are at first."}
STYLE_WEIGHT = {"label": "Style weight", "info": "Higher: more of the painting, less of the photo."}
MORE = "More"
CONTENT_WEIGHT = {"label": "Content weight", "info": "0 ignores the photo."}
SMOOTHNESS = {"label": "Smoothness (total variation)", "info": "Weight of the loss that removes grain."}
SIZE = {"label": "Size", "info": "Longer side in pixels: twice the size takes four times as long."}
STEPS = {"label": "Optimization steps", "info": "More steps: lower losses, more time."}
OPTIMIZER = {"label": "Optimizer", "info": "L-BFGS lowers the loss more per step than Adam."}
AXES = charts.Axes("step", "weighted loss", logarithmic=True)
STARTS = {"photo": "photo", "noise": "noise"}
OPTIMIZERS = {"L-BFGS": "lbfgs", "Adam": "adam"}


class Optimized(NamedTuple):
    """The image that was optimized last, and the weighted loss terms at each step that led to it."""

    image: str
    losses: dict[str, list[float]]


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(INTRODUCTION)
            photo, painting, _ = controls.pair_input()
        with pages.column("stage"):
            with gr.Row():
                fresh = gr.Button(START, variant="primary", size="sm", min_width=80)
                pause = gr.Button(PAUSE, size="sm", min_width=80)
                further = gr.Button(CONTINUE, size="sm", min_width=80)
            status = page.status(INVITATION)
            shown = pages.result_picture(RESULT, show_label=False, classes=pages.FILLING)
            latest = gr.State(None)
            with gr.Row():
                download = pages.download_button(latest, attrgetter("image"))
            losses = gr.HTML(padding=False)
        with pages.column("settings"):
            settings = _settings()
    initial = gr.State(None)  # an API call never continues: each starts a new image
    inputs, outputs = [photo, painting, *settings, initial, latest], [shown, losses, download, latest]
    demo = page.bind(optimize, [opened], inputs, outputs, status, pause, long_running=True)
    demo.start_at(fresh.click, lambda: (None,), [], [initial])
    demo.start_at(further.click, lambda image: (image,), [shown], [initial])


def _settings() -> list[Any]:
    """Lay out the settings, and return them in the order of the parameters of `optimize`."""
    start = gr.Radio(list(STARTS), value="photo", **START_FROM)
    style_weight = gr.Slider(0, 1000, LossWeights.style, step=10, **STYLE_WEIGHT)
    with gr.Accordion(MORE, open=False):
        content_weight = gr.Slider(0, 10, LossWeights.content, step=0.1, **CONTENT_WEIGHT)
        variation_weight = gr.Slider(0, 300, LossWeights.variation, step=5, **SMOOTHNESS)
        size = gr.Slider(128, 768, 384, step=64, **SIZE)
        steps = gr.Slider(10, 500, 150, step=10, **STEPS)
        optimizer = gr.Radio(list(OPTIMIZERS), value="L-BFGS", **OPTIMIZER)
        seed = pages.seed_number(controls.NOISE_SEED_INFO)
    return [start, content_weight, style_weight, variation_weight, size, steps, optimizer, seed]


@pages.holds(at_most=2)
def optimize(
    plugin: Plugin,
    photo: Dropped,
    painting: Dropped,
    start: str = "photo",
    content_weight: float = LossWeights.content,
    style_weight: float = LossWeights.style,
    variation_weight: float = LossWeights.variation,
    size: int = 384,
    steps: int = 150,
    optimizer: str = "L-BFGS",
    seed: int = 0,
    initial: str | None = None,
    latest: Optimized | None = None,
) -> Steps[tuple[Any, ...]]:
    """Apply the style of a painting to a photo by optimizing its pixels, yielding the image and the losses meanwhile.

    Args:
        photo: the content image: JPEG, PNG, WebP, GIF, TIFF or BMP.
        painting: the style image.
        start: what the pixels are at first: "photo" or "noise".
        content_weight: weight of the content loss.
        style_weight: weight of the style loss.
        variation_weight: weight of the total variation loss, which smooths the image.
        size: longer side of the result in pixels, 128 to 768.
        steps: how often the loss and its gradient are evaluated, 10 to 500.
        optimizer: "L-BFGS" or "Adam".
        seed: of the noise.
    """
    photo, painting = pages.require(photo, "photo"), pages.require(painting, "painting")
    content, style = images.load(photo), images.load(painting)
    options = OptimizeOptions(
        start=choose(STARTS, start, "start"),  # type: ignore[arg-type]
        optimizer=choose(OPTIMIZERS, optimizer, "optimizer"),  # type: ignore[arg-type]
        size=int(size),
        steps=int(steps),
        content_weight=float(content_weight),
        style_weight=float(style_weight),
        variation_weight=float(variation_weight),
        seed=int(seed or 0),
    )
    pixels = images.load(initial) if initial else None
    running = plugin.stream("optimize", content, style, initial=pixels, options=options)
    losses = latest.losses if initial and latest else {term: [] for term in TERMS}  # none of a stored first result
    show = partial(_show, earlier=losses, weights=options.loss_weights, photo=photo)
    return show((yield from throttling.throttle(running, show)))


def _show(result: Any, earlier: dict[str, list[float]], weights: LossWeights, photo: str | bytes) -> tuple[Any, ...]:
    """Return the outputs of `optimize` for an intermediate or final result."""
    path = pages.write_result(result.image, photo, "stylized")
    losses = {
        term: [*before, *(getattr(weights, term) * getattr(result, term)).tolist()] for term, before in earlier.items()
    }
    curves = charts.render_curves(losses, AXES)
    return path, curves, gr.DownloadButton(value=path, interactive=True), Optimized(path, losses)
