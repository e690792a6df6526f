"""The tab that paints at once: one pass of the network, for any photo and any painting, or several."""

from __future__ import annotations

from typing import Any

import gradio as gr

from core.errors import choose
from core.imaging import images
from core.imaging.images import Image
from core.plugin import Plugin
from core.progress import Steps
from core.web import pages
from core.web.pages import Dropped, Page

from .. import gallery
from ..gallery import PAINTINGS
from ..resizing import shrink_to
from ..style_mixing import MOST_STYLES, read_shares
from . import controls

JUDGED_SIDE, GRAIN = 256, 64  # pixels: a network is compiled for each size that it meets

COLOURS = {"the painting's": "painting", "the photo's, only light is painted": "luminance", "the photo's": "matched"}


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        with pages.column("source"):
            photo, painting = controls.pair_choice(opened)
        with pages.column("stage"):
            before_after = pages.comparison("Before and after: drag the line")
            status = page.status("Pick a photo and a painting: it is painted at once.")
            with gr.Row():
                stop = gr.Button("Stop", size="sm", scale=0, min_width=80)
                download = gr.DownloadButton("Download PNG", variant="primary", size="sm", scale=0, interactive=False)
            findings = gr.Markdown()
        with pages.column("settings"):
            strength = gr.Slider(0, 1, 1, step=0.05, label="Strength", info="How far the photo goes towards the style.")
            colours = gr.Radio(list(COLOURS), value="the painting's", label="Colours", info="Whose they are.")
            with gr.Accordion("Mix styles", open=False):
                mixed = gr.Dropdown(
                    list(PAINTINGS),
                    multiselect=True,
                    max_choices=MOST_STYLES - 1,
                    label="Mix in",
                    info="Up to three paintings beside the one above.",
                )
                shares = gr.Textbox("1 1 1 1", label="Shares", info="Of the one above, then of each mixed in.")
    inputs = [photo, painting, strength, colours, mixed, shares]
    triggers = [controls.when_changed(photo, painting), strength.release, colours.input, mixed.change, shares.submit]
    page.bind(stylise, triggers, inputs, [before_after, findings, download], status, stop)


def stylise(
    plugin: Plugin,
    photo: Dropped,
    painting: Dropped,
    strength: float = 1.0,
    colours: str = "the painting's",
    mixed: list[str] | None = None,
    shares: str = "1 1 1 1",
) -> Steps[tuple[Any, ...] | None]:
    """Paint a photo in the manner of a painting, in one pass.

    Args:
        photo: the picture to paint: JPEG, PNG, WebP, GIF, TIFF or BMP.
        painting: the picture whose style it gets.
        strength: 0 leaves the photo as it is, 1 goes all the way.
        colours: "the painting's", "the photo's, only light is painted" or "the photo's".
        mixed: up to three painters whose paintings are mixed in, such as "Gustav Klimt".
        shares: how much of the painting, then of each that is mixed in, such as "2 1".
    """
    if photo is None or painting is None:
        return None
    content, style = images.load(photo), images.load(painting)
    more = tuple(images.load(gallery.find(name)) for name in mixed or [])
    painted = yield from plugin.stream(
        "stylise",
        content,
        style,
        more=more,
        shares=read_shares(shares, 1 + len(more)),
        strength=float(strength),
        colours=choose(COLOURS, colours, "choice of colours"),
    )
    before = pages.write_png(content, pages.stem(photo, "before"))
    after = pages.write_png(painted, pages.stem(photo, "painted"))
    words = _describe(plugin, painted, content, style) if not more else ""
    return (before, after), words, gr.DownloadButton(value=after, interactive=True)


def _describe(plugin: Plugin, painted: Image, content: Image, style: Image) -> str:
    """Return in words what was lost and won."""
    small = [shrink_to(images.composite_on_white(each), JUDGED_SIDE, GRAIN) for each in (painted, content, style)]
    after, before = plugin.run("judge", *small), plugin.run("judge", small[1], *small[1:])
    return (
        f"**Style loss {before.style_loss:.2f} → {after.style_loss:.2f}**, content loss 0 → {after.content_loss:.2f}. "
        "The first is how far its Gram matrices are from the painting's, the second how far its features are from the "
        "photo's: one is paid for with the other. The next tab goes on for longer."
    )
