"""Training pairs are random, repeatable crops."""

from __future__ import annotations

import numpy as np

from core.training.data import read_pictures
from plugins.style_transfer.training.batches import sample_pairs
from tests.plugins.style_transfer.conftest import PAINTING, PHOTO


def test_training_pairs_are_squares_of_the_given_size_and_repeat_with_the_seed() -> None:
    pictures = read_pictures([PHOTO, PAINTING])
    pairs, again = (sample_pairs(pictures[:1], pictures[1:], 3, 64, np.random.default_rng(0)) for _ in range(2))
    for each, same in zip(pairs, again, strict=True):
        assert each.shape == (3, 64, 64, 3)
        assert 0 <= each.min() < each.max() <= 1
        assert np.array_equal(each, same)
