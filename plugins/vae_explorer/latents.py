"""What a code is, and what it tells."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from core.imaging.images import Floats


class Encoded(NamedTuple):
    """A picture's code: its mean, and the log of its variance (-inf in a plain autoencoder); a row each of many."""

    mean: Floats
    log_variance: Floats


def divergence_by_dimension(encoded: Encoded) -> Floats:
    """Return the Kullback-Leibler divergence from the standard normal distribution in nats, (n, dimensions).

    Dimensions near 0 in the mean over pictures tell nothing of them.
    """
    mean, log_variance = encoded
    return np.asarray((mean**2 + np.exp(log_variance) - log_variance - 1) / 2)
