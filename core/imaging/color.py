"""Color management: ICC profiles, PNG's gAMA and cICP, AVIF's and HEIC's nclx, all to sRGB."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image as pillow  # noqa: N813 - `Image` is the array type of core.imaging.images
from PIL import ImageCms

from core.imaging import isobmff

Pixels = NDArray[np.float32]

HDR = {16: "PQ", 18: "HLG"}  # by the transfer function of ITU-T H.273
SRGB_GAMMA = 0.45455  # what gAMA holds in a PNG that is plain sRGB
GAMMA_TOLERANCE = 0.005
COLOR_MODES = {"L": "L", "LA": "L", "P": "RGB", "PA": "RGB", "RGB": "RGB", "RGBA": "RGB", "CMYK": "CMYK"}  # less alpha
TAG_TABLE = 128  # offset in an ICC profile
CHANNELS = {"gray": 1, "rgb": 3, "cmyk": 4}
LARGEST, LARGEST_16_BIT = np.float32(255), np.float32(65535)
SRGB_PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
"""The ICC profile that saved files are tagged with."""


@dataclass(frozen=True)
class ColorTags:
    """What a file says of its colors; None where it says nothing.

    Attributes:
        profile: an ICC profile.
        gamma: exponent from light to stored values, of PNG's gAMA chunk, where no other tag takes precedence.
        transfer: the transfer function's number in ITU-T H.273: of PNG's cICP chunk, a profile's cicp tag, or the nclx
            box of AVIF and HEIC.
    """

    profile: bytes | None = None
    gamma: float | None = None
    transfer: int | None = None


def read_tags(file: pillow.Image, data: bytes) -> ColorTags:
    """Return the color tags of an opened file, whose bytes are `data`."""
    profile = file.info.get("icc_profile")
    if file.format != "PNG":
        transfer = isobmff.find_transfer(data) if file.format in ("AVIF", "HEIF") else None
        return ColorTags(profile, transfer=transfer or _transfer_in(profile))
    chunks = {name: content for name, content in _chunks(data) if name in (b"cICP", b"gAMA", b"sRGB")}
    transfer = chunks[b"cICP"][1] if len(chunks.get(b"cICP", b"")) == 4 else _transfer_in(profile)
    gamma = struct.unpack(">I", chunks[b"gAMA"])[0] / 1e5 if len(chunks.get(b"gAMA", b"")) == 4 else None
    has_precedence = profile or transfer is not None or b"sRGB" in chunks
    is_default = gamma is None or gamma <= 0 or abs(gamma - SRGB_GAMMA) < GAMMA_TOLERANCE
    return ColorTags(profile, None if has_precedence or is_default else gamma, transfer)


def _transfer_in(profile: bytes | None) -> int | None:
    """Return the transfer function's number in an ICC profile's cicp tag (ICC.1:2022, 9.2.17); None without one."""
    position = (profile or b"").find(b"cicp", TAG_TABLE)  # in the table of tags: signature, offset, size
    if profile is None or position < 0 or position + 8 > len(profile):
        return None
    start = int.from_bytes(profile[position + 4 : position + 8])
    content = profile[start : start + 12]  # signature, four zeros, primaries, transfer, matrix, range
    return content[9] if content.startswith(b"cicp") and len(content) == 12 else None


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


def to_srgb_16_bit(values: NDArray[np.uint16], space: str, tags: ColorTags) -> Pixels:
    """Return 16-bit values as (h, w, 3 or 4) in 0 to 1, in sRGB.

    Args:
        values: (h, w, c): the channels of the color space, then alpha if there is one.
        space: "gray", "rgb" or "cmyk".
        tags: what the file says of its colors.
    """
    channels = CHANNELS[space]
    color = np.ascontiguousarray(values[..., :channels])
    converted = _convert_16_bit(color, space, tags.profile) if tags.profile else None
    pixels = (color if converted is None else converted).astype(np.float32) / LARGEST_16_BIT
    if pixels.shape[-1] == 4:  # ink, without a valid profile
        pixels = (1 - pixels[..., :3]) * (1 - pixels[..., 3:])
    pixels = np.repeat(pixels, 3, axis=-1) if pixels.shape[-1] == 1 else pixels
    alpha = values[..., channels : channels + 1].astype(np.float32) / LARGEST_16_BIT
    return _decode_gamma(np.concatenate([pixels, alpha], axis=-1), tags.gamma)


def _convert_16_bit(color: NDArray[np.uint16], space: str, profile: bytes) -> NDArray[np.uint16] | None:
    """Return `color` in sRGB at full depth, or None where the profile is invalid or of another color space."""
    source = color[..., 0] if space == "gray" else color
    try:
        converted: NDArray[np.uint16] = imagecodecs.cms_transform(
            source,
            profile,
            SRGB_PROFILE,
            colorspace=space,
            outcolorspace="rgb",
            outdtype=np.uint16,
            flags=imagecodecs.CMS.FLAGS.NOOPTIMIZE,  # its tables are too coarse for the shadows of linear gray
        )
    except (RuntimeError, ValueError):  # the values are then taken as sRGB
        return None
    return converted


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
