"""Files that people have: 16-bit TIFFs, raw files, HEIC, color tags, large metadata, and damage of every kind."""

from __future__ import annotations

import io
import struct
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images
from PIL import ImageCms, PngImagePlugin

from core.imaging import color, decoding, images
from core.imaging.images import Image
from core.imaging.metrics import psnr
from core.imaging.source_files import ImageError
from tests.core.imaging.conftest import COLORS, encode, png_with, tiff


def raw_files() -> dict[str, bytes]:
    small = (COLORS >> 8).astype(np.uint8)
    dng = tiff(small, photometric="rgb", subfiletype=1, extratags=[(50706, "B", 4, b"\x01\x04\x00\x00", True)])
    signed = {f"signature {offset}": b"\0" * offset + signature for offset, signature in decoding.RAW_SIGNATURES}
    return {"dng": dng, "thumbnail alone": tiff(small, photometric="rgb", subfiletype=1)} | signed


@pytest.mark.parametrize("kind", raw_files())
def test_raw_files_are_refused_by_name(kind: str) -> None:
    with pytest.raises(ImageError, match="the picture is a camera's raw file: develop it"):
        images.load(raw_files()[kind])


def test_raw_files_are_recognized_by_their_suffix_and_by_a_sensors_values(tmp_path: Path) -> None:
    (tmp_path / "photo.NEF").write_bytes(tiff(COLORS, photometric="rgb"))
    with pytest.raises(ImageError, match=r"photo\.NEF is a camera's raw file"):
        images.load(tmp_path / "photo.NEF")
    with pytest.raises(ImageError, match="is a camera's raw file"):
        images.load(tiff(COLORS[..., 0], photometric=32803, extratags=[(33421, "H", 2, (2, 2), True)]))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_the_size_is_that_of_the_loaded_image_in_every_format(kind: str) -> None:
    exif = pillow.Exif()
    exif[0x0112] = 6
    data = encode(pillow.new("RGB", (32, 24)), kind, exif=exif)
    assert images.size(data) == (24, 32)
    assert images.load(data).shape == (32, 24, 3)


def test_jpeg_xl_is_named() -> None:
    with pytest.raises(ImageError, match="JPEG XL"):
        images.load(decoding.JPEG_XL_SIGNATURES[0] + b"\0" * 40)


def test_heic_is_read(picture: Image) -> None:
    data = encode(pillow.fromarray(images.to_uint8(picture)), "HEIF", quality=90)
    assert psnr(images.load(data), picture) > 35


@pytest.mark.parametrize(("gamma", "expected"), [(100_000, 188), (45_455, 128)])
def test_gama_is_applied_where_no_other_tag_stands(gamma: int, expected: int) -> None:
    gray = pillow.new("RGB", (4, 4), (128, 128, 128))
    data = png_with(b"gAMA", struct.pack(">I", gamma), gray)
    assert round(float(images.load(data).mean() * 255)) == expected
    tagged = png_with(b"sRGB", b"\0", pillow.open(io.BytesIO(data)))
    assert round(float(images.load(tagged).mean() * 255)) == 128


@pytest.mark.parametrize(("transfer", "name"), [(16, "PQ"), (18, "HLG")])
def test_hdr_is_refused(transfer: int, name: str) -> None:
    data = png_with(b"cICP", bytes([9, transfer, 0, 1]), pillow.new("RGB", (4, 4)))
    with pytest.raises(ImageError, match=rf"HDR image \({name}\)"):
        images.load(data)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_an_icc_profile_changes_colors_in_every_mode(mode: str) -> None:
    lab_green = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = lab_green.replace(b"rXYZ", b"tXYZ").replace(b"gXYZ", b"rXYZ").replace(b"tXYZ", b"gXYZ")
    data = encode(pillow.new("RGB", (4, 4), (255, 0, 0)).convert(mode), "PNG", icc_profile=swapped)
    assert images.load(data)[0, 0, 1] > 0.9


def test_an_icc_profile_is_applied_to_16_bits_at_their_depth() -> None:
    srgb = color.SRGB_PROFILE
    data = tiff(COLORS, photometric="rgb", iccprofile=srgb)
    np.testing.assert_allclose(images.load(data), COLORS.astype(np.float32) / 65535, atol=1.5 / 255)
    assert len(np.unique(images.load(data))) > 2000


