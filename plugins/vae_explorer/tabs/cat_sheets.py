"""Rows of cats with labels: enlarged smoothly, which takes a fraction of the bytes of squares."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.imaging.images import Image
from core.imaging.resizing import resize_bicubic
from core.web.sheets import write_labeled

SCALE = 2


def write_cats(labels: Sequence[str], rows: Sequence[Image] | Image, name: str) -> str:
    """Write labeled rows of cats, enlarged, as a PNG and return its path; each row is (n, height, width, 3)."""
    grid = np.concatenate([np.concatenate(list(row), axis=1) for row in rows])
    enlarged = resize_bicubic(grid, SCALE * grid.shape[0], SCALE * grid.shape[1])
    return write_labeled(enlarged.clip(0, 1), labels, name)
