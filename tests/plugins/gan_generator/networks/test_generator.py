"""The generator: the resolutions that it returns."""

from __future__ import annotations

import numpy as np

from plugins.gan_generator.model import build_gan
from plugins.gan_generator.networks.generator import round_up_side


def test_the_images_of_several_scales_are_stacked_along_the_channels() -> None:
    network = build_gan((16, 16, 3), 4, 0, 4, 2)
    assert network.get_layer("generator").outputs[0].shape == (None, 16, 16, 6)
    images, logits = network(np.zeros((2, 4), np.float32))
    assert (images.shape, logits.shape) == ((2, 16, 16, 6), (2, 1))


def test_a_side_is_rounded_up_to_a_power_of_two() -> None:
    assert [round_up_side(side) for side in (3, 4, 5, 28, 32, 33)] == [4, 4, 8, 32, 32, 64]