def test_much_text_in_a_png_is_no_damage(picture: Image) -> None:
    text = PngImagePlugin.PngInfo()
    text.add_text("workflow", "x" * 3_000_000, zip=True)
    data = encode(pillow.fromarray(images.to_uint8(picture)), "PNG", pnginfo=text)
    assert psnr(images.load(data), picture) > 50


def test_what_the_system_refuses_is_not_called_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImageError, match=r"aaa… cannot be opened \(File name too long\)"):
        images.load(tmp_path / ("a" * 300 + ".png"))

    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(ImageError, match=r"a\.png may not be read: change its permissions"):
        images.load(tmp_path / "a.png")


def progressive(scans: int) -> bytes:
    """Return a progressive JPEG whose last scan is repeated."""
    data = encode(pillow.fromarray((COLORS >> 8).astype(np.uint8)), "JPEG", progressive=True)
    last = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + last * (scans - data.count(b"\xff\xda")) + data[-2:]


def test_a_jpeg_of_very_many_scans_is_refused() -> None:
    assert images.load(progressive(100)).shape == COLORS.shape
    with pytest.raises(ImageError, match="more than 100 scans"):
        images.load(progressive(101))


def test_scans_of_a_second_picture_and_bytes_that_look_like_scans_do_not_count() -> None:
    data, many = progressive(10), b"\xff\xda" * 200
    comment = b"\xff\xfe" + (len(many) + 2).to_bytes(2, "big") + many
    images.load(data[:2] + comment + data[2:] + progressive(200))


def test_decoders_do_not_warn_while_others_decode() -> None:
    """A context that ignores warnings would restore the filters of another thread's context."""
    before = list(warnings.filters)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: images.load(progressive(10)), range(50)))
    assert warnings.filters == before


def damaged_kinds() -> dict[str, bytes]:
    """Return a small file of each kind."""
    rgb = pillow.fromarray((COLORS >> 8).astype(np.uint8))
    rgba = rgb.convert("RGBA")
    rgba.putalpha(128)
    exif = pillow.Exif()
    exif[0x0110], exif[0x0112] = "camera", 6
    return {
        "png": encode(rgb, "PNG", exif=exif),
        "png_rgba": encode(rgba, "PNG"),
        "png_palette": encode(rgb.quantize(16), "PNG"),
        "png_gray_16": encode(pillow.fromarray(COLORS[..., 0]), "PNG"),
        "jpeg": encode(rgb, "JPEG", exif=exif),
        "jpeg_progressive": encode(rgb, "JPEG", progressive=True),
        "jpeg_cmyk": encode(rgb.convert("CMYK"), "JPEG"),
        "webp": encode(rgb, "WEBP", exif=exif),
        "webp_lossless": encode(rgba, "WEBP", lossless=True),
        "gif": encode(rgb, "GIF"),
        "bmp": encode(rgb, "BMP"),
        "tiff": encode(rgb, "TIFF", compression="tiff_lzw"),
        "tiff_16": tiff(COLORS, photometric="rgb", compression="zlib"),
        "tiff_planar": tiff(np.moveaxis(COLORS, -1, 0), photometric="rgb", planarconfig="separate"),
        "avif": encode(rgb, "AVIF"),
        "heic": encode(rgb, "HEIF"),
    }


def damage(data: bytes, random: np.random.Generator) -> bytes:
    """Return `data` cut off, or with up to eight bits flipped."""
    if random.random() < 0.3:
        return data[: random.integers(len(data))]
    flipped = bytearray(data)
    for position in random.integers(len(data), size=random.integers(1, 9)):
        flipped[position] ^= 1 << int(random.integers(8))
    return bytes(flipped)


@pytest.mark.parametrize("kind", damaged_kinds())
@pytest.mark.parametrize("count", [300, pytest.param(6000, marks=pytest.mark.slow)])
def test_a_damaged_file_is_an_image_or_a_sentence(kind: str, count: int) -> None:
    whole, random = damaged_kinds()[kind], np.random.default_rng(list(kind.encode()))
    for _ in range(count):
        with suppress(ImageError):
            image = images.load(damage(whole, random), max_megapixels=1)
            assert image.dtype == np.float32
            assert np.isfinite(image).all()
