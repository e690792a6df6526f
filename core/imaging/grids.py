"""Arranges many small images as one."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

NDIMS = 4  # of several images in one array
LONGEST_ROW = 12  # images in one row of a contact sheet


def make_contact_sheet(pictures: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return many images (n, h, w, c) as one: in a single row up to 12, in a grid that is about square above."""
    count = len(pictures)
    return make_grid(pictures, count if count <= LONGEST_ROW else math.ceil(math.sqrt(count)))


def make_grid(pictures: NDArray[np.float32], columns: int) -> NDArray[np.float32]:
    """Return many images (n, h, w, c) as one, in rows of `columns`; missing ones in the last row are black."""
    count, height, width, channels = pictures.shape
    rows = math.ceil(count / columns)
    cells = np.zeros((rows * columns, height, width, channels), np.float32)
    cells[:count] = pictures
    grid = cells.reshape(rows, columns, height, width, channels).transpose(0, 2, 1, 3, 4)
    return grid.reshape(rows * height, columns * width, channels)
