"""Scores of a stylized image: the losses of style transfer, in VGG-19's features."""

from __future__ import annotations

from itertools import pairwise
from math import ceil
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from core.imaging.images import Floats, Image
from core.imaging.resizing import resize_bicubic
from core.progress import Progress, Steps

from .losses import content_loss, gram_matrix, moments_loss, style_loss
from .networks.statistics import MIN_DEVIATION, channel_moments
from .networks.vgg import VGG, feature_extractor, in_float32
from .vgg_layers import CONTENT_LAYER, LAYERS, STYLE_LAYERS, block_of

MOST_PIXELS = 300_000  # of an image that go through VGG-19 at a time: a call can be canceled between two such bands
CONTEXT = 40  # pixels to each side, a multiple of `STRIDE`, beyond which no feature depends on the image
STRIDE = 2 ** (block_of(LAYERS[-1]) - 1)  # that of the deepest features, in pixels


class StyleScores(NamedTuple):
    """Losses of a stylized image in normalized VGG-19 features: lower is better, 0 is perfect."""

    content_loss: float
    """Mean squared difference from the content's features in block4_conv1."""
    style_loss: float
    """Gatys' loss: difference of Gram matrices from the style's, mean over block1_conv1 to block4_conv1."""
    moments_loss: float
    """AdaIN's loss: difference of channel means and deviations from the style's, summed over these layers."""


def score_image(network: keras.Model, image: Image, content: Image, style: Image) -> Steps[StyleScores]:
    """Yield progress after each band of the images, then return the losses of `image`, computed in float32.

    Args:
        network: from `build_style_transfer`.
        image: the stylized image (h, w, 3).
        content: the content image (h, w, 3), resized to the size of `image`.
        style: the style image (h, w, 3), not resized: Gram matrices depend on the size of the strokes.
    """
    vgg = feature_extractor(in_float32(network.get_layer(VGG)), STYLE_LAYERS)
    resized = resize_bicubic(content, *image.shape[:2])
    bands, bands_of_style = bands_of(*image.shape[:2]), bands_of(*style.shape[:2])
    total = 2 * len(bands) + len(bands_of_style)
    found, wanted, contents = Averages(), Averages(), Averages()
    for i, band in enumerate(bands):
        features = band.features(vgg, image)
        found.add_style(features)
        yield Progress(2 * i + 1, total)
        target = band.features(vgg, resized)[CONTENT_LAYER]
        contents.add("content", content_loss(features[CONTENT_LAYER], target), band.rows(CONTENT_LAYER))
        yield Progress(2 * i + 2, total)
    for i, band in enumerate(bands_of_style, 1):
        wanted.add_style(band.features(vgg, style))
        yield Progress(2 * len(bands) + i, total)
    losses = (
        contents.of("content"),
        style_loss(found.grams(), wanted.grams()),
        moments_loss(found.moments(), wanted.moments()),
    )
    return StyleScores(*(float(each[0]) for each in losses))


class Band(NamedTuple):
    """Some rows of an image, all multiples of `STRIDE` but for the last one of the image.

    Attributes:
        start: of the rows that go through the network, with those that the features of the others depend on.
        stop: of these.
        first: of its own rows.
        last: of its own rows, exclusive.
    """

    start: int
    stop: int
    first: int
    last: int

    def features(self, vgg: keras.Model, image: Image) -> dict[str, Any]:
        """Return the features (1, h, w, c) of its own rows of an image, by layer."""
        found = vgg.predict_on_batch(image[None, self.start : self.stop])
        return {name: each[:, self.skipped(name) :][:, : self.rows(name)] for name, each in found.items()}

    def skipped(self, layer: str) -> int:
        """Return how many rows of a layer's features come before its own."""
        return (self.first - self.start) // stride_of(layer)

    def rows(self, layer: str) -> int:
        """Return how many rows of a layer's features are its own."""
        return self.last // stride_of(layer) - self.first // stride_of(layer)


def stride_of(layer: str) -> int:
    """Return how many pixels of an image lie between two positions of a layer's features."""
    return int(2 ** (block_of(layer) - 1))


def bands_of(height: int, width: int) -> list[Band]:
    """Return as few bands of an image as have `MOST_PIXELS` each, without what the features depend on beside it."""
    count = max(1, min(height // STRIDE, ceil(height * width / MOST_PIXELS)))
    limits = [*(round(i * height / count / STRIDE) * STRIDE for i in range(count)), height]
    return [Band(max(0, first - CONTEXT), min(height, last + CONTEXT), first, last) for first, last in pairwise(limits)]


class Averages:
    """Averages over the rows of an image, of values that arrive band by band."""

    def __init__(self) -> None:
        self._sums: dict[str, Any] = {}
        self._rows: dict[str, int] = {}

    def add(self, name: str, value: Any, rows: int) -> None:
        """Add the average over so many rows."""
        self._sums[name] = self._sums.get(name, 0) + rows * np.asarray(ops.convert_to_numpy(value), np.float64)
        self._rows[name] = self._rows.get(name, 0) + rows

    def of(self, name: str) -> Floats:
        """Return the average over all rows."""
        return np.asarray(self._sums[name] / self._rows[name])

    def add_style(self, features: dict[str, Any]) -> None:
        """Add what the losses of style need of features (1, h, w, c) of `STYLE_LAYERS`."""
        for name in STYLE_LAYERS:
            rows = features[name].shape[1]
            mean, deviation = (np.float64(ops.convert_to_numpy(each)) for each in channel_moments(features[name]))
            self.add(f"gram {name}", gram_matrix(features[name]), rows)
            self.add(f"mean {name}", mean, rows)
            self.add(f"square {name}", deviation**2 - MIN_DEVIATION**2 + mean**2, rows)

    def grams(self) -> list[Floats]:
        """Return the Gram matrices (1, c, c) of the layers."""
        return [self.of(f"gram {name}").astype(np.float32) for name in STYLE_LAYERS]

    def moments(self) -> list[tuple[Floats, Floats]]:
        """Return the channel means and deviations (1, c) of the layers, as `channel_moments` does."""
        moments = []
        for name in STYLE_LAYERS:
            mean, square = self.of(f"mean {name}"), self.of(f"square {name}")
            deviation = np.sqrt(np.maximum(0, square - mean**2) + MIN_DEVIATION**2)
            moments.append((mean.astype(np.float32), deviation.astype(np.float32)))
        return moments
