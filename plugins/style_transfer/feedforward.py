"""One pass of the brush over a photo of any size, by the statistics of up to four styles."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from functools import partial
from itertools import product
from math import ceil
from typing import Literal

import keras
import numpy as np

from core.imaging import tiling
from core.imaging.images import Floats, Image
from core.progress import Steps

from . import color_transfer
from .networks.decoder import BRUSH
from .networks.vgg import VGG, glance_through, merge
from .resizing import frame, shrink_to

Colours = Literal["painting", "luminance", "matched"]
TILE, OVERLAP = 768, 192  # pixels
MARGIN = 64  # pixels about a picture, mirrored: as far as the nothing beyond is seen by the VGG, then by the brush
OBSERVED_SIDE, GRAIN = 512, 64  # pixels: the longer side of a painting while it is observed, of a part with its margin
OBSERVED_PARTS = 3  # along each side of a large photo
POOLING_STRIDE = 8  # pixels: the product of the VGG's three poolings
BLENDED = 0.5  # the strength below which the photo shows through


def observe(network: keras.Model, style: Image) -> Floats:
    """Return the statistics (1792,) of a painting (h, w, 3), shrunk to 512 pixels if it is larger."""
    return _observe_framed(network, frame(shrink_to(style, OBSERVED_SIDE, GRAIN), MARGIN))


def observe_parts(network: keras.Model, framed: Image) -> Floats:
    """Return the statistics (1792,) of a photo with a margin, from up to nine parts of it, none of them shrunk."""
    windows = [_spread(side - 2 * MARGIN) for side in framed.shape[:2]]
    return merge(np.stack([_observe_framed(network, framed[rows, columns]) for rows, columns in product(*windows)]))


def _observe_framed(network: keras.Model, framed: Image) -> Floats:
    glance = glance_through(network.get_layer(VGG), MARGIN)
    seen: Floats = glance.predict_on_batch(framed[None])[-1][0]
    return seen


def _spread(side: int) -> list[slice]:
    """Return up to three parts of a side, each with its margin, evenly spread.

    Starts and lengths are multiples of 8 pixels, aligned with the VGG's pooling grid: parts overlap only where the
    side is no multiple of 8.
    """
    most = OBSERVED_SIDE - 2 * MARGIN
    count = min(OBSERVED_PARTS, ceil(side / most))
    length = min(most, ceil(side / count / POOLING_STRIDE) * POOLING_STRIDE)
    starts = np.linspace(0, max(0, side - length), count).astype(int)
    return [slice(start, start + length + 2 * MARGIN) for start in starts]


def stylise(
    network: keras.Model, photo: Image, styles: Sequence[Image], shares: Sequence[float], strength: float, mode: Colours
) -> Steps[Image]:
    """Yield progress after each tile of `photo` (h, w, 3), then return it painted, clipped to 0 to 1.

    `shares`, as many as there are `styles`, are in proportion; they need not sum up to one.
    """
    if mode == "matched":
        present = color_transfer.measure(photo)
        styles = [np.clip(color_transfer.match(each, color_transfer.measure(each), present), 0, 1) for each in styles]
    fractions = (np.asarray(shares, np.float64) / sum(shares)).astype(np.float32)
    style = sum(fraction * observe(network, each) for fraction, each in zip(fractions, styles, strict=True))
    glance, brush = glance_through(network.get_layer(VGG), MARGIN), network.get_layer(BRUSH)
    framed = frame(photo, MARGIN)
    observe_whole = functools.cache(partial(observe_parts, network, framed))  # once, where there is more than one tile

    def paint_tile(tile: Image) -> Image:
        *features, seen = glance.predict_on_batch(tile[None])
        covers = all(one >= side for one, side in zip(tile.shape, framed.shape, strict=True))
        own = seen if covers else observe_whole()[None]
        told = own + np.float32(strength) * (style - own)
        painted: Image = brush.predict_on_batch([*features, own, told])[0]
        return painted

    painted = yield from tiling.apply(paint_tile, framed, TILE, OVERLAP, multiple=POOLING_STRIDE)
    painted = np.clip(painted[MARGIN:-MARGIN, MARGIN:-MARGIN], 0, 1)
    if mode == "luminance":
        painted = np.clip(color_transfer.with_luminance(photo, painted), 0, 1)
    blend = np.float32(min(1, strength / BLENDED))
    return photo + blend * (painted - photo)
