"""PNG files with 16 bits per channel, which Pillow reads at 8 bits or without their transparency, and cannot write."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import png
from numpy.typing import NDArray
from PIL import Image as pillow  # noqa: N813 - `Image` is the array type in core.imaging.images
from PIL import ImageFile, ImageOps

LARGEST = np.float32(65535)
HEADER_END = 8 + 25  # bytes: the signature, and the chunk IHDR


def is_color(file: pillow.Image) -> bool:
    """Return whether `file`, opened and not yet decoded, is a 16-bit RGB or RGBA PNG."""
    return _raw_mode(file) in ("RGB;16B", "RGBA;16B")


def is_transparent(file: pillow.Image) -> bool:
    """Return whether `file` is a 16-bit PNG for which Pillow drops the alpha channel, or half of its bits."""
    mode = _raw_mode(file)
    return mode == "LA;16B" or (mode in ("I;16B", "RGB;16B") and "transparency" in file.info)


def decode_color(data: bytes) -> NDArray[np.float32]:
    """Return a 16-bit RGB or RGBA PNG as (h, w, 3 or 4) in 0 to 1, upright.

    Pillow keeps one byte of the two of each value: the high one when the values are read as big-endian, which they
    are, and the low one when they are read as little-endian. So the file is decoded twice, with the byte order that
    Pillow's decoder is given replaced. pypng returns the same values in one pass, but in pure Python: five times as
    slow (0.117 s instead of 0.024 s for half a megapixel).
    """
    high, low = (_decode_bytes(data, byte_order) for byte_order in "BL")
    return (high * 256 + low) / LARGEST


def decode_transparent(data: bytes) -> NDArray[np.float32]:
    """Return a 16-bit PNG of any color type as (h, w, 4) in 0 to 1."""
    width, height, rows, _ = png.Reader(bytes=data).asRGBA()
    return np.vstack([np.asarray(row, np.float32) for row in rows]).reshape(height, width, 4) / LARGEST


def write(image: NDArray[np.float32], path: Path, exif: bytes | None = None) -> None:
    """Write `image` (h, w, 3 or 4; 0 to 1, clipped) with 16 bits per channel, tagged as sRGB.

    An image whose three channels are equal is written with one.
    """
    height, width, channels = image.shape
    if is_gray := channels == 3 and bool((image[..., :1] == image).all()):
        image = image[..., 0]
    values = np.clip(image * LARGEST + 0.5, 0, LARGEST).astype(">u2")
    writer = png.Writer(width, height, greyscale=is_gray, alpha=channels == 4, bitdepth=16)
    file = BytesIO()
    writer.write_packed(file, (row.tobytes() for row in values))
    chunks = [(b"sRGB", b"\x00")] + ([(b"eXIf", exif.removeprefix(b"Exif\x00\x00"))] if exif else [])
    path.write_bytes(_insert_chunks(file.getvalue(), chunks))


def _insert_chunks(data: bytes, chunks: list[tuple[bytes, bytes]]) -> bytes:
    """Return the PNG `data` with `chunks` (name, content) behind its header, which pypng cannot write."""
    written = b"".join(
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        for name, content in chunks
    )
    return data[:HEADER_END] + written + data[HEADER_END:]


def _raw_mode(file: pillow.Image) -> object:
    """Return how Pillow's PNG decoder will read the values, such as "RGB;16B"; None for other formats."""
    if isinstance(file, ImageFile.ImageFile) and file.format == "PNG" and file.tile:
        return file.tile[0].args
    return None


def _decode_bytes(data: bytes, byte_order: str) -> NDArray[np.float32]:
    """Return the byte of each value that Pillow keeps under `byte_order`, "B" (big-endian) or "L" (little-endian)."""
    with pillow.open(BytesIO(data)) as file:
        file.tile = [part._replace(args=f"{str(part.args)[:-1]}{byte_order}") for part in file.tile]
        return np.asarray(ImageOps.exif_transpose(file), np.float32)
