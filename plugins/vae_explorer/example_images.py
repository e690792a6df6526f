"""The bundled test images, which no network was trained on."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.imaging import images
from core.imaging.images import Image
from core.training.datasets import CLOTHES, DIGITS

FOLDER = Path(__file__).parent / "examples"
CLASS_NAMES = {"mnist": DIGITS, "fashion": CLOTHES}


class Examples(NamedTuple):
    """Labeled images: `pictures` (n, h, w, c) in 0 to 1, and the class index of each, `labels` (n,)."""

    pictures: Image
    labels: NDArray[np.int64]


@functools.cache
def read(subject: str) -> Examples:
    """Return all bundled test images of a data set: "mnist" (10,000), "fashion" (2,000) or "tiles" (586)."""
    with np.load(FOLDER / f"{subject}.npz") as stored:
        return Examples(images.from_uint8(stored["images"]), stored["labels"].astype(np.int64))


def choose_random(subject: str, count: int, seed: int) -> Examples:
    """Return `count` different test images of a data set, chosen at random by `seed`."""
    pictures, labels = read(subject)
    chosen = np.random.default_rng(seed).choice(len(pictures), count, replace=False)
    return Examples(pictures[chosen], labels[chosen])
