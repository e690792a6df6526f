"""What a code is, what it tells, and the way from one to another."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from core.images import Numbers


class Encoded(NamedTuple):
    """A picture's code: its mean, and the log of its variance (-inf in a plain autoencoder); a row each of many."""

    mean: Numbers
    log_variance: Numbers


def divergence_by_dimension(encoded: Encoded) -> Numbers:
    """Return the Kullback-Leibler divergence from the standard normal distribution in nats, (n, dimensions).

    Dimensions near 0 in the mean over pictures tell nothing of them.
    """
    mean, log_variance = encoded
    return np.asarray((mean**2 + np.exp(log_variance) - log_variance - 1) / 2)


def slerp(first: Numbers, last: Numbers, along: Numbers) -> Numbers:
    """Return the codes at the fractions `along` (n, 1) of the arc from `first` to `last`, both (dimensions,).

    Lengths go from the one's to the other's evenly. Where the two point the same way, or one is zero, the arc is
    straight; where they point opposite ways there is no one arc, and it is straight too.
    """
    start, end = float(np.linalg.norm(first)), float(np.linalg.norm(last))
    angle = np.arccos(np.clip(first @ last / max(start * end, 1e-12), -1, 1))
    if min(start, end) < 1e-6 or np.sin(angle) < 1e-4:
        arc = (1 - along) * first + along * last
    else:
        directions = np.sin((1 - along) * angle) * first / start + np.sin(along * angle) * last / end
        arc = directions / np.sin(angle) * ((1 - along) * start + along * end)
    codes: Numbers = arc.astype(np.float32)
    return codes
