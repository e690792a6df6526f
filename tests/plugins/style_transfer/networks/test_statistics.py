"""Statistics of features can be split and merged."""

from __future__ import annotations

import numpy as np

from plugins.style_transfer.networks.statistics import channel_statistics, merge_statistics, split_statistics
from plugins.style_transfer.vgg_layers import ADAIN_LAYERS, CHANNELS, STATISTICS_SIZE
from tests.plugins.style_transfer.conftest import random_features, to_numpy

WIDTHS = [CHANNELS[name] for name in ADAIN_LAYERS]


def test_statistics_are_split_into_those_of_each_layer() -> None:
    features = random_features(0)
    statistics = channel_statistics(features)
    assert statistics.shape == (1, STATISTICS_SIZE)
    for (mean, log_deviation), feature in zip(split_statistics(to_numpy(statistics), WIDTHS), features, strict=True):
        np.testing.assert_allclose(mean, feature.mean((1, 2)), rtol=1e-4)
        np.testing.assert_allclose(np.exp(log_deviation), feature.std((1, 2)), rtol=1e-2)


def test_statistics_of_windows_are_merged_to_those_of_the_whole() -> None:
    halves = [random_features(seed) for seed in (0, 1)]
    wholes = [np.concatenate(each, axis=1) for each in zip(*halves, strict=True)]
    merged = merge_statistics(np.concatenate([to_numpy(channel_statistics(each)) for each in halves]), WIDTHS)
    np.testing.assert_allclose(merged, to_numpy(channel_statistics(wholes))[0], atol=1e-3)


def test_equal_statistics_of_constant_windows_are_merged_to_themselves() -> None:
    constant = np.concatenate([part for width in WIDTHS for part in np.full((2, width), [[160.0], [-4.6]])])
    merged = merge_statistics(np.stack([constant] * 4).astype(np.float32), WIDTHS)
    np.testing.assert_allclose(merged, constant, rtol=1e-5)
