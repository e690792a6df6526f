"""Clickable pictures with points on them: near the pointer, a point's own pictures are shown (`scripts/hovering.js`).

The browser asks for the points of a picture when the pointer first comes to it, and gets all of them at once; a part of
the picture that is enlarged, and groups of points that are hidden, are then the browser's own business.
"""

from __future__ import annotations

import base64
import functools
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
import numpy as np
from gradio.components import Component
from numpy.typing import NDArray
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core.errors import UserError
from core.imaging import grids, images
from core.imaging.images import Floats, Image

COLUMNS = 40  # points in a row of the sheet with their pictures
QUALITY = 50  # of that sheet, a WebP file
ON_LOAD = (
    "(window.nearPointer ??= []).push({{ element, fetchPoints: server.points_of, name: {}, values: {}, captions: {} }})"
)
NOTE = "(...values) => {{ window.noteShown({}, values); return []; }}"


@dataclass(frozen=True)
class Points:
    """The points of one picture.

    Attributes:
        positions: (n, 2), fractions of the whole picture's width from the left and of its height from the top.
        groups: (n,), to which value of the `CheckboxGroup` each belongs.
        pictures: what is shown of each, side by side: as many arrays (n, height, width, channels), 0 to 1.
    """

    positions: Floats
    groups: NDArray[np.integer]
    pictures: Sequence[Image]


def show_near_pointer(
    shown: Sequence[gr.Image],
    load: Callable[[str, int], Points],
    state: tuple[Component, gr.CheckboxGroup, gr.Textbox],
    captions: Sequence[str],
) -> None:
    """Show what belongs to a point of the pictures while the pointer is near it; a finger does as before.

    Args:
        shown: the clickable pictures of the workbench that is being laid out.
        load: returns the points, given the value of the first of `state` and the number of the picture, from 0. What it
            raises of `UserError` means that there are none.
        state: what says which points there are; which groups of them are shown; which part of the picture is: its left,
            its top and its side in % of the whole, all of it where the text is empty.
        captions: of the pictures of each point.
    """

    @functools.cache  # a few pictures, the same for all visitors; what raises is not kept
    def describe(subject: str, number: int) -> dict[str, Any]:
        return _describe(load(subject, number))

    def points_of(asked: Any) -> dict[str, Any]:
        try:
            match asked:
                case [str() as subject, int() as number]:
                    return describe(subject, number)
        except UserError:
            pass
        return {}

    name, first = json.dumps(shown[0]._id), json.dumps([each.value for each in state])
    on_load = ON_LOAD.format(name, first, json.dumps([*captions]))
    gr.HTML(visible="hidden", html_template="", js_on_load=on_load, server_functions=[points_of])
    shown[0].change(None, list(state), None, js=NOTE.format(name), api_visibility="private")


def _describe(points: Points) -> dict[str, Any]:
    """Return points as JSON: their numbers, and a sheet with a tile for each, in rows of `COLUMNS`."""
    tiles = np.concatenate(list(points.pictures), axis=2)
    missing = -len(tiles) % COLUMNS
    sheet = grids.make_grid(np.concatenate([tiles, np.zeros_like(tiles[:missing])]), COLUMNS)
    file = io.BytesIO()
    pillow.fromarray(images.to_uint8(images.to_rgb(sheet))).save(file, "WEBP", quality=QUALITY, method=2)
    return {
        "positions": _encode(points.positions.astype("<f4")),
        "groups": points.groups.tolist(),
        "columns": COLUMNS,
        "parts": len(points.pictures),
        "size": [tiles.shape[2], tiles.shape[1]],
        "sheet": f"data:image/webp;base64,{base64.b64encode(file.getvalue()).decode()}",
    }


def _encode(values: NDArray[Any]) -> str:
    return base64.b64encode(values.tobytes()).decode()
