"""The part of the plane of two-dimensional codes that is worth seeing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.imaging.images import Floats

PRIOR = 3.0  # standard deviations to each side: all but a few in a thousand of a variational network's codes
OUTLIERS = 5  # % of a plain network's codes beyond each side


class Plane(NamedTuple):
    """What is shown: the codes from `low` to `high`, each (2,)."""

    low: Floats
    high: Floats

    def codes_at(self, places: NDArray[np.floating]) -> Floats:
        """Return the codes at `places` (…, 2), fractions of the width from the left and of the height from the top."""
        return np.asarray(self.low + _upside_down(places) * (self.high - self.low), np.float32)

    def places_of(self, codes: Floats) -> Floats:
        """Return where `codes` (…, 2) are: the inverse of `codes_at`."""
        return np.asarray(_upside_down((codes - self.low) / (self.high - self.low)), np.float32)


def find(codes: Floats, log_variances: Floats) -> Plane:
    """Return the plane for a network that gives these codes: of the prior, or, without one, where they are."""
    if np.isfinite(log_variances).all():
        return Plane(np.full(2, -PRIOR, np.float32), np.full(2, PRIOR, np.float32))
    low, high = np.percentile(codes, (OUTLIERS, 100 - OUTLIERS), axis=0).astype(np.float32)
    return Plane(low, np.maximum(high, low + 1e-3))


def _upside_down(fractions: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return `fractions` (…, 2) with the second counted from the other side."""
    return np.asarray(np.array([0, 1]) + np.array([1, -1]) * fractions)
