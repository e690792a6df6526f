"""Loads images from untrusted files, saves them, and converts image arrays.

An image is float32, height × width × 3 (or 4 where the file has real transparency), 0 to 1.
"""

from __future__ import annotations

import hashlib
import math
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as pillow  # noqa: N813 - `Image` is the array type

from core import files
from core.errors import DiskFullError, is_full
from core.files import written_atomically
from core.imaging import color, decoding, file_metadata, grids, png16, source_files
from core.imaging.source_files import ImageError, opened
from core.kinds import Kind, Sources

SUFFIXES = (".png", ".avif", ".bmp", ".gif", ".heic", ".heif", ".jfif", ".jpeg", ".jpg", ".tif", ".tiff", ".webp")
Image = Annotated[
    NDArray[np.float32],
    Kind(
        "image",
        SUFFIXES,
        load=lambda path: load(path),
        save=lambda *saved: save_kind(*saved),
        check=lambda path: check_output(path),
        samples=lambda: make_samples(),
        large=lambda: np.random.default_rng(0).random(LARGE, np.float32),
    ),
]
Uint8Image = NDArray[np.uint8]
Floats = NDArray[np.float32]  # the command line takes it as a flag, and prints it

JPEG_OPTIONS: dict[str, Any] = {"quality": 95, "subsampling": 0}
OPTIONS: dict[str, dict[str, Any]] = {  # by suffix; Pillow's defaults give 31.8 dB (WebP) and 33.2 dB (AVIF)
    ".png": {"compress_level": 1, "compress_type": png16.RUN_LENGTHS},
    ".jpg": JPEG_OPTIONS,
    ".jpeg": JPEG_OPTIONS,
    ".jfif": JPEG_OPTIONS,
    ".webp": {"lossless": True},
    ".avif": {"quality": 95, "subsampling": "4:4:4"},
    ".heic": {"quality": 95, "chroma": 444},
    ".heif": {"quality": 95, "chroma": 444},
}
LARGEST_SIDES = {".avif": 65_535, ".gif": 65_535, ".webp": 16_383, ".heic": 16_383, ".heif": 16_383}
LARGEST_SIDES |= dict.fromkeys((".jfif", ".jpeg", ".jpg"), 65_500)
GRAY_WITH_ALPHA = (".png", ".tif", ".tiff")  # formats that hold these two channels
BAND = 256  # rows converted at once
LARGE = 480, 640, 3  # shape of an image of which `python -m core check` cancels the processing
SPARSE = 64  # pixels


def load(source: str | Path | bytes, max_megapixels: float | None = None) -> Image:
    """Return the first frame of an image file, upright and in sRGB.

    Args:
        source: a path, or the bytes of a file.
        max_megapixels: checked before anything is decoded; defaults to DARKROOM_MAX_MEGAPIXELS, or 40.

    Returns:
        (h, w, 3), or (h, w, 4) if any pixel is transparent; 0 to 1. 16-bit PNG and TIFF keep their depth.

    Raises:
        ImageError: if the file is not a readable image within the limit; the message names it and the remedy.
    """
    limit = max_megapixels or source_files.megapixel_limit()
    with opened(source, limit) as (file, data):
        source_files.check_size(file, source_files.name_of(source), limit)
        return _without_opaque_alpha(decoding.decode(file, data))


def size(source: str | Path | bytes) -> tuple[int, int]:
    """Return the width and height of an image file once it is upright, without decoding it.

    Raises:
        ImageError: if the file cannot be read.
    """
    with opened(source) as (file, _):
        return decoding.size(file)


def bit_depth(source: str | Path | bytes) -> int:
    """Return the bits per channel of an image file, 8 or 16; 8 if it cannot be read."""
    try:
        with opened(source) as (file, data):
            return 16 if decoding.is_16_bit(file, data) else 8
    except ImageError:  # `load` raises it too
        return 8


def file_format(source: str | Path | bytes) -> str:
    """Return the format of an image file, as Pillow calls it: "JPEG", "PNG", …; "" if it cannot be read."""
    try:
        with opened(source) as (file, _):
            return file.format or ""
    except ImageError:  # `load` raises it too
        return ""


def read_exif(source: str | Path | bytes) -> bytes | None:
    """Return the EXIF data of an image file (date, camera, place), without its orientation; None without any."""
    try:
        with opened(source) as (file, _):
            return file_metadata.read(file)
    except ImageError:  # metadata that cannot be read is not worth an error
        return None


