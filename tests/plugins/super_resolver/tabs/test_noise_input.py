"""The tab Noise input."""

from __future__ import annotations

import numpy as np

from core.imaging import images
from core.plugin import Plugin
from core.progress import finish
from plugins.super_resolver.tabs import noise_input


def test_the_noise_is_seeded(plugin: Plugin) -> None:
    first, second, other = (finish(noise_input.upscale_noise(plugin, 2, seed))[0][1] for seed in (1, 1, 2))
    np.testing.assert_array_equal(images.load(first), images.load(second))
    assert np.abs(images.load(first) - images.load(other)).max() > 0.1
