"""The tab of feed-forward style transfer (AdaIN): one pass of the network, one or several paintings."""

from __future__ import annotations

from typing import Any

import gradio as gr

from core.errors import choose
from core.imaging import images
from core.imaging.images import Image
from core.plugin import Plugin
from core.progress import Progress, Steps, then
from core.web import pages
from core.web.pages import Dropped, Page

from .. import gallery
from ..gallery import PAINTINGS
from ..options import MAX_STROKE_SIZE, MIN_STROKE_SIZE, StylizeOptions
from ..resizing import shrink_to
from ..style_mixing import MAX_STYLES, parse_weights
from . import controls

COMPARISON, WORDS = "The photo and the result", ("Photo", "Stylized")
INVITATION = "Pick a photo and a painting: the result comes by itself."
STRENGTH = {"label": "Strength", "info": "How far the photo is changed towards the style."}
STROKE_SIZE = {"label": "Stroke size", "info": "Relative to the photo. Smaller: finer strokes, more time."}
COLOR = {"label": "Colors", "info": "Taken from the painting, or kept from the photo."}
MIX = "Mix styles"
MIX_IN = {"label": "Mix in", "info": "Up to three paintings beside the one above."}
MIXING_WEIGHTS = {
    "label": "Mixing weights",
    "info": "How much of each style: first the painting above, then each one mixed in.",
}
SCORES = (
    "**Style loss {before:.2f} → {after:.2f}**, content loss 0 → {content:.2f}. The style loss compares Gram matrices "
    "with the painting's, the content loss compares features with the photo's: one usually rises as the other falls. "
    "The next tab minimizes their weighted sum, in more time."
)
COLORS = {"painting": "painting", "photo (luminance only)": "luminance", "photo (matched)": "matched"}

EQUAL_WEIGHTS = "1 1 1 1"
FILES = 2  # that a result is written to
SCORED_SIDE, SIDE_MULTIPLE = 256, 64  # pixels: Keras compiles a network for each image size


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        with pages.column("source"):
            photo, painting, chosen = controls.pair_input()
        with pages.column("stage"):
            stage = pages.before_after_stage(page, COMPARISON, INVITATION, WORDS)
            scores = gr.Markdown()
        with pages.column("settings"):
            strength = gr.Slider(0, 1, 1, step=0.05, **STRENGTH)
            stroke_size = gr.Slider(MIN_STROKE_SIZE, MAX_STROKE_SIZE, 1, step=0.25, **STROKE_SIZE)
            colors = gr.Radio(list(COLORS), value="painting", **COLOR)
            with gr.Accordion(MIX, open=False):
                mixed = gr.Dropdown(list(PAINTINGS), multiselect=True, max_choices=MAX_STYLES - 1, **MIX_IN)
                weights = gr.Textbox(EQUAL_WEIGHTS, **MIXING_WEIGHTS)
    inputs = [photo, painting, strength, colors, mixed, weights, stroke_size]
    triggers = [opened, *chosen, strength, stroke_size, colors, mixed, weights, stage.run.click]
    page.bind(stylize, triggers, inputs, [stage.comparison, scores, stage.download], stage.status, stage.stop)


def stylize(
    plugin: Plugin,
    photo: Dropped,
    painting: Dropped,
    strength: float = 1.0,
    colors: str = "painting",
    mixed: list[str] | None = None,
    mixing_weights: str = EQUAL_WEIGHTS,
    stroke_size: float = 1.0,
) -> Steps[tuple[Any, ...]]:
    """Apply the style of a painting to a photo in one pass (AdaIN).

    Args:
        photo: the content image: JPEG, PNG, WebP, GIF, TIFF or BMP.
        painting: the style image.
        strength: 0 returns the photo unchanged, 1 applies the style fully.
        colors: "painting", "photo (luminance only)" or "photo (matched)".
        mixed: up to three painters, such as "Gustav Klimt": their example paintings are mixed in.
        mixing_weights: weight of the painting, then of each one mixed in, such as "2 1".
        stroke_size: size of the strokes relative to the photo, 0.25 to 4.
    """
    photo, painting = pages.require(photo, "photo"), pages.require(painting, "painting")
    content, style = images.load(photo), images.load(painting)
    more = tuple(images.load(gallery.find_painting(name)) for name in mixed or [])
    options = StylizeOptions(
        strength=float(strength),
        mixing_weights=parse_weights(mixing_weights, 1 + len(more)),
        colors=choose(COLORS, colors, "choice of colors"),  # type: ignore[arg-type]
        stroke_size=float(stroke_size),
    )

    def write(stylized: Image) -> Steps[tuple[Any, ...]]:
        yield Progress(0, FILES, unit=pages.WRITING)
        before = pages.write_png(content, pages.stem(photo, "before"))
        yield Progress(1, FILES, unit=pages.WRITING)
        after = pages.write_result(stylized, photo, "stylized")
        scores = _describe_scores(plugin, stylized, content, style) if not more else ""
        return (before, after), scores, gr.DownloadButton(value=after, interactive=True)

    return (yield from then(plugin.stream("stylize", content, style, more_styles=more, options=options), write, FILES))


def _describe_scores(plugin: Plugin, stylized: Image, content: Image, style: Image) -> str:
    """Return the losses before and after, in words."""
    image, photo, painting = (
        shrink_to(images.composite_on_white(each), SCORED_SIDE, SIDE_MULTIPLE) for each in (stylized, content, style)
    )
    after, before = (plugin.run("score", each, photo, painting) for each in (image, photo))
    return SCORES.format(before=before.style_loss, after=after.style_loss, content=after.content_loss)
