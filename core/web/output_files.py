"""Files that a page shows or offers for download: written to the app's cache, which Gradio empties."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from core.imaging import images
from core.imaging.images import Image


def new_file(name: str) -> Path:
    """Return a path `<new folder>/<name>` for a file that a page is going to show."""
    folder = Path(get_upload_folder()) / uuid.uuid4().hex
    folder.mkdir(parents=True)
    return folder / name


def write_png(image: Image, name: str, depth: int = 8) -> str:
    """Write a PNG and return its path.

    Args:
        image: (height, width, channels), 0 to 1.
        name: the name of the file, without its suffix; downloads keep it.
        depth: bits per channel, 8 or 16.
    """
    path = new_file(f"{name}.png")
    images.save(image, path, depth)
    return str(path)


def write_sketch(drawing: dict[str, Any] | None) -> str:
    """Write the drawing on a `sketchpad`, black on white, as a PNG and return its path.

    Args:
        drawing: the value of the sketchpad.

    Raises:
        gr.Error: if the pad is empty.
    """
    if drawing is None or drawing["composite"] is None:
        raise gr.Error("Draw something first.", title="Nothing there", print_exception=False)
    return write_png(images.composite_on_white(images.from_uint8(drawing["composite"])), "drawing")


def stem(photo: str | bytes, suffix: str) -> str:
    """Return a name for a file made from `photo`: "beach_denoised" for "/tmp/beach.jpg" and the suffix "denoised".

    Bytes, which have no name, give "picture_denoised".
    """
    return f"{Path(photo).stem if isinstance(photo, str) else 'picture'}_{suffix}"
