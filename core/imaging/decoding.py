"""Decodes image files, in one order for every format: limits, decode, orient, color-manage.

What an array of pixels means is settled here: 8- or 16-bit values become 0 to 1, upright, in sRGB. A file that is no
image for us (a camera's raw file, HDR, JPEG XL) is refused by name rather than decoded to something else.
"""

from __future__ import annotations

import logging
import warnings
from io import BytesIO
from typing import Any

import numpy as np
import pillow_heif
import tifffile
from numpy.typing import NDArray
from PIL import Image as pillow  # noqa: N813 - `Image` is the array type of core.imaging.images
from PIL import ImageFile, ImageOps, PngImagePlugin, UnidentifiedImageError

from core.imaging import color, png16

Pixels = NDArray[np.float32]

FORMATS = ("AVIF", "BMP", "GIF", "HEIF", "JPEG", "PNG", "TIFF", "WEBP")  # a phone's MPO is opened as JPEG
MAX_TEXT = 64 * 2**20  # bytes of text in a PNG; Pillow takes 1 MB, and calls more damaged
RAW_SUFFIXES = (  # of files that are TIFFs to Pillow, or unknown
    *(".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dng", ".erf", ".iiq", ".nef", ".nrw", ".orf", ".pef"),
    *(".raf", ".rw2", ".srw", ".x3f"),
)
SUBFILE_TYPE, BITS, PHOTOMETRIC, PLANAR, EXTRA_SAMPLES, DNG_VERSION = 254, 258, 262, 284, 338, 50706  # TIFF
REDUCED, WHITE_IS_ZERO, PREMULTIPLIED = 1, 0, 1  # values of these tags
TIFF_SPACES = {0: "gray", 1: "gray", 2: "rgb", 5: "cmyk"}  # by photometric interpretation
MAX_CHANNELS = 5
ORIENTATION = 0x0112
SENSOR = (32803, 34892)  # photometric interpretations of a sensor's values: a color filter array, linear raw
RAW_SIGNATURES = (  # (offset, bytes) of raw files that are not plain TIFFs
    (8, b"CR\x02"),
    (4, b"ftypcrx "),
    (0, b"FUJIFILMCCD-RAW"),
    (0, b"IIRO"),
    (0, b"IIRS"),
    (0, b"MMOR"),
    (0, b"IIU\x00"),
)
RAW = "is a camera's raw file: develop it, and export it as TIFF or PNG"
JPEG_XL_SIGNATURES = (b"\xff\x0a", b"\x00\x00\x00\x0cJXL ")

pillow.init()  # registers all formats; by default Pillow registers only five until another is needed
pillow_heif.register_heif_opener(thumbnails=False)
for library in ("PIL", "tifffile", "imagecodecs"):  # they report on standard error what they also raise
    logging.getLogger(library).setLevel(logging.CRITICAL)
PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY = MAX_TEXT


class UnsupportedError(ValueError):
    """A file that is intact and that we do not read; the message, without its name, says what to do."""


def refuse_by_signature(data: bytes, name: str = "") -> None:
    """Raise UnsupportedError for a format that Pillow does not know, by its first bytes or the suffix of `name`."""
    if data.startswith(JPEG_XL_SIGNATURES):
        raise UnsupportedError("is a JPEG XL file, which cannot be read here: export it as JPEG or PNG")
    has_raw_name = name.lower().endswith(RAW_SUFFIXES)
    if has_raw_name or any(data.startswith(signature, offset) for offset, signature in RAW_SIGNATURES):
        raise UnsupportedError(RAW)


