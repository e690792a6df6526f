"""What the tests of the VAE explorer share."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import registry
from core.engine import LocalEngine
from core.plugin import Plugin
from plugins.vae_explorer import example_images
from tests.conftest import ROOT


@pytest.fixture(scope="session")
def plugin() -> Plugin:
    return Plugin(registry.find("vae_explorer"), LocalEngine())


@pytest.fixture(scope="session")
def digits() -> example_images.Examples:
    known = example_images.read("mnist")
    return example_images.Examples(known.pictures[:500], known.labels[:500])


@pytest.fixture(scope="session")
def digit_file() -> Path:
    """A picture of digits, of another plugin."""
    return ROOT / "plugins" / "super_resolver" / "examples" / "digits.png"
