"""An image at several scales, stacked along the channels."""

from __future__ import annotations

import numpy as np

from plugins.gan_generator import multiscale


def test_coarser_scales_are_the_means_of_blocks() -> None:
    image = np.random.default_rng(0).random((2, 8, 8, 3), np.float32)
    stacked = multiscale.stack_scales(image, 3)
    assert stacked.shape == (2, 8, 8, 9)
    np.testing.assert_array_equal(stacked[..., :3], image)
    np.testing.assert_allclose(stacked[0, 5, 6, 3:6], image[0, 4:6, 6:8].mean(axis=(0, 1)), rtol=1e-5)
    np.testing.assert_allclose(stacked[0, 5, 6, 6:], image[0, 4:8, 4:8].mean(axis=(0, 1)), rtol=1e-5)
