"""Areas of exactly one color, and gray images, are found whatever their size and place."""

from __future__ import annotations

import numpy as np
import pytest

from core.imaging import flatness, images
from core.imaging.flatness import FLAT_WINDOW, find_flat
from core.imaging.images import Image


@pytest.mark.parametrize("place", [(0, 0), (3, 11), (60, 40), (83, 103)])
@pytest.mark.parametrize("shape", [(FLAT_WINDOW + 1, FLAT_WINDOW + 1), (FLAT_WINDOW + 1, 30), (40, 20)])
def test_a_look_at_a_few_rows_misses_no_flat_area(
    place: tuple[int, int], shape: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    image = np.random.default_rng(0).random((100, 120, 3), np.float32)
    image[place[0] : place[0] + shape[0], place[1] : place[1] + shape[1]] = 0.5
    found = find_flat(image)
    monkeypatch.setattr(flatness, "_may_be_flat", lambda _: True)
    np.testing.assert_array_equal(found, find_flat(image))
    assert found.any()


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (5, 5)])
def test_images_smaller_than_the_window_may_be_flat(shape: tuple[int, int]) -> None:
    assert find_flat(np.full((*shape, 3), 0.25, np.float32)).all()


def test_noise_is_not_flat(picture: Image) -> None:
    assert not find_flat(picture + np.random.default_rng(0).random(picture.shape, np.float32)).any()


def test_one_colored_pixel_makes_an_image_not_gray() -> None:
    image = np.zeros((100, 100, 3), np.float32)
    assert images.is_gray(image)
    image[77, 13, 1] = 0.1
    assert not images.is_gray(image)
