"""VGG-19 is normalized, and statistics of its features can be split and merged."""

from __future__ import annotations

import keras
import numpy as np

from core.imaging import images
from plugins.style_transfer import gallery, resizing
from plugins.style_transfer.networks import vgg
from plugins.style_transfer.vgg_layers import ADAIN_LAYERS, CHANNELS, LAYERS, STATISTICS_SIZE
from tests.plugins.style_transfer.conftest import PAINTING, random_features, to_numpy


def test_statistics_of_a_layer_are_its_part_of_all_statistics() -> None:
    features = random_features(0)
    statistics = vgg.channel_statistics(features)
    assert statistics.shape == (1, STATISTICS_SIZE)
    for name, feature in zip(ADAIN_LAYERS, features, strict=True):
        mean, log_deviation = (to_numpy(each) for each in vgg.layer_statistics(statistics, name))
        np.testing.assert_allclose(mean, feature.mean((1, 2)), rtol=1e-4)
        np.testing.assert_allclose(np.exp(log_deviation), feature.std((1, 2)), rtol=1e-2)


def test_the_bundled_vgg_is_normalized(network: keras.Model) -> None:
    extractor = vgg.feature_extractor(network.get_layer(vgg.VGG), LAYERS)
    photos = [resizing.shrink_to(images.load(path), 256)[:160, :160] for path in (*gallery.PHOTOS, PAINTING)]
    for name, features in extractor.predict_on_batch(np.stack(photos)).items():
        assert 0.5 < features.mean() < 2, name


def test_statistics_of_windows_are_merged_to_those_of_the_whole() -> None:
    halves = [random_features(seed) for seed in (0, 1)]
    wholes = [np.concatenate(each, axis=1) for each in zip(*halves, strict=True)]
    merged = vgg.merge_statistics(np.concatenate([to_numpy(vgg.channel_statistics(each)) for each in halves]))
    np.testing.assert_allclose(merged, to_numpy(vgg.channel_statistics(wholes))[0], atol=1e-3)


def test_equal_statistics_of_constant_windows_are_merged_to_themselves() -> None:
    parts = [part for name in ADAIN_LAYERS for part in np.full((2, CHANNELS[name]), [[160.0], [-4.6]])]
    constant = np.concatenate(parts)
    merged = vgg.merge_statistics(np.stack([constant] * 4).astype(np.float32))
    np.testing.assert_allclose(merged, constant, rtol=1e-5)
