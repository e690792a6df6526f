"""Feed-forward style transfer (AdaIN, https://arxiv.org/abs/1703.06868) of a photo of any size, in tiles."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from functools import partial
from itertools import product
from math import ceil

import keras
import numpy as np

from core.imaging import tiling
from core.imaging.images import Floats, Image
from core.imaging.resizing import resize_bicubic
from core.progress import Steps

from .color_transfer import color_statistics, match_colors, replace_luminance
from .networks.decoder import DECODER
from .networks.vgg import VGG, encoder_with_statistics, merge_statistics
from .options import StylizeOptions
from .resizing import pad_mirrored, shrink_to

TILE, OVERLAP = 768, 192  # pixels
WORKING_SIDE = 1024  # pixels of a photo's longer side at stroke size 1: style images are shrunk to half of it
MARGIN = 64  # pixels, mirrored: the radius of encoder and decoder's receptive field, so that no zero padding shows
STATISTICS_SIDE = 512  # pixels: of the longer side of a style image, and of a photo's window with its margin
SIDE_MULTIPLE = 64  # pixels: style images have few different sizes, as Keras compiles a network for each
MAX_WINDOWS = 3  # along each side of a photo
POOLING_STRIDE = 8  # pixels: the product of the VGG's three poolings
BLEND_BELOW = 0.5  # strength below which the result is blended with the photo


def style_statistics(network: keras.Model, style: Image) -> Floats:
    """Return the channel statistics (1792,) of a style image (h, w, 3), shrunk to 512 pixels where it is larger."""
    return _statistics(network, pad_mirrored(shrink_to(style, STATISTICS_SIDE, SIDE_MULTIPLE), MARGIN))


def content_statistics(network: keras.Model, padded: Image) -> Floats:
    """Return the channel statistics (1792,) of a photo of any size, merged from those of up to 3 × 3 windows of it.

    Args:
        network: from `build_style_transfer`.
        padded: the photo with its margin, (h + 2 · MARGIN, w + 2 · MARGIN, 3); it is not resized.
    """
    windows = [_windows(side - 2 * MARGIN) for side in padded.shape[:2]]
    found = [_statistics(network, padded[rows, columns]) for rows, columns in product(*windows)]
    return merge_statistics(np.stack(found))


def stylize(
    network: keras.Model,
    content: Image,
    styles: Sequence[Image],
    mixing_weights: Sequence[float],
    options: StylizeOptions,
) -> Steps[Image]:
    """Yield progress after each tile, then return the stylized photo (h, w, 3), clipped to 0 to 1.

    A photo that is larger than the stroke size asks for is shrunk before the network and enlarged after it. Colors
    that are kept, and what a low strength keeps of the photo, have its full resolution.

    Args:
        network: from `build_style_transfer`.
        content: the photo (h, w, 3).
        styles: style images (h, w, 3) of any size.
        mixing_weights: one per style image; they sum to 1.
        options: strength, colors and stroke size; its mixing weights are not used.
    """
    if options.colors == "matched":
        target = color_statistics(content)
        styles = [np.clip(match_colors(each, color_statistics(each), target), 0, 1) for each in styles]
    statistics = np.stack([style_statistics(network, each) for each in styles])
    style = np.asarray(mixing_weights, np.float32) @ statistics
    stylized = yield from _stylize(network, _at_working_size(content, options.stroke_size), style, options.strength)
    stylized = np.clip(resize_bicubic(stylized, *content.shape[:2]), 0, 1)
    if options.colors == "luminance":
        stylized = np.clip(replace_luminance(content, stylized), 0, 1)
    blend = np.float32(min(1, options.strength / BLEND_BELOW))
    return content + blend * (stylized - content)


def _at_working_size(content: Image, stroke_size: float) -> Image:
    """Return a photo, shrunk where it is larger than 1024 pixels divided by `stroke_size`."""
    side = round(WORKING_SIDE / stroke_size)
    return shrink_to(content, side) if max(content.shape[:2]) > side else content


def _stylize(network: keras.Model, content: Image, style: Floats, strength: float) -> Steps[Image]:
    """Yield progress after each tile, then return a photo in a style of the given statistics, not clipped."""
    encoder, decoder = encoder_with_statistics(network.get_layer(VGG), MARGIN), network.get_layer(DECODER)
    padded = pad_mirrored(content, MARGIN)
    whole_statistics = functools.cache(partial(content_statistics, network, padded))  # once for all tiles

    def stylize_tile(tile: Image) -> Image:
        *features, of_tile = encoder.predict_on_batch(tile[None])
        is_whole = all(size >= side for size, side in zip(tile.shape, padded.shape, strict=True))
        own = of_tile if is_whole else whole_statistics()[None]
        target = own + np.float32(strength) * (style - own)
        stylized: Image = decoder.predict_on_batch([*features, own, target])[0]
        return stylized

    stylized = yield from tiling.apply(stylize_tile, padded, TILE, OVERLAP, multiple=POOLING_STRIDE)
    return np.asarray(stylized[MARGIN:-MARGIN, MARGIN:-MARGIN])


def _statistics(network: keras.Model, padded: Image) -> Floats:
    encoder = encoder_with_statistics(network.get_layer(VGG), MARGIN)
    statistics: Floats = encoder.predict_on_batch(padded[None])[-1][0]
    return statistics


def _windows(side: int) -> list[slice]:
    """Return up to three evenly spaced windows of a side, each with its margin.

    Starts and lengths are multiples of 8 pixels, aligned with the VGG's pooling grid: windows overlap only where the
    side is not a multiple of 8.
    """
    longest = STATISTICS_SIDE - 2 * MARGIN
    count = min(MAX_WINDOWS, ceil(side / longest))
    length = min(longest, ceil(side / count / POOLING_STRIDE) * POOLING_STRIDE)
    starts = np.linspace(0, max(0, side - length), count).astype(int)
    return [slice(start, start + length + 2 * MARGIN) for start in starts]
