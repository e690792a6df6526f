"""Tells a photo that was only made small from one with JPEG artifacts or noise, by its pixels."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from core.imaging.images import Floats, Image
from core.imaging.metrics import luma

BLOCK = 8  # pixels: of JPEG, and of most video
PATCH = 8  # pixels: of the patches whose noise is measured
LARGEST_STEP = 8  # 8-bit units: larger ones are edges
SMALLEST_MEASURED = 48  # pixels of a side
QUIET_SHARE = 10  # % of the patches: those with the least detail show the noise


MAX_BLOCKINESS, MAX_BLOCKINESS_OF_JPEG = 0.6, 0.45  # 8-bit units; JPEG of quality 85 has about 0.5, of 75 about 0.9
MAX_NOISE = 2.0  # 8-bit units


class InputQuality(NamedTuple):
    """What was measured in a photo, in 8-bit units."""

    blockiness: float
    """By how much the steps at the borders of 8 × 8 blocks are larger than those within; about 0 without blocks."""
    noise: float
    """Standard deviation of the noise in the parts with the least detail."""


def find_damage(image: Image, file_format: str) -> str:
    """Return what the network for compressed and noisy photos is for: "JPEG blocks", "noise", or "" for neither.

    Args:
        image: (h, w, 3 or 4), 0 to 1.
        file_format: of the file it came from, such as "JPEG", in which fainter blocks are taken for such.
    """
    if min(image.shape[:2]) < SMALLEST_MEASURED:
        return ""
    found = measure(image)
    if found.blockiness > (MAX_BLOCKINESS_OF_JPEG if file_format == "JPEG" else MAX_BLOCKINESS):
        return "JPEG blocks"
    return "noise" if found.noise > MAX_NOISE else ""


def measure(image: Image) -> InputQuality:
    """Return the blockiness and the noise of `image` (h, w, 3 or 4), 0 to 1."""
    gray = 255 * luma(image[..., :3])
    gray = gray.reshape(gray.shape[:2])
    return InputQuality(max(_blockiness(gray), _blockiness(gray.T)), _noise(gray))


def _blockiness(gray: Floats) -> float:
    """Return how much more than its neighbors' the steps exceed theirs where blocks meet, compared with elsewhere.

    The grid may start at any column, as a photo may have been cropped. A step that is compared with the two beside it
    is small along gradients: what is left are the borders of blocks, and edges, which lie at any column.
    """
    steps = np.abs(np.diff(gray, axis=1))
    excess = steps[:, 1:-1] - (steps[:, :-2] + steps[:, 2:]) / 2
    by_column = np.clip(excess, -LARGEST_STEP, LARGEST_STEP).mean(axis=0)
    by_phase = np.array([by_column[phase::BLOCK].mean() for phase in range(BLOCK)])
    highest = by_phase.argmax()
    return float(by_phase[highest] - np.delete(by_phase, highest).mean())


def _noise(gray: Floats) -> float:
    """Return the noise of the patches with the least detail, from the diagonal difference of 2 × 2 pixels."""
    height, width = (side // (2 * PATCH) * 2 * PATCH for side in gray.shape)
    cells = gray[:height, :width].reshape(height // 2, 2, width // 2, 2)
    diagonal = (cells[:, 0, :, 0] - cells[:, 0, :, 1] - cells[:, 1, :, 0] + cells[:, 1, :, 1]) / 2
    patches = diagonal.reshape(height // 2 // PATCH, PATCH, width // 2 // PATCH, PATCH)
    return float(np.percentile(patches.std(axis=(1, 3)), QUIET_SHARE))
