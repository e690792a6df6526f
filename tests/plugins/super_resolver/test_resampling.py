"""Bicubic resampling."""

from __future__ import annotations

import numpy as np
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core.imaging import images
from core.imaging.images import Image
from plugins.super_resolver.resampling import crop_to_multiple, downscale


def test_downscaling_is_pillows_antialiased_bicubic(photo: Image) -> None:
    expected = pillow.fromarray(images.to_uint8(photo)).resize((96, 64), pillow.Resampling.BICUBIC)
    np.testing.assert_array_equal(images.to_uint8(downscale(photo, 4)), np.asarray(expected))
    assert crop_to_multiple(photo[:255, :383], 4).shape == (252, 380, 3)
