"""Color management: ICC profiles, PNG's gAMA and cICP, all to sRGB."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image as pillow  # noqa: N813 - `Image` is the array type of core.imaging.images
from PIL import ImageCms

Pixels = NDArray[np.float32]

HDR = {16: "PQ", 18: "HLG"}  # by the transfer function of ITU-T H.273
SRGB_GAMMA = 0.45455  # what gAMA holds in a PNG that is plain sRGB
GAMMA_TOLERANCE = 0.005
COLOR_MODES = {"L": "L", "LA": "L", "P": "RGB", "PA": "RGB", "RGB": "RGB", "RGBA": "RGB", "CMYK": "CMYK"}  # less alpha
LARGEST = np.float32(255)


@dataclass(frozen=True)
class ColorTags:
    """What a file says of its colors; None where it says nothing.

    Attributes:
        profile: an ICC profile.
        gamma: exponent from light to stored values, of PNG's gAMA chunk, where no other tag takes precedence.
        transfer: the transfer function's number in ITU-T H.273, of PNG's cICP chunk.
    """

    profile: bytes | None = None
    gamma: float | None = None
    transfer: int | None = None


def read_tags(file: pillow.Image, data: bytes) -> ColorTags:
    """Return the color tags of an opened file, whose bytes are `data`."""
    profile = file.info.get("icc_profile")
    if file.format != "PNG":
        return ColorTags(profile)
    chunks = {name: content for name, content in _chunks(data) if name in (b"cICP", b"gAMA", b"sRGB")}
    transfer = chunks[b"cICP"][1] if len(chunks.get(b"cICP", b"")) == 4 else None
    gamma = struct.unpack(">I", chunks[b"gAMA"])[0] / 1e5 if len(chunks.get(b"gAMA", b"")) == 4 else None
    has_precedence = profile or transfer is not None or b"sRGB" in chunks
    is_default = gamma is None or gamma <= 0 or abs(gamma - SRGB_GAMMA) < GAMMA_TOLERANCE
    return ColorTags(profile, None if has_precedence or is_default else gamma, transfer)


def to_srgb_8_bit(picture: pillow.Image, tags: ColorTags) -> Pixels:
    """Return an 8-bit picture of any mode as (h, w, 3 or 4) in 0 to 1, in sRGB."""
    has_alpha = picture.has_transparency_data
    if tags.profile and picture.mode in COLOR_MODES:
        alpha = picture.convert("RGBA").getchannel("A") if has_alpha else None
        converted = _convert(picture.convert(COLOR_MODES[picture.mode]), tags.profile)
        if converted is not None:
            picture = converted
            if alpha is not None:
                picture.putalpha(alpha)
    pixels = np.asarray(picture.convert("RGBA" if has_alpha else "RGB"), np.float32) / LARGEST
    return _decode_gamma(pixels, tags.gamma)


def to_srgb_16_bit(pixels: Pixels, tags: ColorTags) -> Pixels:
    """Return 16-bit pixels (h, w, 3 or 4), 0 to 1, in sRGB.

    LittleCMS converts 8-bit values in Pillow. The difference between a value and its nearest 8-bit one is added to the
    result: a conversion's slope is near 1, so this keeps the depth and is exact to far below 1/255.
    """
    if tags.profile:
        rounded = np.round(pixels[..., :3] * LARGEST).astype(np.uint8)
        is_gray = bool((rounded[..., :1] == rounded).all())
        picture = pillow.fromarray(rounded[..., 0] if is_gray else rounded)
        converted = _convert(picture, tags.profile) or _convert(pillow.fromarray(rounded), tags.profile)
        if converted is not None:
            fraction = pixels[..., :3] - rounded / LARGEST
            color = (np.asarray(converted.convert("RGB"), np.float32) / LARGEST + fraction).clip(0, 1)
            pixels = np.concatenate([color, pixels[..., 3:]], axis=-1).astype(np.float32)
    return _decode_gamma(pixels, tags.gamma)


def _convert(picture: pillow.Image, profile: bytes) -> pillow.Image | None:
    """Return `picture` (L, RGB or CMYK) in sRGB, or None where the profile is invalid or of another color space."""
    try:
        target = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(picture, BytesIO(profile), target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):  # the values are then taken as sRGB
        return None


def _decode_gamma(pixels: Pixels, gamma: float | None) -> Pixels:
    """Return pixels stored as light to the power of `gamma` in sRGB (IEC 61966-2-1); alpha is unchanged."""
    if gamma is None:
        return pixels
    light = pixels[..., :3] ** np.float32(1 / gamma)
    srgb = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** np.float32(1 / 2.4) - 0.055)
    return np.concatenate([srgb, pixels[..., 3:]], axis=-1).astype(np.float32)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the name and the content of each chunk of a PNG before its pixels."""
    position = 8
    while position + 8 <= len(data):
        length, name = struct.unpack(">I4s", data[position : position + 8])
        if name == b"IDAT":
            return
        yield name, data[position + 8 : position + 8 + length]
        position += 12 + length
