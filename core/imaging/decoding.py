"""Decodes image files, in one order for every format: limits, decode, orient, color-manage.

What an array of pixels means is settled here: 8- or 16-bit values become 0 to 1, upright, in sRGB. A file that is no
image for us (a camera's raw file, HDR, JPEG XL) is refused by name rather than decoded to something else.
"""

from __future__ import annotations

import logging
import warnings
from io import BytesIO

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image as pillow  # noqa: N813 - `Image` is the array type of core.imaging.images
from PIL import ImageFile, ImageOps, PngImagePlugin, UnidentifiedImageError

from core.imaging import color, jpeg, png16, tiff
from core.imaging.unsupported import RAW, UnsupportedError

Pixels = NDArray[np.float32]

FORMATS = ("AVIF", "BMP", "GIF", "HEIF", "JPEG", "PNG", "WEBP")  # a phone's MPO is opened as JPEG
MAX_TEXT = 64 * 2**20  # bytes of text in a PNG; Pillow takes 1 MB, and calls more damaged
RAW_SUFFIXES = (  # of files that are TIFFs to Pillow, or unknown
    *(".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff", ".iiq", ".kdc", ".mef", ".mos", ".mrw"),
    *(".nef", ".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf", ".srw", ".x3f"),
)
ORIENTATION = 0x0112
RAW_SIGNATURES = (  # (offset, bytes) of raw files that are not plain TIFFs
    (8, b"CR\x02"),
    (4, b"ftypcrx "),
    (0, b"FUJIFILMCCD-RAW"),
    (0, b"IIRO"),
    (0, b"IIRS"),
    (0, b"MMOR"),
    (0, b"IIU\x00"),
    (0, b"FOVb"),
    (0, b"\x00MRM"),
    (6, b"HEAPCCDR"),
)
JPEG_XL_SIGNATURES = (b"\xff\x0a", b"\x00\x00\x00\x0cJXL ")

pillow.init()  # registers all formats; by default Pillow registers only five until another is needed
pillow_heif.register_heif_opener(thumbnails=False)
for library in ("PIL", "tifffile", "imagecodecs"):  # they report on standard error what they also raise
    logging.getLogger(library).setLevel(logging.CRITICAL)
warnings.filterwarnings("ignore", module=r"PIL\b|tifffile\b")  # for good: `catch_warnings` is not for several threads
PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY = MAX_TEXT


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
    if not data.startswith(tiff.SIGNATURES):
        return pillow.open(BytesIO(data), formats=FORMATS)
    try:
        return tiff.open_tiff(data)
    except SyntaxError:
        raise UnidentifiedImageError from None


def decode(file: ImageFile.ImageFile, data: bytes) -> Pixels:
    """Return the opened `file`, whose bytes are `data`, as (h, w, 3 or 4) in 0 to 1, upright and in sRGB.

    Raises:
        UnsupportedError: where the range or the color space of the values, such as HDR, is none that we convert, or
            where decoding takes too long.
        Exception: whatever a decoder raises for a damaged file.
    """
    if file.format in ("JPEG", "MPO"):
        jpeg.check_scans(data)
    tags = color.read_tags(file, data)
    if png16.is_16_bit(data) or (isinstance(file, tiff.TiffFile) and not file.is_read_by_pillow):
        return color.to_srgb_16_bit(*_decode_16_bit(file, data), tags)
    return color.to_srgb_8_bit(ImageOps.exif_transpose(file), tags)


def is_16_bit(file: pillow.Image, data: bytes) -> bool:
    """Return whether an opened file, whose bytes are `data`, holds more than 8 bits per channel: 16, or 9 to 15."""
    return png16.is_16_bit(data) or (isinstance(file, tiff.TiffFile) and 8 < file.bits <= 16)


def size(file: pillow.Image) -> tuple[int, int]:
    """Return the width and height of an opened file once it is upright."""
    is_sideways = file.getexif().get(ORIENTATION, 1) in (5, 6, 7, 8)  # the EXIF orientations that swap height and width
    turns = is_sideways and file.format not in ("TIFF", "HEIF")  # Pillow opens those upright
    return (file.height, file.width) if turns else (file.width, file.height)


def _decode_16_bit(file: ImageFile.ImageFile, data: bytes) -> tuple[NDArray[np.uint16], str]:
    """Return (h, w, c) of 16 bits, upright, in the file's own color space; and the name of that space."""
    values, space = tiff.decode(file, data) if isinstance(file, tiff.TiffFile) else png16.decode(data)
    return _turn(values, int(file.getexif().get(ORIENTATION, 1))), space


def _turn(pixels: NDArray[np.uint16], orientation: int) -> NDArray[np.uint16]:
    """Return `pixels` (h, w, c) upright, by the EXIF orientation 1 to 8."""
    if orientation in (5, 6, 7, 8):
        pixels = pixels.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)
