"""The losses are those of their papers."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from plugins.style_transfer import losses
from plugins.style_transfer.networks.statistics import channel_moments
from tests.plugins.style_transfer.conftest import to_numpy


def test_a_gram_matrix_is_the_mean_of_products_of_channels() -> None:
    feature = np.random.default_rng(0).random((2, 5, 7, 3), np.float32)
    direct = np.einsum("nhwc,nhwd->ncd", feature, feature) / 35
    np.testing.assert_allclose(to_numpy(losses.gram_matrix(feature)), direct, rtol=1e-5)


def test_a_gram_matrix_is_independent_of_positions() -> None:
    feature = np.random.default_rng(0).random((1, 4, 4, 3), np.float32)
    shuffled = np.random.default_rng(1).permutation(feature.reshape(16, 3)).reshape(1, 4, 4, 3)
    np.testing.assert_allclose(to_numpy(losses.gram_matrix(shuffled)), to_numpy(losses.gram_matrix(feature)), rtol=1e-5)


def test_losses_are_those_of_their_papers() -> None:
    one, other = np.random.default_rng(0).random((2, 1, 6, 5, 4), np.float32)
    grams = [to_numpy(losses.gram_matrix(each)) for each in (one, other)]
    gatys = ((grams[0] - grams[1]) ** 2).sum() / (4 * 4**2)  # of Gram matrices that are means over positions
    assert float(losses.style_loss(grams[:1], grams[1:])[0]) == pytest.approx(gatys, rel=1e-4)
    assert float(losses.content_loss(one, other)[0]) == pytest.approx(((one - other) ** 2).mean(), rel=1e-4)
    adain = ((one.mean((1, 2)) - other.mean((1, 2))) ** 2).mean() + ((one.std((1, 2)) - other.std((1, 2))) ** 2).mean()
    assert float(losses.moments_loss(*([channel_moments(each)] for each in (one, other)))[0]) == pytest.approx(
        adain, rel=1e-2
    )
    stripes = np.zeros((1, 4, 4, 3), np.float32)
    stripes[:, ::2] = 1
    assert float(losses.total_variation_loss(keras.ops.convert_to_tensor(stripes))[0]) == pytest.approx(1)