def save(image: Image, path: str | Path, depth: int = 8, exif: bytes | None = None) -> None:
    """Write `image` in the format of the path's suffix, tagged as sRGB; the file appears complete or not at all.

    An image whose three channels are equal is written with one. JPEG and AVIF are lossy, at more than 42 dB on photos;
    WebP is lossless.

    Args:
        image: (h, w, 1, 3 or 4), 0 to 1, clipped. Formats without transparency get it on white.
        path: where to write it.
        depth: bits per channel of a PNG, 8 or 16; every other format has 8.
        exif: metadata to write, such as that of `read_exif`; BMP and GIF hold none.

    Raises:
        ImageError: if the suffix is not that of an image format, the folder cannot be written to, or the image is
            too large for the format (it is then written as PNG instead).
        DiskFullError: if the disk is full.
    """
    path, image = Path(path), to_rgb(image)
    check_output(path)
    largest = LARGEST_SIDES.get(path.suffix.lower(), math.inf)
    if max(image.shape[:2]) > largest:
        instead = path.with_suffix(".png")
        save(image, instead, depth, exif)
        raise ImageError(f"{path.name} can have {largest} pixels a side at most: written as {instead.name} instead.")
    if path.suffix.lower() in (".jpg", ".jpeg", ".jfif", ".bmp"):
        image = composite_on_white(image)
    try:
        with written_atomically(path) as temporary:
            _write(image, temporary, depth, exif)
    except OSError as error:
        if is_full(error):
            raise DiskFullError(f"{path.name} cannot be written, the disk is full: free some space.") from None
        raise ImageError(f"{path} cannot be written ({error.strerror or error}): choose another place.") from None


def save_kind(image: Image, path: Path, sources: Sources) -> None:
    """Write an image, or several (n, h, w, c) as a contact sheet, with the depth and the EXIF data of its sources.

    A PNG keeps 16 bits per channel, where a source has them; a message says so where another format does not.

    Raises:
        ImageError: see `save`.
    """
    depth = max(map(bit_depth, sources.files), default=8)
    if depth == 16 and path.suffix.lower() != ".png":
        print(f"{path.name} will hold 8 of the 16 bits per channel: name a .png to keep them all.", file=sys.stderr)
    exif = read_exif(sources.files[0]) if sources.files and sources.keep_metadata else None
    save(grids.make_contact_sheet(image) if image.ndim == grids.NDIMS else image, path, depth, exif)


def check_output(path: Path) -> None:
    """Raise UserError if no image could be saved at `path`: to be called before a long computation, not after it."""
    if path.suffix.lower() not in SUFFIXES:
        raise ImageError(f"{path.name} does not end in the suffix of an image: use one of {', '.join(SUFFIXES)}.")
    files.check_output(path)


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


def upscale_nearest(image: NDArray[Any], times: int) -> NDArray[Any]:
    """Return `image` (h, w, c) with each pixel repeated as a square of `times` × `times`."""
    return image.repeat(times, 0).repeat(times, 1)


def to_rgb(image: Image) -> Image:
    """Return a gray image (h, w, 1) as (h, w, 3); an image with three or four channels is returned unchanged."""
    return np.repeat(image, 3, axis=-1) if image.shape[-1] == 1 else image


def with_alpha_of(color: Image, image: Image) -> Image:
    """Return `color` (h, w, 3) with the alpha channel of `image` (h, w, 3 or 4), if it has one."""
    return color if image.shape[-1] == 3 else np.concatenate([color, image[..., 3:]], axis=-1)


def composite_on_white(image: Image) -> Image:
    """Return `image` (h, w, 3 or 4) without its alpha channel, over white where it was transparent."""
    if image.shape[-1] == 3:
        return image
    alpha = image[..., 3:]
    return image[..., :3] * alpha + (1 - alpha)


def _without_opaque_alpha(image: Image) -> Image:
    """Return `image` without its alpha channel if no pixel is transparent."""
    return image[..., :3] if image.shape[-1] == 4 and image[..., 3].min() == 1 else image


def _write(image: Image, path: Path, depth: int, exif: bytes | None) -> None:
    suffix = path.suffix.lower()
    if depth == 16 and suffix == ".png":
        png16.write(image, path, exif)
        return
    picture = pillow.fromarray(to_uint8(image))
    options = dict(OPTIONS.get(suffix, {}))
    if suffix not in (".bmp", ".gif"):
        options |= {"exif": exif} if exif else {}
        if is_gray(image) and (image.shape[-1] == 3 or suffix in GRAY_WITH_ALPHA):
            picture = picture.convert("L" if image.shape[-1] == 3 else "LA")
        else:
            options["icc_profile"] = color.SRGB_PROFILE
    picture.save(path, **options)


def is_gray(image: Image) -> bool:
    """Return whether `image` (h, w, 3 or 4) has three equal color channels."""
    parts = image[::SPARSE, ::SPARSE], image  # a few pixels tell most images from gray ones
    return all((part[..., :1] == part[..., :3]).all() for part in parts)


def make_samples() -> list[Image]:
    """Return small images of every form that a verb may be given: odd sides, transparency, gray, one pixel."""
    random = np.random.default_rng(0)
    rgb, alpha = random.random((33, 47, 3), np.float32), np.tile(np.linspace(0, 1, 47, dtype=np.float32), (33, 1))
    gray = np.repeat(rgb[..., :1], 3, axis=-1)
    return [rgb[:24, :32], np.concatenate([rgb, alpha[..., None]], axis=-1), gray, rgb[:1, :1]]
