"""Ways through a space of codes: along arcs, where codes keep the length that they have (Shoemake 1985)."""

from __future__ import annotations

import numpy as np

from core.imaging.images import Floats


def slerp(first: Floats, last: Floats, along: Floats) -> Floats:
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
    codes: Floats = arc.astype(np.float32)
    return codes
