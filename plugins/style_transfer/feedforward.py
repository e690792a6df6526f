"""Feed-forward style transfer, by AdaIN (https://arxiv.org/abs/1703.06868) or the student, of any photo, in tiles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from math import ceil

import keras
import numpy as np

from core.imaging import tiling
from core.imaging.images import Floats, Image
from core.imaging.resizing import resize_bicubic
from core.progress import Progress, Steps, finish, within

from .color_transfer import color_statistics, match_colors, replace_luminance
from .networks.parts import parts_of
from .networks.statistics import merge_statistics
from .options import StylizeOptions
from .resizing import pad_mirrored, shrink_to

TILE, OVERLAP = 768, 192  # pixels
WORKING_SIDE = 1024  # pixels of a photo's longer side at stroke size 1: style images are shrunk to half of it
STATISTICS_SIDE = 512  # pixels: of the longer side of a style image, and of a photo's window with its margin
SIDE_MULTIPLE = 64  # pixels: style images have few different sizes, as Keras compiles a network for each
MAX_WINDOWS = 3  # along each side of a photo
STRIDE = 8  # pixels: sides of tiles are multiples of it, as the deepest features have an eighth of the resolution
NEW_SHARE = 0.1  # of a new frame's statistics in the moving average over a film
BLEND_BELOW = 0.5  # strength below which the result is blended with the photo

Window = tuple[slice, slice]
"""Rows and columns of a photo."""


def style_statistics(network: keras.Model, style: Image) -> Floats:
    """Return the channel statistics of a style image (h, w, 3), shrunk to 512 pixels where it is larger."""
    parts = parts_of(network)
    padded = pad_mirrored(shrink_to(style, STATISTICS_SIDE, SIDE_MULTIPLE), parts.margin)
    return _statistics(parts.style_encoder, padded)


def merged_statistics(
    encoder: keras.Model, padded: Image, windows: Sequence[Window], widths: Sequence[int]
) -> Steps[Floats]:
    """Yield progress after each window of a photo, then return the channel statistics of the photo.

    Args:
        encoder: its last output, or its only one, are `channel_statistics`.
        padded: the photo with its margin, (h + 2 · margin, w + 2 · margin, 3); it is not resized.
        windows: from `windows_of`.
        widths: channels of each layer in the statistics.
    """
    found = []
    for window in windows:
        found.append(_statistics(encoder, padded[window]))
        yield Progress(len(found), len(windows))
    return merge_statistics(np.stack(found), widths)


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
        network: from `build_style_transfer` or `build_student`.
        content: the photo (h, w, 3).
        styles: style images (h, w, 3) of any size.
        mixing_weights: one per style image; they sum to 1.
        options: strength, colors and stroke size; its mixing weights are not used.
    """
    if options.colors == "matched":
        target = color_statistics(content)
        styles = [np.clip(match_colors(each, color_statistics(each), target), 0, 1) for each in styles]
    working = _at_working_size(content, options.stroke_size)
    total = len(styles) + count_steps(network, working.shape, options.strength)
    statistics = []
    for each in styles:
        statistics.append(style_statistics(network, each))
        yield Progress(len(statistics), total)
    style = np.asarray(mixing_weights, np.float32) @ np.stack(statistics)
    applied = apply_statistics(network, working, style, options.strength)
    stylized = yield from within(total, len(styles), applied)
    stylized = np.clip(resize_bicubic(stylized, *content.shape[:2]), 0, 1)
    if options.colors == "luminance":
        stylized = np.clip(replace_luminance(content, stylized), 0, 1)
    blend = np.float32(min(1, options.strength / BLEND_BELOW))
    return content + blend * (stylized - content)


def count_steps(network: keras.Model, shape: Sequence[int], strength: float) -> int:
    """Return how many steps `apply_statistics` has for a photo of a shape (h, w, 3)."""
    margin = parts_of(network).margin
    padded = [side + 2 * margin for side in shape[:2]]
    tiles = tiling.count(padded, TILE, OVERLAP, multiple=STRIDE)
    return tiles + len(windows_of(padded, margin)) * ((tiles > 1) + (strength != 1))


