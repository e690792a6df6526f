"""The simulation of a camera's noise."""

from __future__ import annotations

import numpy as np
import pytest

from core.imaging.images import Image
from core.imaging.metrics import psnr
from plugins.denoiser.camera import (
    Camera,
    demosaic,
    mix_color_matrix,
    mosaic,
    photograph,
    process,
    read_noise,
    sample_camera,
    unprocess,
)

CAMERA = Camera(shot=2e-3, read=read_noise(2e-3))


def test_processing_undoes_unprocessing(photo: Image) -> None:
    assert psnr(process(unprocess(photo, CAMERA), CAMERA), photo) > 50


def test_color_matrices_keep_white() -> None:
    matrix = mix_color_matrix(np.array([0.1, 0.2, 0.3, 0.4]))
    np.testing.assert_allclose(matrix.sum(axis=1), 1)


def test_demosaicing_restores_a_flat_color_and_every_recorded_value(photo: Image) -> None:
    flat = np.broadcast_to(np.array([0.2, 0.4, 0.6], np.float32), (12, 15, 3))
    np.testing.assert_allclose(demosaic(mosaic(flat)), flat, atol=1e-6)
    raw = mosaic(photo[:33, :40])
    np.testing.assert_array_equal(mosaic(demosaic(raw)), raw)


def test_demosaicing_is_close_to_the_photo(photo: Image) -> None:
    assert psnr(demosaic(mosaic(photo)), photo) > 28


def test_the_raw_noise_has_the_variance_of_shot_and_read_noise() -> None:
    gray = np.full((256, 256, 3), 0.5, np.float32)
    camera = Camera(shot=1e-3, read=1e-5, quality=None)
    linear = unprocess(gray, camera)
    developed = photograph(gray, camera, np.random.default_rng(0))
    raw = mosaic(linear)[::2, 1::2]  # green
    green = mosaic(unprocess(developed, camera))[::2, 1::2]
    assert green.var() == pytest.approx(1e-3 * raw.mean() + 1e-5, rel=0.1)


def test_photographs_are_seeded_and_noisier_at_a_higher_iso(photo: Image) -> None:
    taken = [photograph(photo, CAMERA, np.random.default_rng(0)) for _ in range(2)]
    np.testing.assert_array_equal(*taken)
    noisier = Camera(shot=8e-3, read=read_noise(8e-3))
    assert psnr(photograph(photo, noisier, np.random.default_rng(0)), photo) < psnr(taken[0], photo) - 3


@pytest.mark.parametrize("shape", [(1, 1, 3), (2, 2, 3), (7, 5, 3)])
def test_tiny_pictures_can_be_photographed(shape: tuple[int, ...]) -> None:
    taken = photograph(np.full(shape, 0.5, np.float32), CAMERA, np.random.default_rng(0))
    assert taken.shape == shape
    assert np.isfinite(taken).all()


def test_sampled_cameras_stay_in_the_papers_ranges() -> None:
    random = np.random.default_rng(0)
    for _ in range(50):
        camera = sample_camera(random)
        assert 1e-4 <= camera.shot <= 1.2e-2
        assert 0 < camera.read < camera.shot
        assert camera.quality is not None
        assert 60 <= camera.quality <= 98
        np.testing.assert_allclose(camera.matrix.sum(axis=1), 1)
