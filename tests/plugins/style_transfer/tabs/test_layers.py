"""The tab that shows what a layer encodes."""

from __future__ import annotations

from typing import Any

from core.imaging import images
from core.plugin import Plugin
from core.progress import finish
from plugins.style_transfer.tabs import layers
from tests.plugins.style_transfer.conftest import PAINTING


def test_the_page_shows_what_a_layer_encodes(plugin: Plugin, monkeypatch: Any) -> None:
    monkeypatch.setattr(layers, "STEPS", 3)
    content, texture, curves = finish(layers.reconstruct_from_layer(plugin, str(PAINTING), "block1_conv1"))
    assert images.load(content).shape == images.load(texture).shape
    assert curves.count("<polyline") == 4  # with the keys of the legend
    assert 'points=""' not in curves
