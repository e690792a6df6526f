"""Batches of the student: what the losses compare with a painting is computed once, as the VGG takes most of a step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from core.imaging.images import Floats, Image, Uint8Image, from_uint8, to_uint8

from ..losses import Moments, gram_matrix
from ..networks.statistics import channel_moments
from ..vgg_layers import STYLE_LAYERS
from .batches import sample_photo, sample_style

CHUNK = 8  # crops that go through the VGG at a time
MARGIN = 16  # pixels of a photo's crop that the losses leave out, as zero padding shows there


@dataclass(frozen=True)
class StyleTargets:
    """Style crops, and what the losses compare with them."""

    crops: Uint8Image
    """(count, side, side, 3)."""
    targets: list[Floats]
    """Of each crop, as `split_targets` takes them, in float16."""

    def sample(self, count: int, random: np.random.Generator) -> tuple[Image, ...]:
        """Return `count` random crops (count, side, side, 3) in 0 to 1 with their targets, all in float32."""
        chosen = random.integers(len(self.crops), size=count)
        return from_uint8(self.crops[chosen]), *(each[chosen].astype(np.float32) for each in self.targets)


@dataclass(frozen=True)
class StudentBatches:
    """Samples the batches of `StudentTrainer`."""

    photos: Sequence[Uint8Image]
    styles: StyleTargets
    side: int
    """Of the crops of photos, without their margin, in pixels."""

    def sample(self, count: int, random: np.random.Generator) -> tuple[tuple[Image, ...]]:
        """Return `count` crops of photos with a margin, and style crops with their targets."""
        padded = self.side + 2 * MARGIN
        photos = [sample_photo(self.photos, padded, random) for _ in range(count)]
        return ((np.stack(photos).astype(np.float32), *self.styles.sample(count, random)),)


def compute_targets(
    vgg: keras.Model, paintings: Sequence[Uint8Image], count: int, side: int, random: np.random.Generator
) -> StyleTargets:
    """Return `count` random crops of paintings, `side` pixels wide and high, with their targets.

    Args:
        vgg: from `assemble_vgg`.
        paintings: images (h, w, 3).
        count: number of crops; the targets of each take 0.7 MB.
        side: of a crop in pixels.
        random: chooses the crops.
    """
    image = keras.Input((side, side, 3))
    features = vgg(image)
    moments = [each for feature in features for each in channel_moments(feature)]
    measure = keras.Model(image, [*map(gram_matrix, features), *moments])
    crops = np.stack([to_uint8(sample_style(paintings, side, random)) for _ in range(count)])
    chunks = (from_uint8(crops[start : start + CHUNK]) for start in range(0, count, CHUNK))
    found = [[each.astype(np.float16) for each in measure.predict_on_batch(chunk)] for chunk in chunks]
    return StyleTargets(crops, [np.concatenate(each) for each in zip(*found, strict=True)])


def split_targets(targets: Sequence[Any]) -> tuple[Sequence[Any], list[Moments]]:
    """Return the Gram matrices, and the channel moments, of each of `STYLE_LAYERS`."""
    layers = len(STYLE_LAYERS)
    return targets[:layers], list(zip(targets[layers::2], targets[layers + 1 :: 2], strict=True))
