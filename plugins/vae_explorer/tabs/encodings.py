"""Latent vectors of the test images, computed once for an engine and used by several tabs."""

from __future__ import annotations

import numpy as np

from core.imaging.images import Floats
from core.plugin import Plugin

from .. import example_images
from ..example_images import Examples
from ..latents import Encoded, kl_by_dimension

COUNT = 2000  # test images


def test_images(checkpoint: str) -> Examples:
    """Return the first test images of the data set that a checkpoint's name begins with, and their labels."""
    known = example_images.read(checkpoint.split("_")[0])
    return Examples(known.pictures[:COUNT], known.labels[:COUNT])


def encode_test_images(plugin: Plugin, checkpoint: str) -> Encoded:
    """Return means and log variances (n, dimensions) of the latent vectors of the first test images."""

    def encode() -> Encoded:
        encoded: Encoded = plugin.run("encode", test_images(checkpoint).pictures, checkpoint=checkpoint)
        return encoded

    return plugin.cached(("encoded test images", checkpoint), encode)


def mean_kl_by_dimension(plugin: Plugin, checkpoint: str) -> Floats:
    """Return the mean KL divergence over test images in nats for each latent dimension of a VAE, (dimensions,)."""
    return np.asarray(kl_by_dimension(encode_test_images(plugin, checkpoint)).mean(axis=0))
