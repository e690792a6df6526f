"""One pass of the brush over a photo of any size, by the statistics of up to four styles."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from functools import partial
from itertools import product
from typing import Literal

import keras
import numpy as np

from core import tiles
from core.images import Image, Numbers
from core.steps import Steps

from . import colours
from .brush import BRUSH
from .colours import Palette
from .features import VGG, glance_through, merge
from .sizes import frame, shrink_to

Colours = Literal["painting", "luminance", "matched"]
TILE, OVERLAP = 768, 192  # pixels
MARGIN = 32  # pixels about the photo, mirrored, lest the nothing beyond be painted as a frame
OBSERVED_SIDE, GRAIN = 512, 64  # pixels: the longer side of a painting while it is observed
OBSERVED_PARTS = 3  # along each side of a large photo
FULL = 1.15  # of the way to the style's statistics is told at full strength: what is painted falls short of it
BLENDED = 0.5  # the strength below which the photo shows through


def observe(network: keras.Model, style: Image) -> Numbers:
    """Return the statistics (1920,) of a painting (h, w, 3), shrunk to 512 pixels if it is larger."""
    glance = glance_through(network.get_layer(VGG))
    seen: Numbers = glance.predict_on_batch(shrink_to(style, OBSERVED_SIDE, GRAIN)[None])[-1][0]
    return seen


def observe_parts(network: keras.Model, photo: Image) -> Numbers:
    """Return the statistics (1920,) of a photo of any size, from up to nine parts of it, none of them shrunk."""
    glance = glance_through(network.get_layer(VGG))
    sides = [min(OBSERVED_SIDE, side // GRAIN * GRAIN or side) for side in photo.shape[:2]]
    starts = [
        np.unique(np.linspace(0, whole - side, OBSERVED_PARTS).astype(int))
        for whole, side in zip(photo.shape[:2], sides, strict=True)
    ]
    parts = [photo[top : top + sides[0], left : left + sides[1]] for top, left in product(*starts)]
    return merge(np.stack([glance.predict_on_batch(part[None])[-1][0] for part in parts]))


def stylise(
    network: keras.Model, photo: Image, styles: Sequence[Image], shares: Sequence[float], strength: float, mode: Colours
) -> Steps[Image]:
    """Yield progress after each tile of `photo` (h, w, 3), then return it painted, clipped to 0 to 1.

    `shares`, as many as there are `styles`, are in proportion; they need not sum up to one.
    """
    present = colours.measure(photo)
    if mode == "matched":
        styles = [np.clip(colours.match(each, colours.measure(each), present), 0, 1) for each in styles]
    parts = (np.asarray(shares, np.float64) / sum(shares)).astype(np.float32)
    style = sum(part * observe(network, each) for part, each in zip(parts, styles, strict=True))
    wanted = _mix([present, *map(colours.measure, styles)], [1 - strength, *(strength * parts)])
    glance, brush = glance_through(network.get_layer(VGG)), network.get_layer(BRUSH)
    framed = frame(photo, MARGIN)
    observe_whole = functools.cache(partial(observe_parts, network, framed))  # once, where there is more than one tile

    def paint_tile(tile: Image) -> Image:
        *features, seen = glance.predict_on_batch(tile[None])
        covers = all(part >= side for part, side in zip(tile.shape, framed.shape, strict=True))
        own = seen if covers else observe_whole()[None]
        told = own + np.float32(FULL * strength) * (style - own)
        picture = np.clip(colours.match(tile, present, wanted), 0, 1)
        painted: Image = brush.predict_on_batch([picture[None], *features, own, told])[0]
        return painted

    painted = yield from tiles.apply(paint_tile, framed, TILE, OVERLAP)
    painted = np.clip(painted[MARGIN:-MARGIN, MARGIN:-MARGIN], 0, 1)
    if mode == "luminance":
        painted = np.clip(colours.with_luminance(photo, painted), 0, 1)
    blend = np.float32(min(1, strength / BLENDED))
    return photo + blend * (painted - photo)


def _mix(palettes: Sequence[Palette], shares: Sequence[float]) -> Palette:
    """Return the weighted sum of palettes."""
    means, covariances = zip(*palettes, strict=True)
    return Palette(*(np.tensordot(np.asarray(shares), np.stack(each), 1) for each in (means, covariances)))
