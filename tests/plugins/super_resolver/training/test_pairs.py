"""Training pairs: aligned patches of downscaled pictures and their targets."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import UserError
from core.imaging import images
from core.imaging.images import Image
from core.training.data import DataError
from plugins.super_resolver.resampling import downscale
from plugins.super_resolver.training.pairs import PairSampler, make_pairs


def test_low_and_high_patches_are_aligned(photo: Image) -> None:
    sampler = PairSampler(make_pairs([images.to_uint8(photo)], 4), 24)
    low, high = sampler.sample(16, np.random.default_rng(0))
    assert (low.shape, high.shape) == ((16, 24, 24, 3), (16, 96, 96, 3))
    inner = slice(2, -2)  # near its border, a patch was downscaled together with the pixels beside it
    again = np.stack([downscale(patch, 4) for patch in high])
    assert np.abs(low - again)[:, inner, inner].max() <= 1 / 255 + 1e-6


def test_targets_have_the_number_and_sizes_of_the_pictures(photo: Image) -> None:
    pictures = [images.to_uint8(photo)]
    with pytest.raises(UserError, match="do not have the sizes"):
        make_pairs(pictures, 4, [picture[:128] for picture in pictures])
    with pytest.raises(UserError, match="has 2 pictures for 1"):
        make_pairs(pictures, 4, pictures * 2)


def test_a_patch_larger_than_every_downscaled_picture_is_refused(photo: Image) -> None:
    with pytest.raises(DataError, match="use a smaller --patch"):
        PairSampler(make_pairs([images.to_uint8(photo)], 4), 65)
