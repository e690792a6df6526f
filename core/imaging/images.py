"""Loads images from untrusted files, saves them, and converts image arrays.

An image is float32, height × width × 3 (or 4 where the file has real transparency), 0 to 1.
"""

from __future__ import annotations

import hashlib
import math
import os
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as pillow  # noqa: N813 - `Image` is the array type
from PIL import ImageCms, ImageFile, ImageOps, UnidentifiedImageError

from core.errors import UserError
from core.files import written_atomically
from core.imaging import png16

Image = NDArray[np.float32]
Uint8Image = NDArray[np.uint8]
Floats = Annotated[NDArray[np.float32], "not an image"]  # the command line takes it as a flag, and prints it

FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")  # a phone's MPO is opened as JPEG
SUFFIXES = (".avif", ".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
DEFAULT_MEGAPIXELS = 40.0
LARGEST_SIDES = {".avif": 65_535, ".gif": 65_535, ".jpeg": 65_500, ".jpg": 65_500, ".webp": 16_383}
BAND = 256  # rows converted at once
LONGEST_NAME = 200  # bytes
LONGEST_ROW = 12  # images in one row of a contact sheet
ORIENTATION, SIDEWAYS = 0x0112, (5, 6, 7, 8)  # EXIF tag, and its values that swap height and width
LONGEST_SIDE = 30_000  # pixels; a strip one pixel high is padded to a whole tile, and costs a network as much

pillow.init()  # registers all formats; by default Pillow registers only five until another is needed


class ImageError(UserError):
    """A file that cannot be read or written as an image; the message is one sentence for the user."""


def load(source: str | Path | bytes, max_megapixels: float | None = None) -> Image:
    """Return the first frame of an image file, upright and in sRGB.

    Args:
        source: a path, or the bytes of a file.
        max_megapixels: checked before anything is decoded; defaults to DARKROOM_MAX_MEGAPIXELS, or 40.

    Returns:
        (h, w, 3), or (h, w, 4) if any pixel is transparent; 0 to 1. 16-bit PNG keeps its depth.

    Raises:
        ImageError: if the file is not a readable image within the limit; the message names it and the remedy.
    """
    name = "the picture" if isinstance(source, bytes) else Path(source).name
    limit = max_megapixels or _megapixel_limit()
    with _image_errors(name, source, limit), warnings.catch_warnings():
        warnings.simplefilter("ignore", pillow.DecompressionBombWarning)  # our own limit is checked below
        data = source if isinstance(source, bytes) else Path(source).read_bytes()
        with pillow.open(BytesIO(data), formats=FORMATS) as file:
            _check_size(file, name, limit)
            if png16.is_transparent(file):
                return _without_opaque_alpha(png16.decode_transparent(data))
            image = png16.decode_color(data) if png16.is_color(file) else _decode(file, name)
            return _without_opaque_alpha(image)


def size(source: str | Path | bytes) -> tuple[int, int]:
    """Return the width and height of an image file once it is upright, without decoding it.

    Raises:
        ImageError: if the file cannot be read.
    """
    try:
        with pillow.open(BytesIO(source) if isinstance(source, bytes) else source, formats=FORMATS) as file:
            is_sideways = file.getexif().get(ORIENTATION, 1) in SIDEWAYS
            return (file.height, file.width) if is_sideways else (file.width, file.height)
    except (OSError, ValueError, SyntaxError, pillow.DecompressionBombError) as error:
        raise ImageError(f"the picture cannot be read ({error}): export it again.") from None


def bit_depth(source: str | Path | bytes) -> int:
    """Return the bits per channel of an image file, 8 or 16; 8 if it cannot be read."""
    try:
        with pillow.open(BytesIO(source) if isinstance(source, bytes) else source, formats=FORMATS) as file:
            is_16_bit = file.mode.startswith("I;16") or png16.is_color(file) or png16.is_transparent(file)
            return 16 if is_16_bit else 8
    except (OSError, ValueError, SyntaxError, pillow.DecompressionBombError):
        return 8


def save(image: Image, path: str | Path, depth: int = 8) -> None:
    """Write `image` in the format of the path's suffix; the file appears complete or not at all.

    Args:
        image: (h, w, 1, 3 or 4), 0 to 1, clipped. Formats without transparency get it on white.
        path: where to write it.
        depth: bits per channel of a PNG, 8 or 16; every other format has 8.

    Raises:
        ImageError: if the suffix is not that of an image format, the folder cannot be written to, or the image is
            too large for the format (it is then written as PNG instead).
    """
    path, image = Path(path), to_rgb(image)
    check_output(path)
    largest = LARGEST_SIDES.get(path.suffix.lower(), math.inf)
    if max(image.shape[:2]) > largest:
        instead = path.with_suffix(".png")
        save(image, instead, depth)
        raise ImageError(f"{path.name} can have {largest} pixels a side at most: written as {instead.name} instead.")
    if path.suffix.lower() in (".jpg", ".jpeg", ".bmp"):
        image = composite_on_white(image)
    try:
        with written_atomically(path) as temporary:
            _write(image, temporary, depth)
    except OSError as error:
        raise ImageError(f"{path} cannot be written ({error.strerror or error}): choose another place.") from None


def check_output(path: Path) -> None:
    """Raise ImageError if no image could be saved at `path`: to be called before a long computation, not after it."""
    if path.suffix.lower() not in SUFFIXES:
        raise ImageError(f"{path.name} does not end in the suffix of an image: use one of {', '.join(SUFFIXES)}.")
    if len(os.fsencode(path.name)) > LONGEST_NAME:
        raise ImageError(f"{path.name[:30]}… is {len(path.name)} letters long: use a shorter name.")
    if path.is_dir():
        raise ImageError(f"{path} is a folder: name a file in it.")
    if not path.parent.is_dir():
        raise ImageError(f"the folder {str(path.parent)!r} of {path.name} does not exist: make it first.")
    if not os.access(path.parent, os.W_OK):
        raise ImageError(f"the folder {str(path.parent)!r} of {path.name} cannot be written to: choose another.")


def to_uint8(image: Image) -> Uint8Image:
    """Return `image` (0 to 1, clipped) as 0 to 255, rounded to nearest."""
    scaled = np.empty(image.shape, np.uint8)
    for start in range(0, len(image), BAND):  # in bands, so that no float copy of a large image is made
        band = slice(start, start + BAND)
        scaled[band] = np.clip(image[band] * 255 + 0.5, 0, 255)
    return scaled


def from_uint8(values: Uint8Image) -> Image:
    """Return 0 to 255 as an image, 0 to 1."""
    return values.astype(np.float32) / np.float32(255)


def checksum(arrays: Iterable[Uint8Image]) -> str:
    """Return one sha256 over the bytes of all `arrays`, in order; identifies the data of a training run."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def contact_sheet(pictures: Image) -> Image:
    """Return many images (n, h, w, c) as one: in a single row up to 12, in a grid that is about square above."""
    count = len(pictures)
    columns = count if count <= LONGEST_ROW else math.ceil(math.sqrt(count))
    return to_rgb(make_grid(pictures, columns))


def make_grid(pictures: Image, columns: int) -> Image:
    """Return many images (n, h, w, c) as one, in rows of `columns`; missing ones in the last row are black."""
    count, height, width, channels = pictures.shape
    rows = math.ceil(count / columns)
    cells = np.zeros((rows * columns, height, width, channels), np.float32)
    cells[:count] = pictures
    grid = cells.reshape(rows, columns, height, width, channels).transpose(0, 2, 1, 3, 4)
    return grid.reshape(rows * height, columns * width, channels)


def upscale_nearest(image: Image, times: int) -> Image:
    """Return `image` (h, w, c) with each pixel repeated as a square of `times` × `times`."""
    return image.repeat(times, 0).repeat(times, 1)


def to_rgb(image: Image) -> Image:
    """Return a gray image (h, w, 1) as (h, w, 3); an image with three or four channels is returned unchanged."""
    return np.repeat(image, 3, axis=-1) if image.shape[-1] == 1 else image


def composite_on_white(image: Image) -> Image:
    """Return `image` (h, w, 3 or 4) without its alpha channel, over white where it was transparent."""
    if image.shape[-1] == 3:
        return image
    alpha = image[..., 3:]
    return image[..., :3] * alpha + (1 - alpha)


def _megapixel_limit() -> float:
    value = os.environ.get("DARKROOM_MAX_MEGAPIXELS", "")
    try:
        return float(value or DEFAULT_MEGAPIXELS)
    except ValueError:
        raise UserError(f"DARKROOM_MAX_MEGAPIXELS is {value!r}: use a number, such as 40.") from None


@contextmanager
def _image_errors(name: str, source: str | Path | bytes, limit: float) -> Iterator[None]:
    """Turn everything that Pillow and the file system raise for an unreadable file into an ImageError."""
    try:
        yield
    except ImageError:
        raise
    except pillow.DecompressionBombError:
        raise ImageError(f"{name} is far above the limit of {limit:g} megapixels: shrink it first.") from None
    except UnidentifiedImageError:
        raise ImageError(f"{name} is not a picture that can be read: use JPEG, PNG, WebP, GIF, TIFF or BMP.") from None
    except FileNotFoundError:
        raise ImageError(f"{name} does not exist: check the path {str(source)!r}.") from None
    except IsADirectoryError:
        raise ImageError(f"{name} is a folder: name one picture in it.") from None
    except MemoryError:
        raise ImageError(f"{name} does not fit into this machine's memory: shrink it first.") from None
    except (OSError, ValueError, SyntaxError, EOFError) as error:  # Pillow raises all of these for damaged files
        raise ImageError(f"{name} is damaged and could not be read ({error}): export it again.") from None


def _check_size(file: pillow.Image, name: str, limit: float) -> None:
    if max(file.size) > LONGEST_SIDE:
        raise ImageError(
            f"{name} is {file.width} × {file.height} pixels, the longest side may be {LONGEST_SIDE}: crop it."
        )
    megapixels = file.width * file.height / 1e6
    if megapixels > limit:
        raise ImageError(
            f"{name} has {megapixels:.1f} megapixels, the limit is {limit:g}: shrink it first "
            "(whoever runs this server can raise DARKROOM_MAX_MEGAPIXELS)."
        )


def _decode(file: ImageFile.ImageFile, name: str) -> Image:
    """Return `file` as (h, w, 3 or 4), for every format that Pillow decodes at full depth."""
    file.seek(0)
    upright = ImageOps.exif_transpose(file)
    if upright.mode == "I":
        raise ImageError(f"{name} holds 32-bit numbers, for which no range is standard: export it as 16-bit PNG.")
    if upright.mode.startswith("I;16"):
        gray = np.asarray(upright, np.float32) / 65535
        return np.repeat(np.clip(gray, 0, 1)[..., None], 3, axis=-1)
    if upright.mode == "F":
        raise ImageError(
            f"{name} holds floating-point numbers, for which no range is standard: export it as 16-bit PNG."
        )
    upright = _to_srgb(upright)
    mode = "RGBA" if upright.has_transparency_data else "RGB"
    return np.asarray(upright.convert(mode), np.float32) / np.float32(255)


def _to_srgb(picture: pillow.Image) -> pillow.Image:
    """Return `picture` converted to sRGB if it has the color profile of another space, such as Display P3."""
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in ("RGB", "RGBA", "CMYK"):
        return picture
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        target = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(picture, BytesIO(profile), target, outputMode=mode)
    except (ImageCms.PyCMSError, OSError):  # an invalid profile: take the values as sRGB
        return picture
    return converted or picture


def _without_opaque_alpha(image: Image) -> Image:
    """Return `image` without its alpha channel if no pixel is transparent."""
    return image[..., :3] if image.shape[-1] == 4 and image[..., 3].min() == 1 else image


def _write(image: Image, path: Path, depth: int) -> None:
    suffix = path.suffix.lower()
    if depth == 16 and suffix == ".png":
        png16.write(image, path)
    else:
        options: dict[str, Any] = {"quality": 95, "subsampling": 0} if suffix in (".jpg", ".jpeg") else {}
        pillow.fromarray(to_uint8(image)).save(path, **options)