def open_image(data: bytes, name: str = "") -> ImageFile.ImageFile:
    """Return the file `name` opened by Pillow, not decoded, at the frame to decode.

    Raises:
        UnsupportedError: for raw files and JPEG XL.
        Exception: whatever Pillow raises for a file that is no image, or damaged.
    """
    refuse_by_signature(data, name)
    try:
        file = pillow.open(BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError:
        if _is_of_a_sensor(data):
            raise UnsupportedError(RAW) from None
        raise
    file.seek(_find_frame(file))
    return file


def decode(file: ImageFile.ImageFile, data: bytes) -> Pixels:
    """Return the opened `file`, whose bytes are `data`, as (h, w, 3 or 4) in 0 to 1, upright and in sRGB.

    Raises:
        UnsupportedError: where the range or the color space of the values is none that we convert.
        Exception: whatever a decoder raises for a damaged file.
    """
    tags = color.read_tags(file, data)
    if tags.transfer in color.HDR:
        raise UnsupportedError(f"is an HDR image ({color.HDR[tags.transfer]}): export it as SDR, in sRGB")
    if is_16_bit(file, data):
        return color.to_srgb_16_bit(*_decode_16_bit(file, data), tags)
    return color.to_srgb_8_bit(_decode_8_bit(file), tags)


def is_16_bit(file: pillow.Image, data: bytes) -> bool:
    """Return whether an opened file, whose bytes are `data`, holds more than 8 bits per channel: 16, or 9 to 15."""
    return png16.is_16_bit(data) or (file.format == "TIFF" and 8 < max(_tag(file, BITS, (8,))) <= 16)


def size(file: pillow.Image) -> tuple[int, int]:
    """Return the width and height of an opened file once it is upright."""
    is_sideways = file.getexif().get(ORIENTATION, 1) in (5, 6, 7, 8)  # the EXIF orientations that swap height and width
    turns = is_sideways and file.format not in ("TIFF", "HEIF")  # Pillow opens those upright
    return (file.height, file.width) if turns else (file.width, file.height)


def _is_of_a_sensor(data: bytes) -> bool:
    """Return whether a TIFF that Pillow does not open holds the values of a camera's sensor."""
    try:
        with tifffile.TiffFile(BytesIO(data)) as tiff:
            return any(page.tags.valueof(PHOTOMETRIC) in SENSOR for page in tiff.pages)
    except Exception:  # no TIFF, or a damaged one
        return False


def _find_frame(file: ImageFile.ImageFile) -> int:
    """Return the first page of a TIFF that is no reduced copy; 0 for every other format."""
    if file.format != "TIFF":
        return 0
    if _tag(file, DNG_VERSION, None) is not None:
        raise UnsupportedError(RAW)
    for frame in range(getattr(file, "n_frames", 1)):
        file.seek(frame)
        if not _tag(file, SUBFILE_TYPE, 0) & REDUCED:
            return frame
    raise UnsupportedError(RAW)


def _tag(file: Any, number: int, default: Any) -> Any:
    value = file.tag_v2.get(number)
    return default if value is None else value


def _decode_8_bit(file: ImageFile.ImageFile) -> pillow.Image:
    upright = ImageOps.exif_transpose(file)
    if upright.mode == "I":
        raise UnsupportedError("holds 32-bit numbers, for which no range is standard: export it as 16-bit PNG")
    if upright.mode == "F":
        raise UnsupportedError("holds floating-point numbers, for which no range is standard: export it as 16-bit PNG")
    return upright


def _decode_16_bit(file: ImageFile.ImageFile, data: bytes) -> tuple[NDArray[np.uint16], str]:
    """Return (h, w, c) of 16 bits, upright, in the file's own color space; and the name of that space."""
    values, space = _decode_16_bit_tiff(file, data) if file.format == "TIFF" else _decode_16_bit_png(data)
    return _turn(values, int(file.getexif().get(ORIENTATION, 1))), space


def _decode_16_bit_png(data: bytes) -> tuple[NDArray[np.uint16], str]:
    values = png16.decode(data)
    return values, "gray" if values.shape[-1] < 3 else "rgb"


def _decode_16_bit_tiff(file: ImageFile.ImageFile, data: bytes) -> tuple[NDArray[np.uint16], str]:
    """Return a TIFF of 9 to 16 bits: Pillow reads most at 8 bits, and planar and white-is-zero ones wrongly."""
    space = TIFF_SPACES.get(_tag(file, PHOTOMETRIC, 1))
    with tifffile.TiffFile(BytesIO(data)) as tiff:
        page = tiff.pages[file.tell()]
        channels = page.size // max(1, file.width * file.height)
        is_plain = page.dtype == np.uint16 and page.ndim in (2, 3) and channels <= MAX_CHANNELS
        values = page.asarray() if is_plain and space else None
    if values is None or space is None:
        raise UnsupportedError("is a TIFF of an unusual kind: export it as 16-bit PNG")
    if values.ndim == 3 and _tag(file, PLANAR, 1) == 2:
        values = np.moveaxis(values, 0, -1)
    values = values if values.ndim == 3 else values[..., None]
    if (bits := max(_tag(file, BITS, (16,)))) < 16:
        values = (values.astype(np.uint32) * 65535 // (2**bits - 1)).astype(np.uint16)
    if _tag(file, PHOTOMETRIC, 1) == WHITE_IS_ZERO:
        values = np.uint16(65535) - values
    if _tag(file, EXTRA_SAMPLES, (0,))[0] == PREMULTIPLIED:
        values = _unmultiply(values)
    return values, space


def _unmultiply(values: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Return `values` (h, w, c), the last channel of which is alpha, with colors not multiplied by it."""
    alpha = np.maximum(values[..., -1:], 1).astype(np.float32)
    color = np.minimum(values[..., :-1] * (np.float32(65535) / alpha), 65535).astype(np.uint16)
    return np.concatenate([color, values[..., -1:]], axis=-1)


def _turn(pixels: NDArray[np.uint16], orientation: int) -> NDArray[np.uint16]:
    """Return `pixels` (h, w, c) upright, by the EXIF orientation 1 to 8."""
    if orientation in (5, 6, 7, 8):
        pixels = pixels.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)


def quietly() -> warnings.catch_warnings[None]:
    """Return a context in which decoders do not warn: what is wrong with a file is an error, or nothing."""
    context: warnings.catch_warnings[None] = warnings.catch_warnings(action="ignore")
    return context
