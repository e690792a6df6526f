"""The tab "Reconstruct"."""

from __future__ import annotations

from core.imaging import images
from core.plugin import Plugin
from core.progress import finish
from plugins.vae_explorer.tabs import reconstruct


def test_reconstructions_by_each_method_are_shown(plugin: Plugin) -> None:
    shown = finish(reconstruct.compare_reconstructions(plugin, 1))
    assert len(shown) == len(reconstruct.METHODS) + 1  # and cats
    assert all(images.load(path).std() > 0.05 for path in shown)
