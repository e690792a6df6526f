"""Color management at 16 bits, and alpha."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images
from PIL import ImageCms

from core.imaging import color, images
from core.imaging.images import Image
from core.imaging.source_files import ImageError

RANDOM = np.random.default_rng(0)
DEEP = RANDOM.integers(0, 65536, (24, 32, 4), np.uint16)


def tiff(values: Any, **options: Any) -> bytes:
    file = io.BytesIO()
    tifffile.imwrite(file, values, **options)
    return file.getvalue()


def to_srgb(light: np.ndarray) -> np.ndarray:
    """Return linear light in sRGB (IEC 61966-2-1), both 0 to 1."""
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def test_the_profile_of_saved_files_is_always_the_same() -> None:
    year, *_ = struct.unpack(">6H", color.SRGB_PROFILE[color.MADE])
    assert year == 2026
    profile = ImageCms.ImageCmsProfile(io.BytesIO(color.SRGB_PROFILE))
    assert "sRGB" in ImageCms.getProfileDescription(profile)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_linear_gray_of_16_bits_keeps_its_steps_in_the_shadows(kind: str) -> None:
    ramp = np.tile(np.arange(0, 640, 20, dtype=np.uint16), (8, 1))
    profile = imagecodecs.cms_profile("gray", gamma=1.0)
    buffer = io.BytesIO()
    pillow.fromarray(ramp).save(buffer, "PNG", icc_profile=profile)
    data = buffer.getvalue() if kind == "PNG" else tiff(ramp, photometric="minisblack", iccprofile=profile)
    np.testing.assert_allclose(images.load(data)[..., 1], to_srgb(ramp / 65535), atol=1e-4)


def test_linear_rgb_of_16_bits_is_converted_at_its_depth() -> None:
    primaries = (0.64, 0.33, 1, 0.3, 0.6, 1, 0.15, 0.06, 1)
    profile = imagecodecs.cms_profile("rgb", gamma=1.0, whitepoint=(0.3127, 0.329, 1), primaries=primaries)
    data = tiff(DEEP[..., :3], photometric="rgb", iccprofile=profile)
    np.testing.assert_allclose(images.load(data), to_srgb(DEEP[..., :3] / 65535), atol=1e-4)


@pytest.mark.parametrize("compression", ["lzw", "zlib", "zstd", "packbits"])
def test_compressed_tiffs_of_16_bits_are_read(compression: str) -> None:
    data = tiff(DEEP[..., :3], photometric="rgb", compression=compression, predictor=compression in ("lzw", "zlib"))
    np.testing.assert_allclose(images.load(data), DEEP[..., :3] / 65535, atol=1e-6)


def test_12_bits_reach_white() -> None:
    data = tiff(DEEP[..., 0] >> 4, photometric="minisblack", bitspersample=12, compression="none")
    assert images.bit_depth(data) == 16
    np.testing.assert_allclose(images.load(data)[..., 0], (DEEP[..., 0] >> 4) / 4095, atol=1e-4)


def test_ink_of_16_bits_has_the_colors_of_8_bits() -> None:
    deep, shallow = (tiff(ink, photometric="separated") for ink in (DEEP, (DEEP >> 8).astype(np.uint8)))
    assert images.load(deep).shape == (24, 32, 3)
    np.testing.assert_allclose(images.load(deep), images.load(shallow), atol=2 / 255)


def test_premultiplied_colors_are_divided_by_alpha() -> None:
    colors, alpha = DEEP[..., :3] / 65535, DEEP[..., 3:] / 131070 + 0.5
    stored = np.round(np.concatenate([colors * alpha, alpha], -1) * 65535).astype(np.uint16)
    image = images.load(tiff(stored, photometric="rgb", extrasamples=["assocalpha"]))
    np.testing.assert_allclose(image, np.concatenate([colors, alpha], -1), atol=1e-4)


@pytest.mark.parametrize("channels", [2, 3, 4])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_16_bit_pngs_are_turned_upright(channels: int, orientation: int) -> None:
    exif = pillow.Exif()
    exif[0x0112] = orientation
    data = imagecodecs.png_encode(np.ascontiguousarray(DEEP[..., :channels]))
    content = exif.tobytes().removeprefix(b"Exif\x00\x00")
    chunk = struct.pack(">I", len(content)) + b"eXIf" + content + struct.pack(">I", zlib.crc32(b"eXIf" + content))
    modes = {2: "LA", 3: "RGB", 4: "RGBA"}
    shallow = io.BytesIO()
    pillow.fromarray((DEEP[..., :channels] >> 8).astype(np.uint8), modes[channels]).save(shallow, "PNG", exif=exif)
    deep = images.load(data[:33] + chunk + data[33:])
    np.testing.assert_allclose(deep, images.load(shallow.getvalue()), atol=1.01 / 255)


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("channels", [3, 4])
def test_gray_is_written_with_one_channel_and_its_alpha(
    depth: int, channels: int, tmp_path: Path, picture: Image
) -> None:
    image = np.concatenate([picture[..., :1].repeat(3, -1), picture[..., 1:2]], axis=-1)[..., :channels]
    images.save(image, tmp_path / "a.png", depth)
    assert (tmp_path / "a.png").read_bytes()[25] == {3: 0, 4: 4}[channels]  # PNG's color type
    np.testing.assert_allclose(images.load(tmp_path / "a.png"), image, atol=0.51 / (2**depth - 1))


@pytest.mark.parametrize("kind", ["AVIF", "HEIF"])
@pytest.mark.parametrize(("transfer", "name"), [(16, "PQ"), (18, "HLG")])
def test_hdr_in_avif_and_heic_is_refused(kind: str, transfer: int, name: str, picture: Image) -> None:
    buffer = io.BytesIO()
    pillow.fromarray(images.to_uint8(picture)).save(buffer, kind)
    data = buffer.getvalue()
    assert images.load(data).shape == picture.shape
    position = data.index(b"colrnclx") + 10
    with pytest.raises(ImageError, match=rf"HDR image \({name}\)"):
        images.load(data[:position] + transfer.to_bytes(2) + data[position + 2 :])


def test_hdr_by_a_profiles_tag_is_refused(picture: Image) -> None:
    plain = color.SRGB_PROFILE
    count = int.from_bytes(plain[128:132])
    entry = b"cicp" + (len(plain) + 12).to_bytes(4) + (12).to_bytes(4)
    shifted = b"".join(
        plain[start : start + 4]
        + (int.from_bytes(plain[start + 4 : start + 8]) + 12).to_bytes(4)
        + plain[start + 8 : start + 12]
        for start in range(132, 132 + 12 * count, 12)
    )
    body = plain[132 + 12 * count :] + b"cicp" + bytes(4) + bytes([12, 16, 0, 1])
    profile = (len(plain) + 24).to_bytes(4) + plain[4:128] + (count + 1).to_bytes(4) + shifted + entry + body
    buffer = io.BytesIO()
    pillow.fromarray(images.to_uint8(picture)).save(buffer, "JPEG", icc_profile=profile)
    with pytest.raises(ImageError, match=r"HDR image \(PQ\)"):
        images.load(buffer.getvalue())
