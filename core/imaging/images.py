"""Hostile files in, float images out: the one loader for whatever a person drops, and the one writer.

An image is float32, height × width × 3 (or 4 where it really has transparency), 0 to 1.
"""

from __future__ import annotations

import hashlib
import math
import os
import warnings
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import png
from numpy.typing import NDArray
from PIL import Image as pillow  # noqa: N813 - `Image` is the array that a picture becomes
from PIL import ImageCms, ImageFile, ImageOps, UnidentifiedImageError

from core.errors import UserError

Image = NDArray[np.float32]
Uint8Image = NDArray[np.uint8]
Floats = Annotated[NDArray[np.float32], "no picture"]  # on the command line: flags, and printed

FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")  # a phone's MPO comes in as JPEG
SUFFIXES = (".avif", ".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
DEFAULT_MEGAPIXELS = 40.0
LARGEST_SIDES = {".avif": 65_535, ".gif": 65_535, ".jpeg": 65_500, ".jpg": 65_500, ".webp": 16_383}
BAND = 256  # rows
LONGEST_NAME = 200  # bytes
LONGEST_ROW = 12
ORIENTATION, SIDEWAYS = 0x0112, (5, 6, 7, 8)  # in EXIF
LONGEST_SIDE = 30_000  # a picture one pixel high costs a network as much as one 512 high

pillow.init()  # all formats, not only the five that Pillow loads on demand


class ImageError(UserError):
    """A file that cannot become an image; the message is one sentence for the person who dropped it."""


def load(source: str | Path | bytes, max_megapixels: float | None = None) -> Image:
    """Return the first frame of `source` (a path or a file's bytes), upright, as (h, w, 3) or (h, w, 4) in 0 to 1.

    `max_megapixels` is checked before anything is decoded; it defaults to DARKROOM_MAX_MEGAPIXELS, or 40.
    Raises ImageError, naming the file and the remedy, for everything that is not a readable image within it.
    """
    name = "the picture" if isinstance(source, bytes) else Path(source).name
    limit = max_megapixels or _megapixel_limit()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", pillow.DecompressionBombWarning)  # our own limit is checked below
            data = source if isinstance(source, bytes) else Path(source).read_bytes()
            with pillow.open(BytesIO(data), formats=FORMATS) as file:
                _check_size(file, name, limit)
                if _is_16_bit_with_transparency(file):
                    image = _decode_16_bit_with_transparency(data)
                else:
                    image = _decode_16_bit_colour(data) if _is_16_bit_colour(file) else _decode(file, name)
                return _without_idle_alpha(image)
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
    except (OSError, ValueError, SyntaxError, EOFError) as error:  # what Pillow raises on damaged files
        raise ImageError(f"{name} is damaged and could not be read ({error}): export it again.") from None


def size(source: str | Path | bytes) -> tuple[int, int]:
    """Return the width and height of the picture `source` once it is upright, without decoding it.

    Raises ImageError where it cannot be read.
    """
    try:
        with pillow.open(BytesIO(source) if isinstance(source, bytes) else source, formats=FORMATS) as file:
            turned = file.getexif().get(ORIENTATION, 1) in SIDEWAYS
            return (file.height, file.width) if turned else (file.width, file.height)
    except (OSError, ValueError, SyntaxError, pillow.DecompressionBombError) as error:
        raise ImageError(f"the picture cannot be read ({error}): export it again.") from None


def bit_depth(source: str | Path | bytes) -> int:
    """Return how many bits a channel the picture `source` has, 8 or 16; 8 where it cannot be read."""
    try:
        with pillow.open(BytesIO(source) if isinstance(source, bytes) else source, formats=FORMATS) as file:
            deep = file.mode.startswith("I;16") or _is_16_bit_colour(file) or _is_16_bit_with_transparency(file)
            return 16 if deep else 8
    except (OSError, ValueError, SyntaxError, pillow.DecompressionBombError):
        return 8


def save(image: Image, path: str | Path, depth: int = 8) -> None:
    """Write `image` in the format of the path's suffix; formats without transparency get it on white.

    It gets `depth` bits a channel in a PNG, 8 in every other format. The file appears whole or not at all.
    Raises ImageError for a suffix that is not an image's.
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
    partial = path.with_name(f".{path.stem}.partial{path.suffix}")
    options: dict[str, Any] = {"quality": 95, "subsampling": 0} if path.suffix.lower() in (".jpg", ".jpeg") else {}
    try:
        if depth == 16 and path.suffix.lower() == ".png":
            _write_16_bit_png(image, partial)
        else:
            pillow.fromarray(to_uint8(image)).save(partial, **options)
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise ImageError(f"{path} cannot be written ({error.strerror or error}): choose another place.") from None


def check_output(path: Path) -> None:
    """Raise ImageError where no image could be saved at `path`: to be asked before the work, not after it."""
    if path.suffix.lower() not in SUFFIXES:
        raise ImageError(f"{path.name} does not end as a picture does: use one of {', '.join(SUFFIXES)}.")
    if len(os.fsencode(path.name)) > LONGEST_NAME:
        raise ImageError(f"{path.name[:30]}… is {len(path.name)} letters long: use a shorter name.")
    if path.is_dir():
        raise ImageError(f"{path} is a folder: name a file in it.")
    if not path.parent.is_dir():
        raise ImageError(f"the folder {str(path.parent)!r} of {path.name} does not exist: make it first.")
    if not os.access(path.parent, os.W_OK):
        raise ImageError(f"the folder {str(path.parent)!r} of {path.name} cannot be written to: choose another.")


def to_uint8(image: Image) -> NDArray[np.uint8]:
    """Return `image` (0 to 1, clipped) as 0 to 255, rounded to nearest."""
    scaled = np.empty(image.shape, np.uint8)
    for start in range(0, len(image), BAND):  # so that a large picture is not held three times over
        band = slice(start, start + BAND)
        scaled[band] = np.clip(image[band] * 255 + 0.5, 0, 255)
    return scaled


def from_uint8(values: NDArray[np.uint8]) -> Image:
    """Return 0 to 255 as an image, 0 to 1."""
    return values.astype(np.float32) / np.float32(255)


def checksum(arrays: Iterable[Uint8Image]) -> str:
    """Return one sha256 over the bytes of all `arrays`, in order: which data a checkpoint was trained on."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def contact_sheet(pictures: Image) -> Image:
    """Return many small pictures (n, h, w, c) as one: a row of up to 12, more in rows that make about a square."""
    count = len(pictures)
    columns = count if count <= LONGEST_ROW else math.ceil(math.sqrt(count))
    return to_rgb(make_grid(pictures, columns))


def make_grid(pictures: Image, columns: int) -> Image:
    """Return small pictures (n, h, w, c) as one, in rows of so many `columns`; what the last row lacks is black."""
    count, height, width, channels = pictures.shape
    rows = math.ceil(count / columns)
    cells = np.zeros((rows * columns, height, width, channels), np.float32)
    cells[:count] = pictures
    grid = cells.reshape(rows, columns, height, width, channels).transpose(0, 2, 1, 3, 4)
    return grid.reshape(rows * height, columns * width, channels)


def upscale_nearest(image: Image, times: int) -> Image:
    """Return `image` with each pixel as a square of `times` × `times`."""
    return image.repeat(times, 0).repeat(times, 1)


def to_rgb(image: Image) -> Image:
    """Return a gray image (h, w, 1) with three channels; one of three or four as it is."""
    return np.repeat(image, 3, axis=-1) if image.shape[-1] == 1 else image


def composite_on_white(image: Image) -> Image:
    """Return the three colour channels of `image`, over white where it is transparent."""
    if image.shape[-1] == 3:
        return image
    alpha = image[..., 3:]
    return image[..., :3] * alpha + (1 - alpha)


def _megapixel_limit() -> float:
    words = os.environ.get("DARKROOM_MAX_MEGAPIXELS", "")
    try:
        return float(words or DEFAULT_MEGAPIXELS)
    except ValueError:
        raise UserError(f"DARKROOM_MAX_MEGAPIXELS is {words!r}: use a number, such as 40.") from None


def _check_size(file: pillow.Image, name: str, limit: float) -> None:
    if max(file.size) > LONGEST_SIDE:
        raise ImageError(
            f"{name} is {file.width} × {file.height} pixels, the longest side may be {LONGEST_SIDE}: cut it."
        )
    megapixels = file.width * file.height / 1e6
    if megapixels > limit:
        raise ImageError(
            f"{name} has {megapixels:.1f} megapixels, the limit is {limit:g}: shrink it first "
            "(whoever runs this server can raise DARKROOM_MAX_MEGAPIXELS)."
        )


def _decode(file: ImageFile.ImageFile, name: str) -> Image:
    file.seek(0)
    upright = ImageOps.exif_transpose(file)
    if upright.mode == "I":
        raise ImageError(f"{name} holds 32-bit numbers, whose range is not agreed: export it as 16-bit PNG.")
    if upright.mode.startswith("I;16"):
        gray = np.asarray(upright, np.float32) / 65535
        return np.repeat(np.clip(gray, 0, 1)[..., None], 3, axis=-1)
    if upright.mode == "F":
        raise ImageError(f"{name} holds floating-point numbers, whose range is not agreed: export it as 16-bit PNG.")
    upright = _in_srgb(upright)
    mode = "RGBA" if upright.has_transparency_data else "RGB"
    return np.asarray(upright.convert(mode), np.float32) / np.float32(255)


def _in_srgb(picture: pillow.Image) -> pillow.Image:
    """Return `picture` in sRGB, if it is in colours of another profile, such as a phone's Display P3."""
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in ("RGB", "RGBA", "CMYK"):
        return picture
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        target = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(picture, BytesIO(profile), target, outputMode=mode)
    except (ImageCms.PyCMSError, OSError):  # a profile that is no profile: the numbers are what there is
        return picture
    return converted or picture


def _is_16_bit_colour(file: ImageFile.ImageFile) -> bool:
    return file.format == "PNG" and bool(file.tile) and file.tile[0].args in ("RGB;16B", "RGBA;16B")


def _is_16_bit_with_transparency(file: pillow.Image) -> bool:
    """Return whether `file` is one that Pillow takes half the bits, or the transparency, from."""
    arguments = file.tile[0].args if isinstance(file, ImageFile.ImageFile) and file.tile else None
    return file.format == "PNG" and (
        arguments == "LA;16B" or (arguments in ("I;16B", "RGB;16B") and "transparency" in file.info)
    )


def _decode_16_bit_with_transparency(data: bytes) -> Image:
    width, height, rows, _ = png.Reader(bytes=data).asRGBA()
    return np.vstack([np.asarray(row, np.float32) for row in rows]).reshape(height, width, 4) / np.float32(65535)


def _decode_16_bit_colour(png: bytes) -> Image:
    """Return a 16-bit colour PNG at full depth: Pillow keeps one byte of two, so it is decoded once for each."""
    halves = []
    for order in "BL":  # big-endian keeps the high byte; taken for little-endian, the same data gives the low one
        with pillow.open(BytesIO(png)) as file:
            file.tile = [make_grid._replace(args=f"{str(make_grid.args)[:-1]}{order}") for make_grid in file.tile]
            halves.append(np.asarray(ImageOps.exif_transpose(file), np.float32))
    return (halves[0] * 256 + halves[1]) / np.float32(65535)


def _write_16_bit_png(image: Image, path: Path) -> None:
    """Write what Pillow cannot: colour at 16 bits a channel."""
    height, width, channels = image.shape
    values = np.clip(image * np.float32(65535) + 0.5, 0, 65535).astype(">u2")
    writer = png.Writer(width, height, greyscale=False, alpha=channels == 4, bitdepth=16)
    with path.open("wb") as file:
        writer.write_packed(file, (row.tobytes() for row in values))


def _without_idle_alpha(image: Image) -> Image:
    return image[..., :3] if image.shape[-1] == 4 and image[..., 3].min() == 1 else image
