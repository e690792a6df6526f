"""Fixtures of the super-resolver's tests."""

from __future__ import annotations

import pytest

from core import registry
from core.engine import LocalEngine
from core.imaging import images
from core.imaging.images import Image
from core.plugin import Plugin
from tests.conftest import ROOT

PHOTO = ROOT / "plugins" / "denoiser" / "examples" / "oakland-zoo-otters.jpg"


@pytest.fixture(scope="module")
def plugin() -> Plugin:
    return Plugin(registry.find("super_resolver"), LocalEngine(precision="float32"))


@pytest.fixture(scope="module")
def photo() -> Image:
    return images.load(PHOTO)[:256, :384]
