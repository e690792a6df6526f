"""Runs a function over a large image in overlapping tiles, with bounded memory and few different tile shapes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from math import ceil, lcm

import numpy as np

from core.errors import UserError
from core.imaging.images import Image
from core.progress import Progress, Steps

TILE_SIZE = 512
SMALLEST_TILE = 64
SIZE_STEP = 64  # tile sides are multiples of it, so that a network is compiled for eight sides per axis at most


class DeviceMemoryError(UserError):
    """The device ran out of memory even with the smallest tile."""


def apply(
    function: Callable[[Image], Image],
    image: Image,
    tile_size: int = TILE_SIZE,
    overlap: int = 64,
    *,
    multiple: int,
    scale: int = 1,
) -> Steps[Image]:
    """Yield progress after each tile, then return the result of `function` for the whole image.

    All tiles of an image have the same shape, no larger than needed. Where a tile extends past the right or lower
    border, it is padded by reflection. If the device runs out of memory, everything is computed again with tiles of
    about half the side.

    Args:
        function: maps a tile (h, w, c), whose sides are multiples of `multiple`, to (h × scale, w × scale, d).
        image: (h, w, c), any size.
        tile_size: longest side of a tile in pixels, a multiple of `multiple`.
        overlap: pixels that neighboring tiles share; half of it is discarded on each side, so it must be at least
            twice the receptive field's radius to leave no seam.
        multiple: total downsampling factor of the network. Tiles start at multiples of it, so that the strides of all
            tiles are in phase and the result equals that of the whole image.
        scale: factor by which `function` enlarges.

    Raises:
        ValueError: if `tile_size` is not a multiple of `multiple`, or `function` returns another size.
        DeviceMemoryError: if even tiles of the smallest size do not fit into the device's memory.
    """
    if tile_size % multiple:
        raise ValueError(f"tile_size is {tile_size}: use a multiple of {multiple}.")
    smallest = ceil(SMALLEST_TILE / multiple) * multiple
    while True:
        try:
            return (yield from _apply(function, image, tile_size, min(overlap, tile_size // 2), multiple, scale))
        except Exception as error:
            if not is_out_of_memory(error):
                raise
        if tile_size <= smallest:
            raise DeviceMemoryError(
                f"the device has too little memory for even a tile of {smallest} × {smallest} pixels: "
                "close other programs that use it, or run on the CPU."
            )
        tile_size = max(smallest, tile_size // 2 // multiple * multiple)


def count(shape: Sequence[int], tile_size: int = TILE_SIZE, overlap: int = 64, *, multiple: int) -> int:
    """Return in how many tiles `apply` works on an image (h, w, c), given its shape, if the device has the memory."""
    rows, columns = (_spans(side, tile_size, min(overlap, tile_size // 2), multiple) for side in shape[:2])
    return len(rows) * len(columns)


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether `error` says that the device's memory is full, under TensorFlow, JAX or PyTorch."""
    return type(error).__name__ in ("ResourceExhaustedError", "OutOfMemoryError") or any(
        words in str(error) for words in ("RESOURCE_EXHAUSTED", "out of memory")
    )


def _apply(
    function: Callable[[Image], Image], image: Image, tile_size: int, overlap: int, multiple: int, scale: int
) -> Steps[Image]:
    height, width = image.shape[:2]
    rows, columns = (_spans(side, tile_size, overlap, multiple) for side in (height, width))
    result: Image | None = None
    for done, (row, column) in enumerate(product(rows, columns), 1):
        out = function(_cut(image, row, column))
        if out.shape[:2] != (scale * row.side, scale * column.side):
            raise ValueError(f"the function turned {row.side} × {column.side} pixels into {out.shape[:2]}.")
        if result is None:
            result = np.empty((scale * height, scale * width, out.shape[-1]), np.float32)
        result[_scaled(row.kept, scale), _scaled(column.kept, scale)] = out[
            _scaled(row.within, scale), _scaled(column.within, scale)
        ]
        yield Progress(done, len(rows) * len(columns), unit="Tile")
    assert result is not None
    return result


@dataclass(frozen=True)
class _Span:
    """The extent of a tile along one axis, in pixels of the image: its start, its side, and the part kept of it."""

    start: int
    side: int
    kept: slice

    @property
    def within(self) -> slice:
        """The part kept, in pixels of the tile."""
        return slice(self.kept.start - self.start, self.kept.stop - self.start)


def _scaled(part: slice, scale: int) -> slice:
    return slice(part.start * scale, part.stop * scale)


def _spans(length: int, largest: int, overlap: int, multiple: int) -> list[_Span]:
    """Return as few spans as cover `length` pixels, as short as possible; the last may extend past the end."""
    covered = ceil(length / multiple) * multiple
    count = max(1, ceil((covered - overlap) / (largest - overlap)))
    step = lcm(SIZE_STEP, multiple)
    side = min(largest, ceil(((covered - overlap) / count + overlap) / step) * step)
    starts = [max(0, i * (covered - side) // max(1, count - 1) // multiple * multiple) for i in range(count)]
    seams = [0, *((start + previous + side) // 2 for previous, start in pairwise(starts)), length]
    return [_Span(start, side, slice(*kept)) for start, kept in zip(starts, pairwise(seams), strict=True)]


def _cut(image: Image, row: _Span, column: _Span) -> Image:
    """Return one tile of `image`, reflected where it extends past the right and lower border."""
    part = image[row.start : row.start + row.side, column.start : column.start + column.side]
    missing = row.side - part.shape[0], column.side - part.shape[1]
    return np.pad(part, ((0, missing[0]), (0, missing[1]), (0, 0)), mode="symmetric")
