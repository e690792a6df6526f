"""The tab of feed-forward style transfer: one pass of AdaIN, one or several paintings."""

from __future__ import annotations

from typing import Any

import gradio as gr
import numpy as np

from core.errors import choose
from core.imaging import images
from core.imaging.images import Image
from core.imaging.resizing import center_crop_resize
from core.plugin import Plugin
from core.progress import Progress, Steps, then, translate
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
GALLERY = "Try all eight paintings"
GALLERY_LABEL = "Your photo in the style of each painting: click one to use it"
STRENGTH = {"label": "Strength", "info": "How far the photo is changed towards the style."}
STROKE_SIZE = {"label": "Stroke size", "info": "Relative to the photo. Smaller: finer strokes, more time."}
COLOR = {"label": "Colors", "info": "Taken from the painting, or kept from the photo."}
MIX = "Mix styles"
MIX_IN = {"label": "Mix in", "info": "Up to three paintings beside the one above."}
MIXING_WEIGHTS = {
    "label": "Mixing weights",
    "info": "How much of each style: first the painting above, then each one mixed in.",
}
REGION = "Only in a region"
REGION_LABEL = "Paint where the style applies"
USE_REGION, CLEAR_REGION = "Use this region", "Whole photo"
SCORES = (
    "**Style loss {before:.2f} → {after:.2f}**, content loss 0 → {content:.2f}. The style loss compares Gram matrices "
    "with the painting's, the content loss compares features with the photo's: one usually rises as the other falls. "
    "The next tab minimizes their weighted sum, in more time."
)
COLORS = {"painting": "painting", "photo (luminance only)": "luminance", "photo (matched)": "matched"}

EQUAL_WEIGHTS = "1 1 1 1"
COLUMNS, ROWS, TILE = 4, 2, 192  # of the gallery, and the pixels of each of its squares
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
            with gr.Accordion(GALLERY, open=False) as gallery_part:
                classes = f"{pages.grid_classes(COLUMNS, ROWS)} {pages.FILLING}"
                tiles = pages.captioned_image(GALLERY_LABEL, classes)
            with gr.Accordion(REGION, open=False) as region_part:
                region = pages.mask_editor(photo, region_part.expand, REGION_LABEL, USE_REGION, CLEAR_REGION)
        with pages.column("settings"):
            strength = gr.Slider(0, 1, 1, step=0.05, **STRENGTH)
            stroke_size = gr.Slider(MIN_STROKE_SIZE, MAX_STROKE_SIZE, 1, step=0.25, **STROKE_SIZE)
            colors = gr.Radio(list(COLORS), value="painting", **COLOR)
            with gr.Accordion(MIX, open=False):
                mixed = gr.Dropdown(list(PAINTINGS), multiselect=True, max_choices=MAX_STYLES - 1, **MIX_IN)
                weights = gr.Textbox(EQUAL_WEIGHTS, **MIXING_WEIGHTS)
    inputs = [photo, painting, strength, colors, mixed, weights, stroke_size, region.mask]
    triggers = [opened, *chosen, strength, stroke_size, colors, mixed, weights, stage.run.click]
    demo = page.bind(stylize, triggers, inputs, [stage.comparison, scores, stage.download], stage.status, stage.stop)
    page.bind(stylize_with_each, [gallery_part.expand], [photo], [tiles], stage.status, stage.stop)
    demo.start_at(tiles.select, _choose_painting, [], [painting])
    demo.start_at(region.use.click, lambda drawing: (pages.write_mask(drawing),), [region.canvas], [region.mask])
    demo.start_at(region.clear.click, lambda: (None,), [], [region.mask])
    photo.change(lambda: None, None, region.mask, api_visibility="private", show_progress="hidden")


def stylize(
    plugin: Plugin,
    photo: Dropped,
    painting: Dropped,
    strength: float = 1.0,
    colors: str = "painting",
    mixed: list[str] | None = None,
    mixing_weights: str = EQUAL_WEIGHTS,
    stroke_size: float = 1.0,
    mask: str | None = None,
) -> Steps[tuple[Any, ...]]:
    """Apply the style of a painting to a photo in one pass.

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
        measuring = Progress(2, FILES, unit=pages.WRITING)
        scored = translate(_describe_scores(plugin, stylized, content, style), lambda _: measuring)
        scores = "" if more or mask else (yield from scored)
        return (before, after), scores, gr.DownloadButton(value=after, interactive=True)

    region = images.load(mask) if mask else None
    settings: dict[str, Any] = {"more_styles": more, "mask": region, "options": options}
    steps = plugin.stream("stylize", content, style, **settings)
    return (yield from then(steps, write, FILES))


def stylize_with_each(plugin: Plugin, photo: Dropped) -> Steps[tuple[str]]:
    """Apply the style of each of the eight example paintings to a small copy of a photo.

    Args:
        photo: the content image: JPEG, PNG, WebP, GIF, TIFF or BMP.
    """
    whole = images.composite_on_white(images.load(pages.require(photo, "photo")))
    small = center_crop_resize(whole, (TILE, TILE, 3))
    stylized = []
    for i, painter in enumerate(PAINTINGS):
        yield Progress(i, len(PAINTINGS), unit="Painting")
        style = gallery.encode_painting(plugin, painter)
        stylized.append(plugin.run("apply_style", small, style))  # of one step
    rows = [np.concatenate(stylized[start : start + COLUMNS], axis=1) for start in range(0, len(stylized), COLUMNS)]
    return (pages.write_png(np.concatenate(rows), "paintings"),)


def _choose_painting(click: gr.SelectData) -> tuple[str]:
    """Return the painting whose square was clicked."""
    column, row = (
        min(int(place) // TILE, count - 1) for place, count in zip(click.index, (COLUMNS, ROWS), strict=True)
    )
    return (str(list(PAINTINGS.values())[row * COLUMNS + column].path),)


def _describe_scores(plugin: Plugin, stylized: Image, content: Image, style: Image) -> Steps[str]:
    """Yield progress, then return the losses before and after, in words."""
    image, photo, painting = (
        shrink_to(images.composite_on_white(each), SCORED_SIDE, SIDE_MULTIPLE) for each in (stylized, content, style)
    )
    after = yield from plugin.stream("score", image, photo, painting)
    before = yield from plugin.stream("score", photo, photo, painting)
    return SCORES.format(before=before.style_loss, after=after.style_loss, content=after.content_loss)
