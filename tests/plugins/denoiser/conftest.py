"""Fixtures of the denoiser's tests."""

from __future__ import annotations

import pytest

from core.imaging import images
from core.imaging.images import Image
from tests.conftest import ROOT

EXAMPLES = ROOT / "plugins" / "denoiser" / "examples"


@pytest.fixture(scope="module")
def photo() -> Image:
    return images.load(EXAMPLES / "oakland-zoo-otters.jpg")
