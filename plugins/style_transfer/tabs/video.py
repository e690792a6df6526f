"""The tab that stylizes a short video."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from core.errors import UserError
from core.imaging import images
from core.plugin import Plugin
from core.progress import Steps
from core.web import pages
from core.web.pages import Page

from .. import clips, gallery
from . import controls

INTRODUCTION = "Drop a video: its first ten seconds are stylized frame by frame, at most 384 pixels wide and high."
NOTE = (
    "What the network normalizes each frame by is averaged over time: without that, still parts flicker when something "
    "else moves."
)
YOUR_VIDEO, STYLIZED, RUN = "Your video", "Stylized, without sound", "Stylize"
NO_VIDEO = "There is no video yet: drop one."
HEIGHT = 320  # pixels


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(INTRODUCTION)
            video = gr.Video(label=YOUR_VIDEO, height=HEIGHT)
        with pages.column("stage"):
            shown = gr.Video(label=STYLIZED, height=HEIGHT, interactive=False, autoplay=True, loop=True)
            with gr.Row():
                run, stop = gr.Button(RUN, variant="primary", size="sm"), gr.Button(pages.STOP, size="sm")
            status = page.status("")
            gr.Markdown(NOTE)
        with pages.column("settings"):
            painter, strength = controls.frame_settings()
    page.bind(stylize_video, [video.upload, run.click], [video, painter, strength], [shown], status, stop)


def stylize_video(plugin: Plugin, video: str | None, painter: str, strength: float = 1.0) -> Steps[tuple[str]]:
    """Apply the style of one of the example paintings to the first ten seconds of a video.

    Args:
        video: MP4, MOV, WebM or MKV.
        painter: of the painting, such as "Gustav Klimt".
        strength: 0 returns the video unchanged, 1 applies the style fully.
    """
    if video is None:
        raise UserError(NO_VIDEO)
    clip, style = clips.load(Path(video)), images.load(gallery.find_painting(painter))

    steps = plugin.stream("stylize_video", clip, style, strength=float(strength))
    stylized = yield from steps
    path = pages.new_file(f"{pages.stem(video, 'stylized')}.mp4")
    clips.save(stylized, path)
    return (str(path),)
