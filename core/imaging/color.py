"""Color management: ICC profiles, PNG's gAMA, cHRM and cICP, AVIF's and HEIC's nclx, all to sRGB."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image as pillow  # noqa: N813 - `Image` is the array type of core.imaging.images
from PIL import ImageCms

from core.imaging import isobmff, primaries
from core.imaging.primaries import Chromaticities
from core.imaging.unsupported import UnsupportedError

Pixels = NDArray[np.float32]

HDR = {16: "PQ", 18: "HLG"}  # by the transfer function's number in ITU-T H.273
RARE = {9: "logarithmic values", 10: "logarithmic values", 17: "values for a cinema's projector"}
GAMMAS = {4: 1 / 2.2, 5: 1 / 2.8, 8: 1.0}  # every other one is shown as sRGB, which files label BT.709 too
SRGB_GAMMA = 0.45455  # what gAMA holds in a PNG that is plain sRGB
GAMMA_TOLERANCE = 0.005
COLOR_MODES = {"L": "L", "LA": "L", "P": "RGB", "PA": "RGB", "RGB": "RGB", "RGBA": "RGB", "CMYK": "CMYK"}  # less alpha
TAG_TABLE = 128  # offset in an ICC profile
CHANNELS = {"gray": 1, "rgb": 3, "cmyk": 4}
BAND = 256  # rows converted at once
LARGEST, LARGEST_16_BIT = np.float32(255), np.float32(65535)
MADE = slice(24, 36)  # where an ICC profile holds the time at which it was made
MADE_NOW = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
SRGB_PROFILE = MADE_NOW[: MADE.start] + struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + MADE_NOW[MADE.stop :]
"""The ICC profile that saved files are tagged with; always the same, so that equal pictures are equal files."""


@dataclass(frozen=True)
class ColorTags:
    """What a file says of its colors; None where it says nothing.

    Attributes:
        profile: an ICC profile.
        gamma: exponent from light to stored values, where it is not sRGB's curve.
        primaries: the primaries of the values, which are sRGB's without a profile otherwise.
    """

    profile: bytes | None = None
    gamma: float | None = None
    primaries: Chromaticities | None = None


def read_tags(file: pillow.Image, data: bytes) -> ColorTags:
    """Return the color tags of an opened file, whose bytes are `data`.

    Raises:
        UnsupportedError: if it is an HDR image, or its values are of a kind that is not converted.
    """
    profile, numbers = file.info.get("icc_profile"), None
    if file.format in ("AVIF", "HEIF"):
        numbers = isobmff.find_color_numbers(data)
    chunks = dict(_chunks(data)) if file.format == "PNG" else {}
    if len(cicp := chunks.get(b"cICP", b"")) == 4:
        profile, numbers = None, (cicp[0], cicp[1])  # it takes precedence over every other tag (PNG, 3rd edition)
        if not cicp[3]:
            raise UnsupportedError("holds values of video, from 16 to 235: export it in sRGB")
    _refuse_transfer(numbers[1] if numbers else _transfer_in(profile))
    if profile or (b"sRGB" in chunks and not numbers):
        return ColorTags(profile)
    if numbers:
        return ColorTags(None, GAMMAS.get(numbers[1]), primaries.by_number(numbers[0]))
    return ColorTags(None, _read_gamma(chunks.get(b"gAMA", b"")), primaries.from_chrm(chunks.get(b"cHRM", b"")))


def _refuse_transfer(number: int | None) -> None:
    """Raise UnsupportedError for a transfer function, by its number in H.273, that is not converted."""
    if number in HDR:
        raise UnsupportedError(f"is an HDR image ({HDR[number]}): export it as SDR, in sRGB")
    if number in RARE:
        raise UnsupportedError(f"holds {RARE[number]}: export it in sRGB")


def _read_gamma(content: bytes) -> float | None:
    """Return the gamma in the content of a PNG's gAMA chunk; None where it is sRGB's, or invalid."""
    gamma = int.from_bytes(content) / 1e5 if len(content) == 4 else 0
    return None if gamma <= 0 or abs(gamma - SRGB_GAMMA) < GAMMA_TOLERANCE else gamma


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
    values = np.asarray(picture.convert("RGBA" if has_alpha else "RGB"))
    return _convert_values(_scale(values, np.empty(values.shape, np.float32), LARGEST), tags)


def to_srgb_16_bit(values: NDArray[np.uint16], space: str, tags: ColorTags) -> Pixels:
    """Return 16-bit values as (h, w, 3 or 4) in 0 to 1, in sRGB.

    Args:
        values: (h, w, c): the channels of the color space, then alpha if there is one.
        space: "gray", "rgb" or "cmyk".
        tags: what the file says of its colors.
    """
    channels = CHANNELS[space]
    color = values[..., :channels]
    converted = _convert_16_bit(color, space, tags.profile) if tags.profile else None
    color = color if converted is None else converted
    alpha = values[..., channels : channels + 1]
    pixels = np.empty((*values.shape[:2], 3 + alpha.shape[-1]), np.float32)
    if color.shape[-1] == CHANNELS["cmyk"]:  # without a valid profile
        ink = color.astype(np.float32) / LARGEST_16_BIT
        pixels[..., :3] = (1 - ink[..., :3]) * (1 - ink[..., 3:])
    else:
        _scale(color, pixels[..., :3], LARGEST_16_BIT)
    _scale(alpha, pixels[..., 3:], LARGEST_16_BIT)
    return _convert_values(pixels, tags)


def _scale(values: NDArray[Any], pixels: Pixels, largest: np.float32) -> Pixels:
    """Write integers (h, w, c) divided by the largest one to `pixels`, where one channel fills all; return `pixels`.

    In bands, so that no second copy of a large image is made.
    """
    for start in range(0, len(values), BAND):
        band = slice(start, start + BAND)
        pixels[band] = values[band].astype(np.float32) / largest
    return pixels


def _convert_16_bit(color: NDArray[np.uint16], space: str, profile: bytes) -> NDArray[np.uint16] | None:
    """Return `color` in sRGB at full depth, or None where the profile is invalid or of another color space."""
    source = np.ascontiguousarray(color[..., 0] if space == "gray" else color)
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


def _convert_values(pixels: Pixels, tags: ColorTags) -> Pixels:
    """Return pixels (h, w, 3 or 4), by the gamma and the primaries of `tags`, in sRGB; alpha is unchanged."""
    matrix = primaries.matrix_to_srgb(tags.primaries)
    if matrix is not None and (pixels[..., :1] == pixels[..., :3]).all():
        matrix = None  # gray has no primaries
    if tags.gamma is None and matrix is None:
        return pixels
    converted = pixels.copy()
    for start in range(0, len(pixels), BAND):  # in bands, so that no second copy of a large image is made
        band = pixels[start : start + BAND, :, :3]
        light = _decode_srgb(band) if tags.gamma is None else band ** np.float32(1 / tags.gamma)
        if matrix is not None:
            light = (light @ matrix.T.astype(np.float32)).clip(0, 1)
        converted[start : start + BAND, :, :3] = _encode_srgb(light)
    return converted


def _decode_srgb(values: Pixels) -> Pixels:
    """Return linear light of values in sRGB (IEC 61966-2-1)."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4).astype(np.float32)


def _encode_srgb(light: Pixels) -> Pixels:
    """Return linear light in sRGB (IEC 61966-2-1)."""
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055).astype(np.float32)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the name and the content of each chunk of a PNG before its pixels."""
    position = 8
    while position + 8 <= len(data):
        length, name = struct.unpack(">I4s", data[position : position + 8])
        if name == b"IDAT":
            return
        yield name, data[position + 8 : position + 8 + length]
        position += 12 + length
