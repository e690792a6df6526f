"""Noise: adding it, and estimating its level in photographs as people have them."""

from __future__ import annotations

import numpy as np
import pytest

from core.imaging import images
from core.imaging.images import Image
from plugins.denoiser.camera import Camera, compress, photograph, read_noise
from plugins.denoiser.noise import (
    add_noise,
    choose_network,
    estimate_sigma,
    is_monochrome,
    measure_noise,
    shared_noise_gain,
)
from plugins.denoiser.patch_levels import Patches

SEPIA = np.array([1.0, 0.87, 0.67], np.float32)


def to_gray(photo: Image) -> Image:
    return np.repeat(photo[..., 1:2], 3, axis=-1)


def as_8_bit(image: Image) -> Image:
    return images.from_uint8(images.to_uint8(image))


def test_noise_is_seeded_and_has_the_given_sigma(photo: Image) -> None:
    noise = add_noise(photo, 25, seed=3) - photo
    assert noise.std() * 255 == pytest.approx(25, rel=0.01)
    np.testing.assert_array_equal(add_noise(photo, 25, seed=3), add_noise(photo, 25, seed=3))
    assert add_noise(photo, 50).max() > 1  # not clipped


@pytest.mark.parametrize("sigma", [5, 15, 25, 50, 75])
def test_sigma_is_estimated_within_a_tenth(photo: Image, sigma: float) -> None:
    assert estimate_sigma(add_noise(photo, sigma)) == pytest.approx(sigma, rel=0.1)


JPEGS = [(sigma, *jpeg) for jpeg in ((98, 0), (95, 2), (90, 2), (75, 2)) for sigma in (10, 25, 50)]


@pytest.mark.parametrize(("sigma", "quality", "subsampling"), JPEGS)
def test_sigma_is_estimated_in_a_jpeg(photo: Image, sigma: float, quality: int, subsampling: int) -> None:
    noisy = compress(add_noise(photo, sigma), quality, subsampling)
    assert estimate_sigma(noisy) == pytest.approx(sigma, rel=0.2)


@pytest.mark.parametrize("sigma", [10, 25, 50])
@pytest.mark.parametrize("tint", [np.ones(3, np.float32), SEPIA])
def test_sigma_is_estimated_in_a_gray_and_in_a_toned_photo(photo: Image, sigma: float, tint: Image) -> None:
    noisy = as_8_bit(to_gray(add_noise(photo, sigma)) * tint)
    assert is_monochrome(noisy)
    assert estimate_sigma(noisy) == pytest.approx(sigma, rel=0.2)
    assert estimate_sigma(compress(noisy, 90)) == pytest.approx(sigma, rel=0.2)


def test_the_estimate_rises_with_a_cameras_noise(photo: Image) -> None:
    estimates = [
        estimate_sigma(photograph(photo, Camera(shot, read_noise(shot)), np.random.default_rng(0)))
        for shot in (5e-4, 2e-3, 8e-3)
    ]
    assert 8 < estimates[0] < 19  # where the network `photographs` restores best
    assert 17 < estimates[1] < 28
    assert 36 < estimates[2] < 55


def test_a_clean_photo_has_almost_no_noise(photo: Image) -> None:
    assert not is_monochrome(photo)
    for clean in (photo, to_gray(photo), as_8_bit(to_gray(photo) * SEPIA), compress(photo, 90), compress(photo, 75)):
        assert estimate_sigma(clean) < 3


@pytest.mark.parametrize("value", [0, 0.5, 1])
@pytest.mark.parametrize("shape", [(9, 9), (200, 200)])
def test_the_estimate_for_a_flat_image_is_0(shape: tuple[int, int], value: float) -> None:
    assert estimate_sigma(np.full((*shape, 3), value, np.float32)) == 0


def test_the_estimate_for_a_smooth_ramp_is_0() -> None:
    ramp = np.linspace(0, 1, 300, dtype=np.float32)[:, None, None] * np.ones((1, 200, 3), np.float32)
    assert estimate_sigma(as_8_bit(ramp)) == 0


@pytest.mark.parametrize("shape", [(1, 1), (8, 30), (9, 9), (9, 10), (10, 10), (9, 400), (17, 18), (20, 20)])
@pytest.mark.parametrize("channels", [1, 3])
def test_the_estimate_for_a_tiny_image_is_finite(shape: tuple[int, int], channels: int) -> None:
    image = np.random.default_rng(0).random((*shape, channels), np.float32) * np.ones(3, np.float32)
    assert 0 <= estimate_sigma(image) < 128


def test_the_estimate_for_an_image_below_9_pixels_is_0() -> None:
    assert estimate_sigma(np.zeros((8, 30, 3), np.float32)) == 0


def test_the_network_gets_a_higher_level_where_the_channels_share_their_noise(photo: Image) -> None:
    gray = to_gray(add_noise(photo, 25))
    assert shared_noise_gain(gray) == pytest.approx(np.sqrt(3), rel=1e-3)
    assert shared_noise_gain(gray * SEPIA) == pytest.approx(np.linalg.norm(SEPIA), rel=1e-2)
    assert shared_noise_gain(compress(gray * SEPIA, 90)) == pytest.approx(np.linalg.norm(SEPIA), rel=0.05)
    for color in (photo, add_noise(photo, 25), add_noise(to_gray(photo), 5), np.ones((20, 20, 3), np.float32)):
        assert shared_noise_gain(color) == 1


def test_white_noise_and_the_noise_of_cameras_are_told_apart(photo: Image) -> None:
    clean = photo[:256, :256]
    gray = np.repeat(clean[..., 1:2], 3, axis=-1)
    noise = add_noise(gray[..., :1], 15) - gray[..., :1]
    for noisy in (add_noise(clean, 10), compress(add_noise(clean, 15), 98, subsampling=0), gray + noise):
        assert choose_network(as_8_bit(noisy)) == "photographs"
    for noisy in (compress(add_noise(clean, 25), 95), photograph(clean, Camera(2e-3, 1e-5), np.random.default_rng(0))):
        assert choose_network(noisy) == "camera"


@pytest.mark.parametrize("toned", [False, True])
def test_an_image_is_measured_once_for_its_network_and_its_level(
    photo: Image, monkeypatch: pytest.MonkeyPatch, toned: bool
) -> None:
    noisy = add_noise(photo[:256, :256], 20)
    image = to_gray(noisy) * SEPIA if toned else noisy
    cut = []
    monkeypatch.setattr("plugins.denoiser.noise.Patches", lambda image: cut.append(image.shape) or Patches(image))
    assert choose_network(image) == "photographs"
    measured = len(cut)
    assert estimate_sigma(image) == measure_noise(image).sigma
    assert len(cut) == measured
    assert measure_noise(image).shared_gain == shared_noise_gain(image)
    assert measure_noise(image.copy()) == measure_noise(image)
