"""The tab "Loss functions"."""

from __future__ import annotations

from core.imaging import images
from core.plugin import Plugin
from core.progress import finish
from plugins.vae_explorer.tabs import loss_functions


def test_reconstructions_by_each_loss_and_each_data_set_are_shown(plugin: Plugin) -> None:
    shown = finish(loss_functions.compare_losses(plugin, 1))
    assert len(shown) == 1 + len(loss_functions.TRAINED_ON)
    assert all(images.load(path).std() > 0.05 for path in shown)
