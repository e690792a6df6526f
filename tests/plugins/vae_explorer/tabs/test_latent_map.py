"""The tab "Map"."""

from __future__ import annotations

import gradio as gr
import numpy as np
import pytest

from core.errors import UserError
from core.imaging import images
from core.plugin import Plugin
from plugins.vae_explorer.tabs import latent_map, map_rendering


def test_all_maps_are_rendered_and_a_position_on_them_is_decoded(plugin: Plugin) -> None:
    vae, ae, aae, legend = latent_map.render_maps(plugin, "clothes")
    assert not aae.visible  # the adversarial one knows only digits
    assert latent_map.render_maps(plugin, "digits")[2].visible
    assert images.load(vae).shape == images.load(ae).shape == (map_rendering.SIDE, map_rendering.SIDE, 3)
    assert "sandal" in legend
    here, there = (latent_map.decode_position(plugin, "digits", *position)[0] for position in ((20, 50), (80, 20)))
    assert np.abs(images.load(here) - images.load(there)).max() > 0.5
    for bad in ({"subject": "cats"}, {"x": 101}, {"y": -1}):
        with pytest.raises(UserError):
            latent_map.decode_position(plugin, **bad)
    click = gr.SelectData(None, {"index": [140, 280], "value": None})
    assert latent_map._position_of_click(3, click) == (25, 50, 4)
