"""A wider and deeper network that starts from a smaller checkpoint."""

from __future__ import annotations

import numpy as np
import pytest

from core import metadata
from core.errors import UserError
from core.imaging.images import Image
from core.plugin import Plugin
from core.progress import finish
from plugins.super_resolver.model import build_super_resolver, upscale
from plugins.super_resolver.training.widening import load_narrower_weights


def test_a_larger_network_first_computes_the_same_as_the_smaller(plugin: Plugin, picture: Image) -> None:
    bundled = plugin.record.folder / "weights" / "x4"
    width, blocks = (metadata.read(bundled).arguments[name] for name in ("width", "blocks"))
    network = build_super_resolver(4, width=width + 2, blocks=blocks + 1)
    load_narrower_weights(network, bundled)
    np.testing.assert_allclose(finish(upscale(network, picture)), plugin.run("upscale", picture), atol=1e-5)
    assert np.abs(network.get_layer("head").get_weights()[0][..., width:]).min() > 0


def test_a_network_smaller_than_the_checkpoint_is_refused(plugin: Plugin) -> None:
    with pytest.raises(UserError, match="use its --width and --blocks, or more"):
        load_narrower_weights(build_super_resolver(4, width=8, blocks=1), plugin.record.folder / "weights" / "x4")
