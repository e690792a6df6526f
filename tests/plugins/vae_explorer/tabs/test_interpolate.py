"""The tab "Interpolate"."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core.errors import UserError
from core.imaging import images
from core.plugin import Plugin
from core.web import sheets
from plugins.vae_explorer.tabs import interpolate


def test_an_interpolation_is_an_animation_and_strips_to_compare(plugin: Plugin, digit_file: Path) -> None:
    animation, strips = interpolate.interpolate(plugin, "digits", str(digit_file), None, 0)
    with pillow.open(animation) as film:
        assert film.n_frames == 2 * interpolate.FRAMES - 2
    width = 12 * 28 * sheets.GRID_SCALE + sheets.LABEL_WIDTH
    assert images.load(strips).shape == (3 * 28 * sheets.GRID_SCALE, width, 3)
    linear, spherical = (
        images.load(interpolate.interpolate(plugin, "clothes", seed=1, spherical=each)[1]) for each in (False, True)
    )
    assert linear.shape == (2 * 28 * sheets.GRID_SCALE, width, 3)
    assert np.abs(linear - spherical).max() > 0.02
    with pytest.raises(UserError, match="choose one of"):
        interpolate.interpolate(plugin, "birds")
