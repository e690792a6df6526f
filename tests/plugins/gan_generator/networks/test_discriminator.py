"""The discriminator: the shapes that it takes and returns."""

from __future__ import annotations

import pytest

from plugins.gan_generator.model import build_gan, discriminate, generate


@pytest.mark.parametrize("shape", [(8, 8, 1), (28, 28, 1), (64, 64, 3)])
@pytest.mark.parametrize("scales", [1, 2])
def test_a_gan_generates_and_discriminates_images_of_its_shape(shape: tuple[int, int, int], scales: int) -> None:
    network = build_gan(shape, 4, 2, 4, scales)
    generated = generate(network, 3)
    assert generated.shape == (3, *shape)
    assert 0 <= generated.min() <= generated.max() <= 1
    assert discriminate(network, generated, (0, 1, 0)).shape == (3,)