def apply_statistics(network: keras.Model, content: Image, style: Floats, strength: float) -> Steps[Image]:
    """Yield progress, then return a photo (h, w, 3) in a style of the given statistics, not clipped.

    A step is a window of the photo, whose statistics are measured first where it has several tiles or keeps some of its
    own style, or a tile.
    """
    parts = parts_of(network)
    padded = pad_mirrored(content, parts.margin)
    windows, tiles = windows_of(padded.shape, parts.margin), tiling.count(padded.shape, TILE, OVERLAP, multiple=STRIDE)
    total, target = count_steps(network, content.shape, strength), style
    own: Floats | None = None

    def measure() -> Steps[Floats]:
        return (yield from merged_statistics(parts.content_encoder, padded, windows, parts.content_widths))

    if tiles > 1:
        own = yield from within(total, 0, measure())
    if strength != 1:
        merged = merged_statistics(parts.style_encoder, padded, windows, parts.style_widths)
        photo_style = yield from within(total, total - tiles - len(windows), merged)
        target = photo_style + np.float32(strength) * (style - photo_style)

    def stylize_tile(tile: Image) -> Image:
        nonlocal own
        *features, of_tile = parts.content_encoder.predict_on_batch(tile[None])
        if own is None and tile.size < padded.size:  # the device had too little memory for the whole
            own = finish(measure())
        statistics = of_tile if own is None else own[None]
        stylized: Image = parts.decoder.predict_on_batch([*features, statistics, target[None]])[0]
        return stylized

    applied = tiling.apply(stylize_tile, padded, TILE, OVERLAP, multiple=STRIDE)
    stylized = yield from within(total, total - tiles, applied)
    return np.asarray(stylized[parts.margin : -parts.margin, parts.margin : -parts.margin])


def apply_to_frames(network: keras.Model, frames: Iterable[Image], style: Floats, strength: float) -> Iterator[Image]:
    """Yield each frame (h, w, 3) of a film in a style of the given statistics, clipped to 0 to 1; it is not tiled.

    The statistics that a frame is normalized by are smoothed over time: those of single frames make the colors of
    still parts flicker when something else moves.
    """
    parts = parts_of(network)
    own = of_frame_style = None
    for frame in frames:
        padded = pad_mirrored(frame, parts.margin)
        *features, now = parts.content_encoder.predict_on_batch(padded[None])
        own = _smooth(own, now)
        target = style[None]
        if strength < 1:
            of_frame_style = _smooth(of_frame_style, _statistics(parts.style_encoder, padded)[None])
            target = of_frame_style + np.float32(strength) * (target - of_frame_style)
        stylized = parts.decoder.predict_on_batch([*features, own, target])[0]
        yield np.clip(stylized[parts.margin : -parts.margin, parts.margin : -parts.margin], 0, 1)


def _smooth(before: Floats | None, now: Floats) -> Floats:
    """Return the exponential moving average of statistics; the first ones are taken as they are."""
    return now if before is None else np.asarray(before + NEW_SHARE * (now - before), np.float32)


def _at_working_size(content: Image, stroke_size: float) -> Image:
    """Return a photo, shrunk where it is larger than 1024 pixels divided by `stroke_size`."""
    side = round(WORKING_SIDE / stroke_size)
    return shrink_to(content, side) if max(content.shape[:2]) > side else content


def _statistics(encoder: keras.Model, padded: Image) -> Floats:
    found = encoder.predict_on_batch(padded[None])
    statistics: Floats = (found[-1] if isinstance(found, list) else found)[0]
    return statistics


def windows_of(shape: Sequence[int], margin: int) -> list[Window]:
    """Return up to 3 × 3 windows of a photo with its margin, given its shape, each with a margin of its own."""
    rows, columns = (_windows(side - 2 * margin, margin) for side in shape[:2])
    return list(product(rows, columns))


def _windows(side: int, margin: int) -> list[slice]:
    """Return up to three evenly spaced windows of a side, each with its margin.

    Starts and lengths are multiples of 8 pixels, aligned with the grid of the deepest features: windows overlap only
    where the side is not a multiple of 8.
    """
    longest = STATISTICS_SIDE - 2 * margin
    count = min(MAX_WINDOWS, ceil(side / longest))
    length = min(longest, ceil(side / count / STRIDE) * STRIDE)
    starts = np.linspace(0, max(0, side - length), count).astype(int)
    return [slice(start, start + length + 2 * margin) for start in starts]
