"""The tab "Conditional (CVAE)"."""

from __future__ import annotations

import pytest

from core.errors import UserError
from core.imaging import images
from core.plugin import Plugin
from plugins.vae_explorer.tabs import conditional


def test_samples_of_a_class_and_a_style_in_every_class_are_shown(plugin: Plugin) -> None:
    assert all(images.load(path).std() > 0.05 for path in conditional.sample_class(plugin, "7", 1))
    with pytest.raises(UserError, match="choose one of"):
        conditional.sample_class(plugin, "x")
