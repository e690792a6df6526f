"""What the tests of style transfer share."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from core import registry
from core.engine import LocalEngine
from core.imaging import images
from core.networks import checkpoint
from core.plugin import Plugin
from plugins.style_transfer import gallery, model, resizing, train
from plugins.style_transfer.vgg_layers import ADAIN_LAYERS, CHANNELS

SMALL = 192  # pixels
FILES = Path(tempfile.mkdtemp(prefix="darkroom-tests-"))
atexit.register(shutil.rmtree, FILES, ignore_errors=True)


def write_small(path: Path) -> Path:
    """Write a picture again with a long side of `SMALL` pixels, and return the new file: VGG-19 takes long for more."""
    small = FILES / f"{path.stem}.png"
    images.save(resizing.shrink_to(images.load(path), SMALL), small)
    return small


PHOTO, PAINTING = (write_small(path) for path in (gallery.PHOTOS[1], gallery.find_painting("Vincent van Gogh")))
to_numpy = keras.ops.convert_to_numpy


@pytest.fixture(scope="session")
def plugin() -> Plugin:
    return Plugin(registry.find("style_transfer"), LocalEngine(precision="float32"))


@pytest.fixture(scope="session")
def network() -> keras.Model:
    return checkpoint.load(train.BUNDLED, model)


@pytest.fixture(scope="session")
def photo() -> images.Image:
    return resizing.shrink_to(images.load(PHOTO), SMALL)


@pytest.fixture(scope="session")
def style() -> images.Image:
    return resizing.shrink_to(images.load(PAINTING), SMALL)


def random_features(seed: int) -> list[Any]:
    """Return features of `ADAIN_LAYERS` as of one image, all of one size."""
    random = np.random.default_rng(seed)
    return [random.random((1, 4, 4, CHANNELS[name]), np.float32) for name in ADAIN_LAYERS]


def write_folder(folder: Path, count: int) -> Path:
    """Write a folder of smooth random pictures, 96 × 80."""
    folder.mkdir()
    random = np.random.default_rng(list(folder.name.encode()))
    for i in range(count):
        picture = resizing.resize_bicubic(random.random((6, 5, 3), np.float32), 96, 80)
        images.save(picture.clip(0, 1), folder / f"{i}.png")
    return folder
