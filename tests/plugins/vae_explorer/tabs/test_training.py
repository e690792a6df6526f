"""The tab "Training"."""

from __future__ import annotations

import pytest

from core.errors import UserError
from core.imaging import images
from core.plugin import Plugin
from plugins.vae_explorer.tabs import training


def test_a_snapshot_of_the_latent_space_is_shown(plugin: Plugin) -> None:
    path, caption, *curves = training.show_snapshot(plugin, 1)
    assert images.load(path).std() > 0.05
    assert (caption, training.show_snapshot(plugin, 0)[1]) == ("**After epoch 1**", "**Before training**")
    assert ["at epoch 1" in each for each in curves] == [True, True]
    with pytest.raises(UserError, match="use 0 to"):
        training.show_snapshot(plugin, 99)
