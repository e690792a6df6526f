"""Resizing, and preparing images for networks of small images."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core.imaging.images import Image
from core.imaging.resizing import center_crop_resize, resize_bicubic, to_light_on_dark
from tests.conftest import ROOT


def test_the_center_is_cropped_to_the_aspect_ratio() -> None:
    wide = np.zeros((20, 60, 3), np.float32)
    wide[:, 13:47] = 1  # more than the crop, because the filter reaches past it
    np.testing.assert_allclose(center_crop_resize(wide, (10, 10, 3)), 1)
    assert center_crop_resize(wide, (10, 30, 3)).shape == (10, 30, 3)


def test_one_channel_is_made_light_on_dark() -> None:
    paper = np.ones((28, 28, 3), np.float32)
    paper[10:18, 10:18] = 0
    digit = center_crop_resize(paper, (28, 28, 1))
    assert digit.shape == (28, 28, 1)
    assert (digit[0, 0, 0], digit[14, 14, 0]) == (0, 1)


def test_an_image_with_a_dark_border_is_not_inverted() -> None:
    dark = np.zeros((9, 9, 1), np.float32)
    dark[4, 4] = 1
    np.testing.assert_array_equal(to_light_on_dark(dark), dark)


def test_transparent_pixels_count_as_white_paper() -> None:
    clear = np.zeros((9, 9, 4), np.float32)
    clear[4, 4, 3] = 1  # one black pixel
    expected = np.zeros((9, 9, 1), np.float32)
    expected[4, 4] = 1
    np.testing.assert_array_equal(to_light_on_dark(clear), expected)


@pytest.mark.parametrize("channels", [1, 3, 5])
def test_every_channel_is_filtered_as_pillow_does(picture: Image, channels: int) -> None:
    image = np.concatenate([picture, picture[..., :2] ** 2], axis=-1)[..., :channels]
    small = resize_bicubic(image, 40, 50)
    expected = pillow.fromarray(image[..., 0]).resize((50, 40), pillow.Resampling.BICUBIC)
    assert small.shape == (40, 50, channels)
    assert small.dtype == np.float32
    np.testing.assert_array_equal(small[..., 0], expected)


def test_bicubic_results_are_not_clipped() -> None:
    edge = np.zeros((8, 8, 1), np.float32)
    edge[:, 4:] = 1
    assert resize_bicubic(edge, 16, 16).max() > 1


def test_an_image_of_the_size_asked_for_is_returned_itself(picture: Image) -> None:
    assert resize_bicubic(picture, *picture.shape[:2]) is picture


@pytest.fixture(scope="module")
def digits() -> Image:
    """Five digits of MNIST, (5, 28, 28, 1), light on dark."""
    with np.load(ROOT / "plugins" / "gan_generator" / "examples" / "mnist.npz") as stored:
        return stored["pictures"][:5].reshape(5, 28, 28, 1).astype(np.float32) / 255


def test_ink_on_transparency_stays_visible_whatever_its_color(digits: Image) -> None:
    for brightness in (0, 1):
        drawn = np.concatenate([np.full((5, 28, 28, 3), brightness, np.float32), digits], axis=-1)
        for digit, drawing in zip(digits, drawn, strict=True):
            np.testing.assert_allclose(to_light_on_dark(drawing), digit, atol=1e-5)


@pytest.mark.parametrize("brightness", [1.0, 0.4, 0.2])
def test_dim_and_shaded_paper_becomes_black(digits: Image, brightness: float) -> None:
    shade = np.linspace(0.4, 1, 28, dtype=np.float32)[None, :, None]
    for digit in digits:
        np.testing.assert_allclose(to_light_on_dark(brightness * (1 - digit)), digit, atol=1e-4)
        np.testing.assert_allclose(to_light_on_dark(brightness * shade * (1 - digit)), digit, atol=0.05)
        np.testing.assert_allclose(to_light_on_dark(digit), digit, atol=1e-6)
