"""Images to train on: folders of files, mosaics of digits, random patches."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO, TypeVar

import numpy as np

from core.errors import UserError
from core.files import is_left_behind
from core.imaging import images
from core.imaging.decoding import RAW_SUFFIXES
from core.imaging.images import Image, Uint8Image
from core.imaging.source_files import ImageError

DIGITS_IN_A_MOSAIC = 8  # per side
JPEG_SUFFIXES = (".jfif", ".jif", ".jpe", ".pjp", ".pjpeg")  # rarer ones, which browsers save under too
SUFFIXES = frozenset((*images.SUFFIXES, *JPEG_SUFFIXES, ".apng", ".mpo"))
OTHER_SUFFIXES = re.compile(
    r"\.(bpg|cur|dds|dib|emf|eps|exr|hdr|heics?|heifs?|hif|icns|ico|j2c|j2k|jp2|jpf|jpx|jxl|jxr|pbm|pcx|pgm|pict?|pnm"
    r"|ppm|psb|psd|qoi|svg|tga|wdp|wmf|xbm|xcf|xpm)"
)
T = TypeVar("T")


class DataError(UserError):
    """Training data that is missing or malformed; the message says where to get it."""


@dataclass(frozen=True)
class Scan:
    """The content of a folder of images.

    Attributes:
        files: the image files, sorted by name. They have not been opened, so some may be broken.
        folders: the folders in it, sorted by name.
        skipped: for each file that looks like an image and is not supported (its name), the reason.
    """

    files: list[Path]
    folders: list[Path]
    skipped: dict[str, str] = field(default_factory=dict)


def scan(folder: Path) -> Scan:
    """Return what `folder` holds, without what systems leave behind, such as `._a.jpg`, `@eaDir` and `__MACOSX`.

    Raises:
        DataError: if it is not a folder.
    """
    if not folder.is_dir():
        raise DataError(f"{folder} is not a folder: name one that holds pictures.")
    paths = sorted(path for path in folder.glob("*") if not is_left_behind(path.name))
    found = Scan([], [path for path in paths if path.is_dir()])
    for path in paths:
        suffix = path.suffix.lower()
        if path.is_dir():
            continue
        if suffix in SUFFIXES:
            found.files.append(path)
        elif suffix in RAW_SUFFIXES:
            found.skipped[path.name] = f"{path.name} is a camera's raw file: develop it, and save it as JPEG or PNG."
        elif OTHER_SUFFIXES.fullmatch(suffix):
            found.skipped[path.name] = f"{path.name} cannot be read, {suffix} is not supported: save it as PNG or JPEG."
    return found


def read_each(
    files: Iterable[Path], read: Callable[[Path], T], folder: Path | None = None
) -> tuple[list[tuple[Path, T]], dict[str, str]]:
    """Return each file with what `read` makes of it, and for each that cannot be read the reason.

    Args:
        files: image files.
        read: raises ImageError where a file is broken.
        folder: the reasons are by path relative to it; None: by name.
    """
    found, skipped = [], {}
    for path in files:
        try:
            found.append((path, read(path)))
        except ImageError as error:
            skipped[str(path.relative_to(folder) if folder else path.name)] = str(error)
    return found, skipped


def picture_files(folder: Path) -> list[Path]:
    """Return the image files in `folder` that can be read, sorted by name.

    The others are listed on standard error, since a command's scores are on standard output.

    Raises:
        DataError: if there are none.
    """
    content = scan(folder)
    found, skipped = read_each(content.files, _check)
    list_skipped(content.skipped | skipped, sys.stderr)
    _require_some(folder, len(found), len(content.skipped | skipped))
    return [path for path, _ in found]


def read_pictures(files: Iterable[Path]) -> list[Uint8Image]:
    """Return each file as (h, w, 3) of 8 bits, which take a quarter of the memory of float32.

    Files that cannot be read are left out, and printed with the reason.
    """
    found, skipped = read_each(files, read_picture)
    list_skipped(skipped)
    return [picture for _, picture in found]


def read_picture(path: Path) -> Uint8Image:
    """Return an image file as (h, w, 3) of 8 bits, on white where it is transparent. Raises ImageError."""
    return images.to_uint8(images.composite_on_white(images.load(path)))


def list_skipped(skipped: Mapping[str, str], file: TextIO | None = None) -> None:
    """Print a line for each skipped file.

    Args:
        skipped: for each path the reason, a sentence that begins with the file's name.
        file: where to; None: standard output.
    """
    for path, reason in skipped.items():
        name = Path(path).name
        said = f"{path}{reason[len(name) :]}" if reason.startswith(name) else f"{path}: {reason}"
        print(f"skipped {said}", file=file)


def _check(path: Path) -> None:
    """Raise ImageError if the image file at `path` cannot be read."""
    images.load(path)


def _require_some(folder: Path, count: int, skipped: int) -> None:
    if not count:
        held = f"{skipped} pictures, none of which can be read" if skipped else "no pictures"
        raise DataError(f"{folder} holds {held}: name a folder of {', '.join(images.SUFFIXES)} files.")


def _read_folder(folder: Path) -> list[Uint8Image]:
    """Return the images in `folder`, and print what is skipped. Raises DataError if there are none."""
    content = scan(folder)
    list_skipped(content.skipped)
    pictures = read_pictures(content.files)
    _require_some(folder, len(pictures), len(content.files) + len(content.skipped) - len(pictures))
    return pictures


def read_split(
    folder: Path | None, test: Path | None, validation_count: int
) -> tuple[list[Uint8Image], list[Uint8Image], list[Uint8Image]]:
    """Return images for training, for validation and for the final scores.

    Args:
        folder: images for training and validation; None raises, because the flag --data is then missing.
        test: images for the final scores; if None, those for validation are scored.
        validation_count: about how many images of `folder` are held out for validation, evenly spaced by name.

    Raises:
        DataError: if `folder` has fewer than two images that can be read, or `test` has none.
    """
    if folder is None:
        raise DataError("--data is None: name a folder of pictures to train on.")
    pictures = _read_folder(folder)
    if len(pictures) < 2:
        raise DataError(f"{folder} holds one picture: at least 2 are needed, one for training and one for validation.")
    every = max(2, math.ceil(len(pictures) / validation_count))
    training = [picture for i, picture in enumerate(pictures) if i % every]
    validation = pictures[::every]
    return training, validation, _read_folder(test) if test else validation


def mosaics(digits: Uint8Image) -> list[Uint8Image]:
    """Return digits (n, 28, 28) as images (224, 224, 3) of 8 × 8 digits each, dropping the remainder.

    Networks that restore photos are trained on them as on any other images.
    """
    side, (_, height, width) = DIGITS_IN_A_MOSAIC, digits.shape
    whole = digits[: len(digits) // side**2 * side**2].reshape(-1, side, side, height, width)
    gray = whole.transpose(0, 1, 3, 2, 4).reshape(-1, side * height, side * width)
    return list(np.repeat(gray[..., None], 3, axis=-1))


class PatchSampler:
    """Samples random square patches from images, in proportion to their area, in all eight orientations.

    Args:
        pictures: (h, w, c) each; those smaller than a patch are left out.
        size: side of a patch in pixels.

    Raises:
        DataError: if all images are smaller than a patch.
    """

    def __init__(self, pictures: Sequence[Uint8Image], size: int) -> None:
        self.pictures = [picture for picture in pictures if min(picture.shape[:2]) >= size]
        if not self.pictures:
            raise DataError(f"no picture is as large as a patch of {size} × {size} pixels: use a smaller patch.")
        areas = np.array([picture.shape[0] * picture.shape[1] for picture in self.pictures], float)
        self.weights = areas / areas.sum()
        self.size = size

    def sample(self, count: int, random: np.random.Generator) -> Image:
        """Return `count` patches as (count, size, size, c), 0 to 1."""
        chosen = random.choice(len(self.pictures), count, p=self.weights)
        return images.from_uint8(np.stack([self._patch(self.pictures[i], random) for i in chosen]))

    def _patch(self, picture: Uint8Image, random: np.random.Generator) -> Uint8Image:
        top, left = (int(random.integers(side - self.size + 1)) for side in picture.shape[:2])
        patch: Uint8Image = np.rot90(picture[top : top + self.size, left : left + self.size], int(random.integers(4)))
        return patch[:, ::-1] if random.integers(2) else patch
