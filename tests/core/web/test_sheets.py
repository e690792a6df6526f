"""Grids and animations of small pictures."""

from __future__ import annotations

import numpy as np
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core.imaging import images
from core.web import sheets


def test_rows_are_enlarged_below_a_margin_and_beside_their_labels() -> None:
    rows = [(label, np.full((5, 4, 4, 1), value, np.float32)) for label, value in (("first", 0), ("second", 1))]
    grid = images.load(sheets.write_rows(rows, "grid"))
    pictures = grid[sheets.TOP_MARGIN :, sheets.LABEL_WIDTH :]
    assert pictures.shape == (2 * 4 * sheets.GRID_SCALE, 5 * 4 * sheets.GRID_SCALE, 3)
    assert pictures[: 4 * sheets.GRID_SCALE].max() == 0
    assert pictures[4 * sheets.GRID_SCALE :].min() == 1
    assert grid[sheets.TOP_MARGIN :, : sheets.LABEL_WIDTH].max() == 1  # the labels


def test_an_animation_plays_forward_and_backward() -> None:
    pictures = np.linspace(0, 1, 4, dtype=np.float32)[:, None, None, None] * np.ones((1, 3, 3, 1), np.float32)
    with pillow.open(sheets.write_animation(pictures, "morph")) as animation:
        shades = []
        for i in range(animation.n_frames):
            animation.seek(i)
            shades.append(animation.convert("RGB").getpixel((0, 0))[0])
    assert shades == [0, 85, 170, 255, 170, 85]
