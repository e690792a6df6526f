"""The tab "Attributes"."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import UserError
from core.imaging import images
from core.plugin import Plugin
from plugins.vae_explorer.tabs import attributes


def test_cats_are_sampled_with_an_accessory_and_a_color_and_moved_to_others(plugin: Plugin) -> None:
    sampled, moved = attributes.sample_attributes(plugin, "blue scarf", "yellow", 1)
    assert images.load(moved).std() > 0.1
    cats = images.load(sampled)[:, 180:].reshape(128, 8, 128, 3)
    red, green, blue = np.median(cats[90:120, :, 45:75], axis=(0, 1, 2))
    assert min(red, green) > blue + 0.3  # yellow
    for bad in ({"accessory": "crown"}, {"color": "invisible"}):
        with pytest.raises(UserError, match="choose one of"):
            attributes.sample_attributes(plugin, **bad)
