"""Files that a page shows or offers for download: written to the app's cache, which Gradio empties."""

from __future__ import annotations

import math
import os
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from core import kinds
from core.errors import UserError, choose
from core.files import LONGEST_NAME
from core.imaging import images
from core.imaging.images import Image
from core.kinds import Sources

FILE_FORMATS = {"PNG": ".png", "JPEG": ".jpg", "WebP": ".webp"}  # what a result can be downloaded as
WRITING = "Writing, step"  # the unit of progress while files are written
NOTHING_DRAWN, NOTHING_THERE = "Draw something first.", "Nothing there"
MARGIN = 6  # bytes: an underscore, and the longest suffix of a file


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


def write_file(value: Any, of: Any, name: str) -> str:
    """Write a value to a file of the first suffix of its kind, and return its path.

    Args:
        value: such as a sound.
        of: the type with the kind, such as `core.sounds.Sound`.
        name: the name of the file, without its suffix; downloads keep it.

    Raises:
        UserError: if `of` has no kind, or the value cannot be written.
    """
    kind = kinds.find(of)
    if kind is None:
        raise UserError(f"{of} has no kind: use a type such as core.sounds.Sound.")
    path = new_file(f"{name}{kind.suffixes[0]}")
    kind.save(value, path, Sources())
    return str(path)


def write_result(image: Image, photo: str | bytes, suffix: str) -> str:
    """Write what was made from a visitor's photo as a PNG and return its path.

    The file keeps the photo's name, bits per channel and EXIF data (date, camera, place).

    Args:
        image: (height, width, channels), 0 to 1.
        photo: the photo as it was dropped: its path, or its bytes.
        suffix: appended to the photo's name, such as "denoised".
    """
    path = new_file(f"{stem(photo, suffix)}.png")
    images.save(image, path, images.bit_depth(photo), images.read_exif(photo))
    return str(path)


def write_all(*writes: Callable[[], str]) -> list[str]:
    """Return what functions that each write a file return; they run at the same time."""
    with ThreadPoolExecutor(len(writes)) as pool:
        return [each.result() for each in [pool.submit(write) for write in writes]]


def convert(result: str, file_format: str) -> str:
    """Return a result in another format: the path of a new file with the same name, pixels and EXIF data.

    Args:
        result: the path of a PNG that `write_result` wrote, or of a stored first result.
        file_format: one of `FILE_FORMATS`; that of the file itself returns it.
    """
    if (suffix := choose(FILE_FORMATS, file_format, "format")) == Path(result).suffix:
        return result
    path = new_file(Path(result).with_suffix(suffix).name)
    images.save(images.load(result, max_megapixels=math.inf), path, exif=images.read_exif(result))
    return str(path)


def write_sketch(drawing: dict[str, Any] | None) -> str:
    """Write the drawing on a `sketchpad`, black on white, as a PNG and return its path.

    Args:
        drawing: the value of the sketchpad.

    Raises:
        gr.Error: if the pad is empty.
    """
    if drawing is None or drawing["composite"] is None:
        raise gr.Error(NOTHING_DRAWN, title=NOTHING_THERE, print_exception=False)
    return write_png(images.composite_on_white(images.from_uint8(drawing["composite"])), "drawing")


def stem(photo: str | bytes, suffix: str) -> str:
    """Return a name for a file made from `photo`: "beach_denoised" for "/tmp/beach.jpg" and the suffix "denoised".

    Bytes, which have no name, give "picture_denoised". A name that would be too long for a file is cut.
    """
    name = Path(photo).stem if isinstance(photo, str) else "picture"
    kept = os.fsencode(name)[: LONGEST_NAME - len(os.fsencode(suffix)) - MARGIN]
    return f"{kept.decode(errors='ignore')}_{suffix}"
