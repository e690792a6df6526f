"""What the tests of the GAN generator share: the plugin, a small network, a folder of images."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core import registry
from core.engine import LocalEngine
from core.plugin import Plugin
from plugins.gan_generator.model import build_gan


@pytest.fixture(scope="module")
def plugin() -> Plugin:
    return Plugin(registry.find("gan_generator"), LocalEngine(precision="float32"))


@pytest.fixture(scope="session")
def small() -> dict[str, Any]:
    """Arguments of `build_gan` that make a small network."""
    return {"shape": (8, 8, 1), "dimensions": 4, "width": 4}


@pytest.fixture(scope="module")
def network(small: dict[str, Any]) -> keras.Model:
    """A small network with three classes."""
    keras.utils.set_random_seed(0)
    return build_gan(**small, classes=3)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Images of two classes, of odd sizes, and a file that is not an image."""
    random = np.random.default_rng(0)
    for kind in ("dark", "light"):
        (tmp_path / "own" / kind).mkdir(parents=True)
        for i in range(15):
            low = 0 if kind == "dark" else 155
            pixels = random.integers(low, low + 100, (20 + i, 30, 3), np.uint8)
            pillow.fromarray(pixels).save(tmp_path / "own" / kind / f"{i}.png")
    (tmp_path / "own" / "dark" / "broken.png").write_bytes(b"no picture")
    return tmp_path / "own"
