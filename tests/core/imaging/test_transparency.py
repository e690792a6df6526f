"""Hidden colors under transparent pixels."""

from __future__ import annotations

import numpy as np
import pytest

from core.imaging.images import Image
from core.imaging.transparency import fill_transparent
from core.plugin import Plugin


def half_transparent(picture: Image, hidden: float) -> Image:
    """Return `picture` (h, w, 4), its right half transparent, with the value `hidden` under that half."""
    image = np.concatenate([picture, np.ones_like(picture[..., :1])], axis=-1)
    image[:, 80:] = (hidden, hidden, hidden, 0)
    return image


@pytest.mark.parametrize("hidden", [0, 1])
def test_transparent_pixels_get_the_colors_near_them(picture: Image, hidden: float) -> None:
    filled = fill_transparent(half_transparent(picture, hidden))
    np.testing.assert_array_equal(filled[:, :80], picture[:, :80])
    assert np.abs(filled[:, 80] - picture[:, 79]).mean() < 0.1


def test_nothing_is_filled_without_transparency_and_all_is_black_without_color(picture: Image) -> None:
    assert fill_transparent(picture) is not None
    np.testing.assert_array_equal(fill_transparent(picture), picture)
    np.testing.assert_array_equal(fill_transparent(np.ones((4, 4, 4), np.float32) * (1, 1, 1, 0)), 0)


def test_hidden_colors_do_not_change_what_is_denoised(picture: Image, denoiser: Plugin) -> None:
    results = [denoiser.run("denoise", half_transparent(picture, hidden), sigma=25).image for hidden in (0, 1)]
    np.testing.assert_array_equal(*results)
