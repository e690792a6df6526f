"""Files to decode, made by other libraries."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import tifffile
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

RANDOM = np.random.default_rng(0)
COLORS = RANDOM.integers(0, 65536, (24, 32, 3), np.uint16)


def encode(picture: pillow.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def tiff(values: Any, **options: Any) -> bytes:
    file = io.BytesIO()
    tifffile.imwrite(file, values, **options)
    return file.getvalue()


def png_with(name: bytes, content: bytes, picture: pillow.Image) -> bytes:
    data = encode(picture, "PNG")
    chunk = struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
    return data[:33] + chunk + data[33:]
