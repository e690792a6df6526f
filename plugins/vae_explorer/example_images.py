"""The bundled test images, which no network was trained on."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.imaging import images
from core.imaging.images import Image
from core.training import cats
from core.training.datasets import CLOTHES, DIGITS

FOLDER = Path(__file__).parent / "examples"
CLASS_NAMES = {"mnist": DIGITS, "fashion": CLOTHES}
CATS = "cats"
GAN_SAMPLES = FOLDER / "gan_samples.webp"
CAT_COUNT = 600


class Examples(NamedTuple):
    """Labeled images: `pictures` (n, h, w, c) in 0 to 1, and the class index of each, `labels` (n,).

    The labels of cats are numbers of combinations of attribute values, see `core.training.cats`.
    """

    pictures: Image
    labels: NDArray[np.int64]


@functools.cache
def read(subject: str) -> Examples:
    """Return all bundled test images of a data set: "mnist" (10,000), "fashion" (2,000) or "cats" (600)."""
    if subject == CATS:
        return compose_cats(cats.held_out(CAT_COUNT))
    with np.load(FOLDER / f"{subject}.npz") as stored:
        return Examples(images.from_uint8(stored["images"]), stored["labels"].astype(np.int64))


def choose_random(subject: str, count: int, seed: int) -> Examples:
    """Return `count` different test images of a data set, chosen at random by `seed`."""
    pictures, labels = read(subject)
    chosen = np.random.default_rng(seed).choice(len(pictures), count, replace=False)
    return Examples(pictures[chosen], labels[chosen])


def compose_cats(labels: NDArray[np.int64]) -> Examples:
    """Return the cats of some labels, the numbers of combinations of their attributes."""
    return Examples(images.from_uint8(cats.compose(labels)), labels)


@functools.cache
def read_gan_samples() -> Image:
    """Return the bundled cats (n, 64, 64, 3) that the GAN generated: a sheet of as many rows as columns."""
    sheet = images.load(GAN_SAMPLES)
    side = cats.SIDE
    rows, columns = sheet.shape[0] // side, sheet.shape[1] // side
    cells: Image = sheet.reshape(rows, side, columns, side, -1).swapaxes(1, 2).reshape(-1, side, side, sheet.shape[-1])
    return cells
