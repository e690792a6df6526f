"""Big pictures through a network in overlapping tiles of one of few shapes: bounded device memory, few compilations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise, product
from math import ceil

import numpy as np

from core.errors import UserError
from core.imaging.images import Image
from core.progress import Progress, Steps

TILE = 512
SMALLEST_TILE = 64
GRAIN = 64  # tiles are cut down to multiples of it: eight sides at most, where a network is compiled for each


class DeviceMemoryError(UserError):
    """The device ran out of memory even with the smallest tile."""


def apply(
    function: Callable[[Image], Image],
    image: Image,
    tile: int = TILE,
    overlap: int = 64,
    multiple: int = 8,
    scale: int = 1,
) -> Steps[Image]:
    """Yield progress after each tile, then return `function` over the whole of `image` (h, w, c).

    `function` maps an image of at most `tile` × `tile` pixels to one `scale` times as high and wide; the sides are
    the same for all tiles of a picture, no longer than it takes. Tiles start at multiples of `multiple` (the
    network's total downsampling), so that each is processed in phase with its neighbours; each gives its middle,
    so half of `overlap` is context on every side. Where a tile reaches over the border, the picture is mirrored
    there. Where the device runs out of memory, all starts again with tiles of about half the side.
    Raises DeviceMemoryError when even tiles of 64 pixels do not fit.
    """
    if tile % multiple:
        raise ValueError(f"tile is {tile}: use a multiple of {multiple}.")
    while True:
        try:
            return (yield from _apply(function, image, tile, min(overlap, tile // 2), multiple, scale))
        except Exception as error:
            if not is_out_of_memory(error):
                raise
        if tile <= SMALLEST_TILE:
            raise DeviceMemoryError(
                f"the device has too little memory for even a tile of {SMALLEST_TILE} × {SMALLEST_TILE} pixels: "
                "close other programs that use it, or run on the CPU."
            )
        tile = max(SMALLEST_TILE, tile // 2 // multiple * multiple)


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether `error` is a backend's word for a full device (TensorFlow's, JAX's or PyTorch's)."""
    return type(error).__name__ in ("ResourceExhaustedError", "OutOfMemoryError") or any(
        words in str(error) for words in ("RESOURCE_EXHAUSTED", "out of memory")
    )


def _apply(
    function: Callable[[Image], Image], image: Image, tile: int, overlap: int, multiple: int, scale: int
) -> Steps[Image]:
    height, width = image.shape[:2]
    rows, columns = (_spans(side, tile, overlap, multiple) for side in (height, width))
    result: Image | None = None
    for done, (row, column) in enumerate(product(rows, columns), 1):
        out = function(_cut(image, row, column))
        if out.shape[:2] != (scale * row.side, scale * column.side):
            raise ValueError(f"the function turned {row.side} × {column.side} pixels into {out.shape[:2]}.")
        if result is None:
            result = np.empty((scale * height, scale * width, out.shape[-1]), np.float32)
        result[_times(row.kept, scale), _times(column.kept, scale)] = out[
            _times(row.within, scale), _times(column.within, scale)
        ]
        yield Progress(done, len(rows) * len(columns))
    assert result is not None
    return result


@dataclass(frozen=True)
class _Span:
    """One tile along one axis: where it starts, its side, the part that it gives, in the picture and in the tile."""

    start: int
    side: int
    kept: slice

    @property
    def within(self) -> slice:
        return slice(self.kept.start - self.start, self.kept.stop - self.start)


def _times(part: slice, scale: int) -> slice:
    return slice(part.start * scale, part.stop * scale)


def _spans(length: int, largest: int, overlap: int, multiple: int) -> list[_Span]:
    """Return as few tiles as cover `length` pixels, as short as will do; the last may reach over the end."""
    covered = ceil(length / multiple) * multiple
    count = max(1, ceil((covered - overlap) / (largest - overlap)))
    side = min(largest, ceil(((covered - overlap) / count + overlap) / GRAIN) * GRAIN)
    starts = [max(0, i * (covered - side) // max(1, count - 1) // multiple * multiple) for i in range(count)]
    seams = [0, *((start + previous + side) // 2 for previous, start in pairwise(starts)), length]
    return [_Span(start, side, slice(*kept)) for start, kept in zip(starts, pairwise(seams), strict=True)]


def _cut(image: Image, row: _Span, column: _Span) -> Image:
    """Return one tile of `image`, mirrored where it reaches over the right and lower border."""
    part = image[row.start : row.start + row.side, column.start : column.start + column.side]
    missing = row.side - part.shape[0], column.side - part.shape[1]
    return np.pad(part, ((0, missing[0]), (0, missing[1]), (0, 0)), mode="symmetric")
