"""Training pairs of aligned patches, cut from whole pictures that are downscaled once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.errors import UserError
from core.imaging import images
from core.imaging.images import Image, Uint8Image
from core.training.data import DataError

from ..resampling import crop_to_multiple, downscale

Pair = tuple[Uint8Image, Uint8Image]  # (h, w, 3) and (scale · h, scale · w, 3)


def make_pairs(pictures: Sequence[Uint8Image], scale: int, targets: Sequence[Uint8Image] | None = None) -> list[Pair]:
    """Return a pair (low, high) for each picture: the downscaled picture and the target of the training.

    Args:
        pictures: high-resolution pictures (h, w, 3); they are cropped to multiples of `scale`.
        scale: the downscaling factor.
        targets: what the network is trained to return for each downscaled picture, such as the output of another
            network, in the sizes of the cropped pictures; if None, the pictures themselves.

    Raises:
        UserError: if there are not as many targets as pictures, or a target has another size than its picture.
    """
    targets = pictures if targets is None else targets
    if len(targets) != len(pictures):
        raise UserError(f"--teacher has {len(targets)} pictures for {len(pictures)} of --data: use the same names.")
    pairs = []
    for picture, target in zip(pictures, targets, strict=True):
        high = crop_to_multiple(images.from_uint8(picture), scale)
        if target is not picture and target.shape != high.shape:
            raise UserError(
                "--teacher's pictures do not have the sizes of --data's, cropped to multiples of the scale: "
                "upscale the downscaled pictures of --data again."
            )
        pairs.append((images.to_uint8(downscale(high, scale)), target[: high.shape[0], : high.shape[1]]))
    return pairs


class PairSampler:
    """Samples aligned low- and high-resolution patches at random positions, in all eight orientations.

    Args:
        pairs: see `make_pairs`; those with a low-resolution picture smaller than a patch are left out.
        size: side of a patch in low-resolution pixels.

    Raises:
        DataError: if no picture is large enough.
    """

    def __init__(self, pairs: Sequence[Pair], size: int) -> None:
        self.pairs = [pair for pair in pairs if min(pair[0].shape[:2]) >= size]
        if not self.pairs:
            raise DataError(f"no picture has {size} × {size} pixels after downscaling: use a smaller --patch.")
        areas = np.array([low.size for low, _ in self.pairs], float)
        self.probabilities, self.size = areas / areas.sum(), size

    def sample(self, count: int, random: np.random.Generator) -> tuple[Image, Image]:
        """Return (low, high): `count` patches (count, size, size, 3) and their targets, in 0 to 1."""
        chosen = random.choice(len(self.pairs), count, p=self.probabilities)
        lows, highs = zip(*(self._cut(self.pairs[i], random) for i in chosen), strict=True)
        return images.from_uint8(np.stack(lows)), images.from_uint8(np.stack(highs))

    def _cut(self, pair: Pair, random: np.random.Generator) -> list[Uint8Image]:
        """Return the same patch of both pictures, in the same random orientation."""
        corner = [int(random.integers(side - self.size + 1)) for side in pair[0].shape[:2]]
        turns, mirrored = int(random.integers(4)), bool(random.integers(2))
        patches = []
        for picture in pair:
            scale = len(picture) // len(pair[0])
            rows, columns = (slice(scale * start, scale * (start + self.size)) for start in corner)
            patch = np.rot90(picture[rows, columns], turns)
            patches.append(patch[:, ::-1] if mirrored else patch)
        return patches
