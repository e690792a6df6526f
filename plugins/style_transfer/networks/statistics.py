"""Channel statistics of features: what AdaIN and the student take as an image's style."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from keras import layers, ops

from core.imaging.images import Floats

MIN_DEVIATION = 0.01  # of a channel with a mean of about 1; without it, constant channels have an infinite gradient


def channel_statistics(features: Sequence[Any]) -> Any:
    """Return the channel statistics of features of one or several layers.

    Args:
        features: one tensor (n, h, w, channels) per layer.

    Returns:
        (n, 2 · the sum of channels) in float32: for each layer the channel means, then the logarithms of the channel
        standard deviations.
    """
    statistics = []
    for feature in features:
        mean, deviation = channel_moments(feature)
        statistics += [mean, ops.log(deviation)]
    return ops.concatenate(statistics, axis=-1)


def channel_moments(feature: Any) -> tuple[Any, Any]:
    """Return the means and standard deviations, at least 0.01, of each channel (n, c) of features (n, h, w, c)."""
    mean, variance = ops.moments(ops.cast(feature, "float32"), axes=(1, 2))
    return mean, ops.sqrt(variance + MIN_DEVIATION**2)


def split_statistics(statistics: Any, widths: Sequence[int]) -> Iterator[tuple[Any, Any]]:
    """Yield the channel means and log deviations, each (n, width), of each layer.

    Args:
        statistics: from `channel_statistics`, (n, 2 · the sum of `widths`).
        widths: channels of each layer.
    """
    start = 0
    for width in widths:
        yield statistics[:, start : start + width], statistics[:, start + width : start + 2 * width]
        start += 2 * width


def merge_statistics(statistics: Floats, widths: Sequence[int]) -> Floats:
    """Return the statistics of an image from those of its windows, all of the same size.

    Args:
        statistics: one row per window, (n, 2 · the sum of `widths`).
        widths: channels of each layer.
    """
    exact = statistics.astype(np.float64)  # the variance is a small difference of large squares
    merged = []
    for means, log_deviations in split_statistics(exact, widths):
        mean = means.mean(axis=0)
        variance = (np.exp(2 * log_deviations) + means**2).mean(axis=0) - mean**2
        merged += [mean, np.log(variance) / 2]
    return np.concatenate(merged).astype(np.float32)


def as_feature(values: Any) -> Any:
    """Return one value per channel (n, c) as (n, 1, 1, c)."""
    return layers.Reshape((1, 1, values.shape[-1]))(values)
