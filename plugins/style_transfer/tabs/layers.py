"""The tab that shows what a layer of VGG-19 keeps: a picture by its features alone, a texture by their Gram matrix."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

import gradio as gr

from core.plugin import Plugin
from core.progress import Progress, Steps, translate
from core.web import charts, pages
from core.web.pages import Dropped, Page

from ..vgg_layers import LAYERS
from . import controls, throttling

STEPS = 60
KEPT: tuple[Literal["content", "style"], ...] = ("content", "style")


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(
                "**What does one layer know?** Noise is changed until the layer takes it for the picture: once by "
                "its features, place by place, and once by their Gram matrix, which has forgotten where anything was. "
                "The deeper the layer, the less it minds the pixels, and the larger the strokes that it knows."
            )
            picture = controls.painting_choice()
        with pages.column("stage"):
            with gr.Row():
                show = gr.Button("Show", variant="primary", size="sm", min_width=80)
                stop = gr.Button("Stop", size="sm", min_width=80)
            status = page.status("Press “Show”, and watch.")
            with gr.Row():
                content = pages.captioned_image("Content: from its features alone", pages.FILLING)
                style = pages.captioned_image("Style: from their Gram matrix alone", pages.FILLING)
            losses = gr.HTML(padding=False)
        with pages.column("settings"):
            layer = gr.Radio(list(LAYERS), value="block3_conv1", label="Layer", info="From the first to the deepest.")
            seed = pages.seed_number("Of the noise that is begun with.")
    starts = gr.State(0)
    inputs, outputs = [picture, layer, seed], [content, style, losses]
    running = page.bind(reveal, [starts.change], inputs, outputs, status, stop, patient=True)
    for event in (show.click, layer.input):
        event(lambda count: count + 1, starts, starts, cancels=[running], api_visibility="private")


def reveal(plugin: Plugin, picture: Dropped, layer: str = "block3_conv1", seed: int = 0) -> Steps[tuple[Any, ...]]:
    """Paint from noise what one layer of VGG-19 alone keeps of a picture: its content, then its style.

    Args:
        picture: the picture: JPEG, PNG, WebP, GIF, TIFF or BMP.
        layer: block1_conv1 (the first) to block4_conv1 (the deepest).
        seed: of the noise.
    """
    seen = controls.load(picture, "picture")
    paths: dict[str, Any] = dict.fromkeys(KEPT, gr.skip())
    lost: dict[str, list[float]] = {kept: [] for kept in KEPT}

    def show(standing: Any, kept: str) -> tuple[Any, ...]:
        paths[kept] = pages.write_png(standing.image, f"{layer}_{kept}")
        lost[kept] = getattr(standing, kept).tolist()
        return *paths.values(), charts.render_curves({f"{name}'s loss": values for name, values in lost.items()}, True)

    for i, kept in enumerate(KEPT):
        show_kept = partial(show, kept=kept)
        steps = plugin.stream("reveal", seen, layer=layer, kept=kept, steps=STEPS, seed=int(seed or 0))
        shown = throttling.show_some(steps, show_kept)
        standing = yield from translate(shown, partial(_count_on, i))
        result = show_kept(standing)
    return result


def _count_on(i: int, progress: Progress) -> Progress:
    """Return the progress of both runs, of which `progress` is that of the `i`-th."""
    return Progress(i * progress.total + progress.done, len(KEPT) * progress.total, progress.so_far)
