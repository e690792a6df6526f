"""Hostile files in, float images out."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import png
import pytest
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images
from PIL import ImageCms

from core.errors import UserError
from core.imaging import images
from core.imaging.images import Image, ImageError


def encoded(picture: pillow.Image, kind: str, **options: object) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return one chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_16_bit(pixels: np.ndarray) -> bytes:
    """Return `pixels` (h, w, 3 or 4) of 16 bits as a PNG, which Pillow cannot write."""
    buffer = BytesIO()
    rows = pixels.astype(np.uint16).reshape(len(pixels), -1)
    png.from_array(rows, {3: "RGB", 4: "RGBA"}[pixels.shape[-1]] + ";16").write(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "BMP", "GIF"])
def test_lossless_formats_come_back_exactly(kind: str, picture: Image) -> None:
    gray = images.to_uint8(picture[..., :1].repeat(3, -1))
    data = encoded(pillow.fromarray(gray), kind, **({"lossless": True} if kind == "WEBP" else {}))
    np.testing.assert_allclose(images.load(data), gray / 255, atol=1e-6)


@pytest.mark.parametrize("channels", [3, 4])
def test_16_bit_colour_keeps_its_depth(channels: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 65536, (9, 7, channels))
    np.testing.assert_allclose(images.load(png_16_bit(pixels)), pixels / 65535, atol=1e-6)


@pytest.mark.parametrize("channels", [3, 4])
def test_16_bits_are_written_where_they_fit(channels: int, tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 65536, (9, 7, channels))
    image = (pixels / 65535).astype(np.float32)
    for name, depth in (("a.png", 16), ("a.tif", 8)):
        images.save(image, tmp_path / name, depth=16)
        assert images.bit_depth(tmp_path / name) == depth
        np.testing.assert_allclose(images.load(tmp_path / name), image, atol=0.5001 / (2**depth - 1))


def test_16_bits_and_transparency_are_kept_together() -> None:
    rows = np.random.default_rng(0).integers(0, 65536, (5, 6)).astype(np.uint16)  # 3 pixels of gray and alpha
    buffer = BytesIO()
    png.from_array(rows, "LA;16").write(buffer)
    image = images.load(buffer.getvalue())
    assert images.bit_depth(buffer.getvalue()) == 16
    np.testing.assert_allclose(image[..., 1], rows[:, 0::2] / 65535, atol=1e-6)
    np.testing.assert_allclose(image[..., 3], rows[:, 1::2] / 65535, atol=1e-6)


def test_32_bit_numbers_are_refused() -> None:
    with pytest.raises(ImageError, match="holds 32-bit numbers"):
        images.load(encoded(pillow.new("I", (4, 4), 70_000), "TIFF"))


@pytest.mark.parametrize("name", ["wide.webp", "wide.gif", "wide.jpg"])
def test_a_picture_too_large_for_its_format_becomes_a_png(name: str, tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=rf"{name} can have \d+ pixels a side at most: written as wide\.png"):
        images.save(np.zeros((1, 70_000, 3), np.float32), tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["wide.png"]


def test_colours_of_another_profile_become_srgb() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    data = encoded(pillow.new("RGB", (4, 4), (200, 100, 50)), "PNG", icc_profile=lab.tobytes())
    np.testing.assert_allclose(images.load(data)[0, 0], np.array([200, 100, 50]) / 255, atol=2 / 255)
    nonsense = encoded(pillow.new("RGB", (4, 4), (200, 100, 50)), "PNG", icc_profile=b"no profile")
    np.testing.assert_allclose(images.load(nonsense)[0, 0], np.array([200, 100, 50]) / 255)


def test_the_size_is_of_the_upright_picture(tmp_path: Path) -> None:
    picture, exif = pillow.new("RGB", (30, 20)), pillow.Exif()
    exif[0x0112] = 6
    assert images.size(encoded(picture, "JPEG", exif=exif)) == (20, 30)
    assert images.size(encoded(picture, "PNG")) == (30, 20)
    with pytest.raises(ImageError, match="cannot be read"):
        images.size(b"nothing")


def test_16_bit_gray_keeps_its_depth() -> None:
    gray = np.arange(256, dtype=np.uint16).reshape(16, 16) * 257 + 1
    np.testing.assert_allclose(images.load(encoded(pillow.fromarray(gray), "PNG"))[..., 1], gray / 65535, atol=1e-6)


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK"])
def test_every_mode_becomes_three_channels(mode: str) -> None:
    data = encoded(pillow.new("RGB", (5, 4), (255, 255, 255)).convert(mode), "TIFF")
    image = images.load(data)
    assert image.shape == (4, 5, 3)
    assert image.dtype == np.float32
    assert image.min() > 0.99


def test_transparency_is_kept_where_there_is_any() -> None:
    assert images.load(encoded(pillow.new("RGBA", (3, 2), (9, 9, 9, 128)), "PNG")).shape == (2, 3, 4)
    assert images.load(encoded(pillow.new("RGBA", (3, 2), (9, 9, 9, 255)), "PNG")).shape == (2, 3, 3)


def test_a_phone_s_picture_stands_upright() -> None:
    exif = pillow.Exif()
    exif[274] = 6
    assert images.load(encoded(pillow.new("RGB", (30, 20)), "JPEG", exif=exif)).shape == (30, 20, 3)


def test_of_an_animation_the_first_frame_is_taken() -> None:
    red, blue = pillow.new("RGB", (4, 4), "red"), pillow.new("RGB", (4, 4), "blue")
    data = encoded(red, "GIF", save_all=True, append_images=[blue])
    np.testing.assert_allclose(images.load(data)[0, 0], (1, 0, 0))


def test_too_many_megapixels_are_refused_before_decoding(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    header = struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")))
    with pytest.raises(ImageError, match=r"huge.png is far above the limit"):
        images.load(path)
    data = encoded(pillow.new("L", (2000, 1000)), "PNG")
    with pytest.raises(ImageError, match=r"has 2.0 megapixels, the limit is 1"):
        images.load(data, max_megapixels=1)


def test_a_picture_one_pixel_wide_may_not_be_endless() -> None:
    with pytest.raises(ImageError, match="the longest side may be 30000"):
        images.load(encoded(pillow.new("L", (1, 40_000)), "PNG"))


def test_a_folder_is_neither_a_picture_nor_a_place_for_one(tmp_path: Path, picture: Image) -> None:
    (tmp_path / "album.png").mkdir()
    with pytest.raises(ImageError, match="is a folder: name one picture"):
        images.load(tmp_path / "album.png")
    with pytest.raises(ImageError, match="is a folder: name a file"):
        images.save(picture, tmp_path / "album.png")


def test_a_limit_that_is_no_number_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DARKROOM_MAX_MEGAPIXELS", "lots")
    with pytest.raises(UserError, match="DARKROOM_MAX_MEGAPIXELS is 'lots'"):
        images.load(b"")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not a picture"),
        (b"hello", "not a picture"),
        (b"%PDF-1.7", "not a picture"),
        (b"\x89PNG\r\n\x1a\n", "not a"),
    ],
)
def test_what_is_no_picture_is_refused_by_name(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "notes.png"
    path.write_bytes(content)
    with pytest.raises(ImageError, match=f"notes.png is {message}"):
        images.load(path)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP"])
def test_a_damaged_file_is_refused(kind: str, picture: Image) -> None:
    data = encoded(pillow.fromarray(images.to_uint8(picture)), kind)
    with pytest.raises(ImageError):
        images.load(data[: len(data) // 2])


def test_saving_checks_the_name_and_leaves_no_partial_file(tmp_path: Path, picture: Image) -> None:
    images.save(picture, tmp_path / "a.png")
    np.testing.assert_allclose(images.load(tmp_path / "a.png"), images.to_uint8(picture) / 255, atol=1e-6)
    with pytest.raises(ImageError, match=r"a.doc does not end as a picture"):
        images.save(picture, tmp_path / "a.doc")
    with pytest.raises(ImageError, match="make it first"):
        images.save(picture, tmp_path / "no" / "a.png")
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_transparency_becomes_white_in_a_jpeg(tmp_path: Path) -> None:
    images.save(np.zeros((8, 8, 4), np.float32), tmp_path / "clear.jpg")
    assert images.load(tmp_path / "clear.jpg").min() > 0.98
