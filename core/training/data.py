"""Images to train on: folders of files, mosaics of digits, random patches."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from core.errors import UserError
from core.imaging import images
from core.imaging.images import Image, Uint8Image

DIGITS_IN_A_MOSAIC = 8  # per side


class DataError(UserError):
    """Training data that is missing or malformed; the message says where to get it."""


def picture_files(folder: Path) -> list[Path]:
    """Return the image files in `folder`, sorted by name.

    Raises:
        DataError: if there are none.
    """
    if not folder.is_dir():
        raise DataError(f"{folder} is not a folder: name one that holds pictures.")
    files = sorted(path for path in folder.glob("*") if path.suffix.lower() in images.SUFFIXES)
    if not files:
        raise DataError(f"{folder} holds no pictures: name a folder of {', '.join(images.SUFFIXES)} files.")
    return files


def read_pictures(files: Iterable[Path]) -> list[Uint8Image]:
    """Return each file as (h, w, 3) of 8 bits, which take a quarter of the memory of float32."""
    return [images.to_uint8(images.composite_on_white(images.load(path))) for path in files]


def read_split(
    folder: Path | None, test: Path | None, validation_count: int
) -> tuple[list[Uint8Image], list[Uint8Image], list[Uint8Image]]:
    """Return images for training, for validation and for the final scores.

    Args:
        folder: images for training and validation; None raises, because the flag --data is then missing.
        test: images for the final scores; if None, those for validation are scored.
        validation_count: about how many images of `folder` are held out for validation, evenly spaced by name.

    Raises:
        DataError: if `folder` has fewer than two images, or `test` has none.
    """
    if folder is None:
        raise DataError("--data is None: name a folder of pictures to train on.")
    files = picture_files(folder)
    if len(files) < 2:
        raise DataError(f"{folder} holds one picture: at least 2 are needed, one for training and one for validation.")
    held_out = files[:: max(2, math.ceil(len(files) / validation_count))]
    validation = read_pictures(held_out)
    training = read_pictures(path for path in files if path not in held_out)
    return training, validation, read_pictures(picture_files(test)) if test else validation


def mosaics(digits: Uint8Image) -> list[Uint8Image]:
    """Return digits (n, 28, 28) as images (224, 224, 3) of 8 × 8 digits each, dropping the remainder.

    Networks that restore photos are trained on them as on any other images.
    """
    side, (_, height, width) = DIGITS_IN_A_MOSAIC, digits.shape
    whole = digits[: len(digits) // side**2 * side**2].reshape(-1, side, side, height, width)
    gray = whole.transpose(0, 1, 3, 2, 4).reshape(-1, side * height, side * width)
    return list(np.repeat(gray[..., None], 3, axis=-1))


class PatchSampler:
    """Samples random square patches from images, in proportion to their area, in all eight orientations.

    Args:
        pictures: (h, w, c) each; those smaller than a patch are left out.
        size: side of a patch in pixels.

    Raises:
        DataError: if all images are smaller than a patch.
    """

    def __init__(self, pictures: Sequence[Uint8Image], size: int) -> None:
        self.pictures = [picture for picture in pictures if min(picture.shape[:2]) >= size]
        if not self.pictures:
            raise DataError(f"no picture is as large as a patch of {size} × {size} pixels: use a smaller patch.")
        areas = np.array([picture.shape[0] * picture.shape[1] for picture in self.pictures], float)
        self.weights = areas / areas.sum()
        self.size = size

    def sample(self, count: int, random: np.random.Generator) -> Image:
        """Return `count` patches as (count, size, size, c), 0 to 1."""
        chosen = random.choice(len(self.pictures), count, p=self.weights)
        return images.from_uint8(np.stack([self._patch(self.pictures[i], random) for i in chosen]))

    def _patch(self, picture: Uint8Image, random: np.random.Generator) -> Uint8Image:
        top, left = (int(random.integers(side - self.size + 1)) for side in picture.shape[:2])
        patch: Uint8Image = np.rot90(picture[top : top + self.size, left : left + self.size], int(random.integers(4)))
        return patch[:, ::-1] if random.integers(2) else patch
