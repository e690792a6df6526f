"""Ways through codes."""

from __future__ import annotations

import numpy as np

from core.imaging.interpolation import slerp


def test_an_arc_keeps_the_length_of_codes() -> None:
    along = np.linspace(0, 1, 5, dtype=np.float32)[:, None]
    right, up = np.eye(2, dtype=np.float32)
    arc = slerp(right, up, along)
    np.testing.assert_allclose(np.linalg.norm(arc, axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(arc[2], [0.5**0.5] * 2, rtol=1e-5)
    for awkward in (-right, right, 0 * right):
        assert np.isfinite(slerp(right, awkward, along)).all()
