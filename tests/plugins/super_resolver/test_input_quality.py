"""JPEG blocks and noise are found in photos, and not in clean ones."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core.imaging import images
from core.imaging.images import Image
from plugins.super_resolver import gallery, input_quality


def as_jpeg(image: Image, quality: int) -> Image:
    file = BytesIO()
    pillow.fromarray(images.to_uint8(image)).save(file, "JPEG", quality=quality)
    return images.load(file.getvalue())


@pytest.mark.parametrize("path", gallery.PHOTOS, ids=lambda path: path.stem)
def test_damage_is_found_in_a_damaged_photo_only(path: Path) -> None:
    photo = images.load(path)
    noisy = photo + np.random.default_rng(0).normal(0, 6 / 255, photo.shape).astype(np.float32)
    assert input_quality.find_damage(photo, "PNG") == ""
    assert input_quality.find_damage(as_jpeg(photo, 70), "PNG") == "JPEG blocks"
    assert input_quality.find_damage(as_jpeg(photo, 70)[3:, 5:], "PNG") == "JPEG blocks"  # cropped: another grid
    assert input_quality.find_damage(as_jpeg(photo, 96), "JPEG") == ""
    assert input_quality.find_damage(noisy.clip(0, 1), "PNG") == "noise"


def test_a_tiny_or_flat_image_is_clean() -> None:
    for shape in ((1, 1, 3), (40, 90, 3), (64, 64, 4)):
        assert input_quality.find_damage(np.full(shape, 0.5, np.float32), "JPEG") == ""
