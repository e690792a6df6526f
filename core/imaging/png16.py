"""PNG files with 16 bits per channel, which Pillow reads at 8 bits or without their transparency, and cannot write."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import imagecodecs
import numpy as np
from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
HEADER_END = len(SIGNATURE) + 25  # bytes: the signature, and the chunk IHDR
DEPTH_BYTE = len(SIGNATURE) + 16
RUN_LENGTHS = 3  # zlib's strategy Z_RLE: photos as small as by the default, in a fifth of the time (benchmarks/png.py)


def is_16_bit(data: bytes) -> bool:
    """Return whether `data` is a PNG with 16 bits per channel."""
    return data.startswith(SIGNATURE) and data[DEPTH_BYTE : DEPTH_BYTE + 1] == b"\x10"


def decode(data: bytes) -> tuple[NDArray[np.uint16], str]:
    """Return a 16-bit PNG as (h, w, 1 to 4), alpha last, also that of a transparent color; and "gray" or "rgb"."""
    values: NDArray[np.uint16] = imagecodecs.png_decode(data)
    values = values if values.ndim == 3 else values[..., None]
    return values, "gray" if values.shape[-1] < 3 else "rgb"


def write(image: NDArray[np.float32], path: Path, exif: bytes | None = None) -> None:
    """Write `image` (h, w, 3 or 4; 0 to 1, clipped) with 16 bits per channel, tagged as sRGB.

    An image whose three color channels are equal is written as gray.
    """
    if bool((image[..., :1] == image[..., :3]).all()):
        image = image[..., [0, *range(3, image.shape[-1])]]
    values = np.clip(image * np.float32(65535) + 0.5, 0, 65535).astype(np.uint16)
    data = imagecodecs.png_encode(np.ascontiguousarray(values), level=1, strategy=RUN_LENGTHS)
    chunks = [(b"sRGB", b"\x00")] + ([(b"eXIf", exif.removeprefix(b"Exif\x00\x00"))] if exif else [])
    path.write_bytes(_insert_chunks(data, chunks))


def _insert_chunks(data: bytes, chunks: list[tuple[bytes, bytes]]) -> bytes:
    """Return the PNG `data` with `chunks` (name, content) behind its header."""
    written = b"".join(
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        for name, content in chunks
    )
    return data[:HEADER_END] + written + data[HEADER_END:]
