"""The test pictures that the page shows, and what is drawn of many at once: sheets, maps with points on them."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images
from PIL import ImageDraw

from core.imaging import images
from core.imaging.images import Floats, Image
from core.training.datasets import CLOTHES, DIGITS

EXAMPLES = Path(__file__).parent / "examples"
CLASSES = {"mnist": DIGITS, "fashion": CLOTHES}
COLOURS = (  # Okabe and Ito's, which people who see few colours can tell apart, and two more
    ["#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7", "#bbbbbb", "#8c6bb1", "#7fbc41"]
)
MAP_SIDE = 1120  # pixels
DIMMED = 0.45
POINT_RADIUS = 5


class Examples(NamedTuple):
    """Pictures (n, h, w, c) in 0 to 1 that no network was trained on, and the class of each (n,)."""

    pictures: Image
    labels: NDArray[np.int64]


@functools.cache
def read(subject: str) -> Examples:
    """Return the bundled test pictures of a set: "mnist" (10,000), "fashion" (2,000) or "tiles" (586)."""
    with np.load(EXAMPLES / f"{subject}.npz") as stored:
        return Examples(images.from_uint8(stored["pictures"]), stored["labels"].astype(np.int64))


def draw_some(subject: str, count: int, seed: int) -> Examples:
    """Return `count` of the pictures, drawn by `seed`."""
    pictures, labels = read(subject)
    chosen = np.random.default_rng(seed).choice(len(pictures), count, replace=False)
    return Examples(pictures[chosen], labels[chosen])


def draw_map(manifold: Image, places: Floats, labels: NDArray[np.int64]) -> Image:
    """Return a `manifold` (h, w, 1) dimmed, with a point in its class's colour at each of `places`.

    `places` (n, 2) are fractions of the width, from the left, and of the height, from the top.
    """
    canvas = pillow.fromarray(images.to_uint8(images.to_rgb(manifold * DIMMED)))
    canvas = canvas.resize((MAP_SIDE, MAP_SIDE), pillow.Resampling.BICUBIC)
    pen = ImageDraw.Draw(canvas)
    for (across, down), label in zip(places * MAP_SIDE, labels, strict=True):
        box = across - POINT_RADIUS, down - POINT_RADIUS, across + POINT_RADIUS, down + POINT_RADIUS
        pen.ellipse(box, fill=COLOURS[label])
    return images.from_uint8(np.asarray(canvas))


def grid(side: int) -> Floats:
    """Return the middles of `side` × `side` cells as fractions from the left and the top, by rows, (side², 2)."""
    middles = (np.arange(side, dtype=np.float32) + 0.5) / side
    across, down = np.meshgrid(middles, middles)
    return np.stack([across.ravel(), down.ravel()], axis=-1)


def legend(subject: str) -> str:
    """Return HTML that says which colour is which class."""
    swatches = (
        f'<span style="white-space:nowrap"><span style="color:{colour}">●</span> {name}</span>'
        for colour, name in zip(COLOURS, CLASSES[subject], strict=True)
    )
    return f'<p class="legend">{" ".join(swatches)}</p>'
