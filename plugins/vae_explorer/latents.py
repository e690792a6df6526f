"""Latent vectors of images, and how much each of their dimensions encodes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from core.imaging.images import Floats

COMPARED_DIMENSIONS = 2, 4, 8, 16, 32  # sizes of the latent vector for which AE, VAE and PCA are compared


class Encoded(NamedTuple):
    """What an encoder returns, of one image (dimensions,) or of several (n, dimensions)."""

    mean: Floats
    """The mean of the latent distribution; the latent vector itself where the network is not variational."""
    log_variance: Floats
    """The logarithm of its variance; -inf where the network is not variational."""


def kl_by_dimension(encoded: Encoded) -> Floats:
    """Return the KL divergence from the standard normal distribution in nats for each dimension, (n, dimensions).

    A dimension whose KL divergence is near 0 in the mean over many images is inactive (posterior collapse).
    """
    mean, log_variance = encoded
    return np.asarray((mean**2 + np.exp(log_variance) - log_variance - 1) / 2)
