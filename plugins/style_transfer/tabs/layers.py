"""The tab that shows what one layer of VGG-19 encodes: content in its features, style in their Gram matrix."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import gradio as gr

from core.imaging import images
from core.plugin import Plugin
from core.progress import Progress, Steps, translate
from core.web import charts, pages
from core.web.pages import Dropped, Page

from ..options import ReconstructOptions, Target
from ..vgg_layers import LAYERS
from . import controls, throttling

INTRODUCTION = (
    "**What does one layer encode?** Noise is optimized until the layer responds to it as to the picture: once until "
    "its features match at each position, and once until their Gram matrix matches, which holds no positions. The "
    "deeper the layer, the less it depends on exact pixels, and the larger the structures of the texture."
)
SHOW = "Show"
INVITATION = "Press “Show”, and watch."
CAPTIONS: dict[Target, str] = {
    "content": "Content: reconstructed from the features",
    "style": "Style: reconstructed from the Gram matrix",
}
LAYER = {"label": "Layer", "info": "From the first to the deepest."}
CURVE, AXES = "{} loss", charts.Axes("step", "loss", logarithmic=True)
DEFAULT_LAYER, STEPS = "block3_conv1", 60


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(INTRODUCTION)
            picture = controls.painting_input()
        with pages.column("stage"):
            with gr.Row():
                show = gr.Button(SHOW, variant="primary", size="sm", min_width=80)
                stop = gr.Button(pages.STOP, size="sm", min_width=80)
            status = page.status(INVITATION)
            with gr.Row():
                results = [pages.captioned_image(caption, pages.FILLING) for caption in CAPTIONS.values()]
            losses = gr.HTML(padding=False)
        with pages.column("settings"):
            layer = gr.Radio(list(LAYERS), value=DEFAULT_LAYER, **LAYER)
            seed = pages.seed_number(controls.NOISE_SEED_INFO)
    inputs, outputs = [picture, layer, seed], [*results, losses]
    page.bind(reconstruct_from_layer, [opened, show.click, layer], inputs, outputs, status, stop, long_running=True)


@pages.holds(at_most=2)
def reconstruct_from_layer(
    plugin: Plugin, picture: Dropped, layer: str = DEFAULT_LAYER, seed: int = 0
) -> Steps[tuple[Any, ...]]:
    """Reconstruct a picture from noise by what one layer of VGG-19 encodes: first its content, then its style.

    Args:
        picture: the picture: JPEG, PNG, WebP, GIF, TIFF or BMP.
        layer: block1_conv1 (the first) to block4_conv1 (the deepest).
        seed: of the noise.
    """
    image = images.load(pages.require(picture, "picture"))
    paths: dict[str, Any] = dict.fromkeys(CAPTIONS, gr.skip())
    losses: dict[str, list[float]] = {target: [] for target in CAPTIONS}

    def show(result: Any, target: Target) -> tuple[Any, ...]:
        paths[target] = pages.write_png(result.image, f"{layer}_{target}")
        losses[target] = getattr(result, target).tolist()
        curves = {CURVE.format(name.capitalize()): values for name, values in losses.items()}
        return *paths.values(), charts.render_curves(curves, AXES)

    for i, target in enumerate(CAPTIONS):
        options = ReconstructOptions(layer=layer, target=target, steps=STEPS, seed=int(seed or 0))
        running = plugin.stream("reconstruct_from_layer", image, options=options)
        shown = throttling.throttle(running, partial(show, target=target))
        outputs = show((yield from translate(shown, partial(_overall_progress, i))), target)
    return outputs


def _overall_progress(i: int, progress: Progress) -> Progress:
    """Return the progress over both reconstructions, given that of the `i`-th."""
    return replace(progress, done=i * progress.total + progress.done, total=len(CAPTIONS) * progress.total)
