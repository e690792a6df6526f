"""Labels of several groups of classes."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import UserError
from plugins.gan_generator.model import build_classifier, build_gan, classify, discriminate, generate, interpolate
from plugins.gan_generator.networks.labels import label_vectors

GROUPS = (3, 2)


def test_a_label_of_several_groups_is_the_number_of_a_combination() -> None:
    first, second = label_vectors((5, 2), GROUPS, 2)
    assert (first.tolist(), second.tolist()) == ([[0, 0, 1], [0, 1, 0]], [[0, 1], [1, 0]])
    assert label_vectors((), (), 3) == []
    with pytest.raises(UserError, match="from 0 to 5"):
        label_vectors((6,), GROUPS, 2)


def test_a_gan_of_several_groups_and_choices_obeys_each_of_them() -> None:
    network = build_gan((16, 16, 3), (4, 3), GROUPS, 8, patch=2)
    assert network.inputs[0].shape == (None, 7)
    kinds = generate(network, 6, labels=tuple(range(6)), truncation=0)  # all of the same latent vector
    assert len(np.unique(kinds.reshape(6, -1).round(5), axis=0)) == 6
    assert np.ptp(generate(network, 6, labels=(0,)), axis=0).max() > 1e-3
    assert interpolate(network, (0, 1), 3, labels=(0, 5)).shape == (4, 16, 16, 3)
    assert discriminate(network, kinds, labels=(0,)).shape == (6,)
    with pytest.raises(UserError, match="from 0 to 5"):
        discriminate(network, kinds)


def test_the_position_of_a_blocks_largest_number_is_what_a_latent_vector_chooses() -> None:
    generator = build_gan((16, 16, 3), (4, 3), 0, 8, patch=2).get_layer("generator")
    latent = np.array([[2, 0, 0, 0, 0, 0, 2], [3, 1, 1, 1, -1, -1, 1], [0, 2, 0, 0, 0, 0, 2]], np.float32)
    one, same, other = generator(latent)
    np.testing.assert_allclose(one, same, atol=1e-5)
    assert np.abs(one - other).max() > 1e-3


def test_a_classifier_of_several_groups_returns_their_probabilities_one_after_the_other() -> None:
    found = classify(build_classifier((16, 16, 3), GROUPS, 4), np.zeros((2, 16, 16, 3), np.float32))
    assert found.probabilities.shape == (2, 5)
    np.testing.assert_allclose(found.probabilities[:, :3].sum(axis=1), 1, rtol=1e-5)
