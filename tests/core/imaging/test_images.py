"""Loading untrusted files, saving, and arranging images."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images
from PIL import ImageCms

from core.errors import UserError
from core.imaging import grids, images
from core.imaging.images import Image
from core.imaging.metrics import psnr
from core.imaging.source_files import ImageError
from tests.conftest import ROOT


def encoded(picture: pillow.Image, kind: str, **options: object) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return one chunk of a PNG file."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "BMP", "GIF"])
def test_lossless_formats_are_read_exactly(kind: str, picture: Image) -> None:
    gray = images.to_uint8(picture[..., :1].repeat(3, -1))
    data = encoded(pillow.fromarray(gray), kind, **({"lossless": True} if kind == "WEBP" else {}))
    np.testing.assert_allclose(images.load(data), gray / 255, atol=1e-6)


def test_32_bit_integers_are_refused() -> None:
    with pytest.raises(ImageError, match="holds 32-bit numbers"):
        images.load(encoded(pillow.new("I", (4, 4), 70_000), "TIFF"))


@pytest.mark.parametrize("name", ["wide.webp", "wide.gif", "wide.jpg"])
def test_an_image_too_large_for_its_format_is_written_as_png(name: str, tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=rf"{name} can have \d+ pixels a side at most: written as wide\.png"):
        images.save(np.zeros((1, 70_000, 3), np.float32), tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["wide.png"]


def test_images_with_a_color_profile_are_converted_to_srgb() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    data = encoded(pillow.new("RGB", (4, 4), (200, 100, 50)), "PNG", icc_profile=profile.tobytes())
    np.testing.assert_allclose(images.load(data)[0, 0], np.array([200, 100, 50]) / 255, atol=2 / 255)
    invalid = encoded(pillow.new("RGB", (4, 4), (200, 100, 50)), "PNG", icc_profile=b"not a profile")
    np.testing.assert_allclose(images.load(invalid)[0, 0], np.array([200, 100, 50]) / 255)


def test_size_is_that_of_the_upright_image(tmp_path: Path) -> None:
    picture, exif = pillow.new("RGB", (30, 20)), pillow.Exif()
    exif[0x0112] = 6
    assert images.size(encoded(picture, "JPEG", exif=exif)) == (20, 30)
    assert images.size(encoded(picture, "PNG")) == (30, 20)
    with pytest.raises(ImageError, match="can be read"):
        images.size(b"nothing")


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK"])
def test_every_mode_is_read_as_three_channels(mode: str) -> None:
    data = encoded(pillow.new("RGB", (5, 4), (255, 255, 255)).convert(mode), "TIFF")
    image = images.load(data)
    assert image.shape == (4, 5, 3)
    assert image.dtype == np.float32
    assert image.min() > 0.99


def test_the_alpha_channel_is_kept_only_if_a_pixel_is_transparent() -> None:
    assert images.load(encoded(pillow.new("RGBA", (3, 2), (9, 9, 9, 128)), "PNG")).shape == (2, 3, 4)
    assert images.load(encoded(pillow.new("RGBA", (3, 2), (9, 9, 9, 255)), "PNG")).shape == (2, 3, 3)


def test_exif_orientation_is_applied() -> None:
    exif = pillow.Exif()
    exif[274] = 6
    assert images.load(encoded(pillow.new("RGB", (30, 20)), "JPEG", exif=exif)).shape == (30, 20, 3)


def test_the_first_frame_of_an_animation_is_read() -> None:
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


def test_an_image_one_pixel_wide_has_a_largest_height() -> None:
    with pytest.raises(ImageError, match="the longest side may be 30000"):
        images.load(encoded(pillow.new("L", (1, 40_000)), "PNG"))


def test_a_folder_can_neither_be_loaded_nor_overwritten(tmp_path: Path, picture: Image) -> None:
    (tmp_path / "album.png").mkdir()
    with pytest.raises(ImageError, match="is a folder: name one picture"):
        images.load(tmp_path / "album.png")
    with pytest.raises(UserError, match="is a folder: name a file"):
        images.save(picture, tmp_path / "album.png")


@pytest.mark.parametrize("value", ["lots", "nan", "0", "inf"])
def test_a_megapixel_limit_that_limits_nothing_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("DARKROOM_MAX_MEGAPIXELS", value)
    with pytest.raises(UserError, match=f"DARKROOM_MAX_MEGAPIXELS is '{value}'"):
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
def test_a_file_that_is_not_an_image_is_refused_by_name(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "notes.png"
    path.write_bytes(content)
    with pytest.raises(ImageError, match=f"notes.png is {message}"):
        images.load(path)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP"])
def test_a_damaged_file_is_refused(kind: str, picture: Image) -> None:
    data = encoded(pillow.fromarray(images.to_uint8(picture)), kind)
    with pytest.raises(ImageError):
        images.load(data[: len(data) // 2])


def test_saving_checks_the_path_and_leaves_no_temporary_file(tmp_path: Path, picture: Image) -> None:
    images.save(picture, tmp_path / "a.png")
    np.testing.assert_allclose(images.load(tmp_path / "a.png"), images.to_uint8(picture) / 255, atol=1e-6)
    with pytest.raises(ImageError, match=r"a.doc does not end in the suffix of an image"):
        images.save(picture, tmp_path / "a.doc")
    with pytest.raises(UserError, match="make it first"):
        images.save(picture, tmp_path / "no" / "a.png")
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_transparent_pixels_become_white_in_a_jpeg(tmp_path: Path) -> None:
    images.save(np.zeros((8, 8, 4), np.float32), tmp_path / "clear.jpg")
    assert images.load(tmp_path / "clear.jpg").min() > 0.98


def test_a_checksum_depends_on_content_and_order() -> None:
    zeros, ones = np.zeros((2, 2), np.uint8), np.ones((2, 2), np.uint8)
    assert images.checksum([zeros, ones]) == images.checksum([zeros.copy(), ones])
    assert images.checksum([zeros, ones]) != images.checksum([ones, zeros])


def test_a_grid_is_filled_row_by_row_and_ends_in_black() -> None:
    numbered = np.arange(1, 6, dtype=np.float32)[:, None, None, None] * np.ones((1, 2, 3, 1), np.float32)
    grid = grids.make_grid(numbered, columns=3)
    assert grid.shape == (4, 9, 1)
    assert grid[::2, ::3, 0].tolist() == [[1, 2, 3], [4, 5, 0]]


@pytest.mark.parametrize(("count", "shape"), [(1, (2, 2, 1)), (12, (2, 24, 1)), (13, (8, 8, 1))])
def test_a_contact_sheet_is_a_row_or_about_square(count: int, shape: tuple[int, ...]) -> None:
    assert grids.make_contact_sheet(np.ones((count, 2, 2, 1), np.float32)).shape == shape


def test_nearest_neighbor_upscaling_repeats_pixels() -> None:
    small = np.arange(4, dtype=np.float32).reshape(2, 2, 1)
    assert images.upscale_nearest(small, 2)[..., 0].tolist() == [[0, 0, 1, 1], [0, 0, 1, 1], [2, 2, 3, 3], [2, 2, 3, 3]]


@pytest.mark.parametrize("suffix", ["jpg", "webp", "avif", "heic"])
def test_photos_are_saved_at_more_than_42_db(suffix: str, tmp_path: Path) -> None:
    photo = images.load(ROOT / "plugins" / "denoiser" / "examples" / "tea-gardens.jpg")
    images.save(photo, tmp_path / f"a.{suffix}")
    assert psnr(images.load(tmp_path / f"a.{suffix}"), photo) > 42


@pytest.mark.parametrize(("suffix", "depth"), [("png", 8), ("png", 16), ("jpg", 8), ("tif", 8)])
def test_a_gray_image_is_saved_with_one_channel(suffix: str, depth: int, picture: Image, tmp_path: Path) -> None:
    gray = np.repeat(picture[..., :1], 3, axis=-1)
    images.save(gray, tmp_path / f"a.{suffix}", depth)
    with pillow.open(tmp_path / f"a.{suffix}") as file:
        assert file.mode in ("L", "I;16")
    assert psnr(images.load(tmp_path / f"a.{suffix}"), gray) > 40


@pytest.mark.parametrize(("suffix", "depth"), [("png", 8), ("png", 16), ("jpg", 8), ("webp", 8), ("avif", 8)])
def test_exif_is_kept_and_the_file_tagged_as_srgb(suffix: str, depth: int, picture: Image, tmp_path: Path) -> None:
    exif = pillow.Exif()
    exif[0x0110], exif[0x0112] = "a camera", 6
    pillow.fromarray(images.to_uint8(picture)).save(tmp_path / "in.jpg", exif=exif)
    images.save(picture, tmp_path / f"a.{suffix}", depth, images.read_exif(tmp_path / "in.jpg"))
    with pillow.open(tmp_path / f"a.{suffix}") as file:
        assert file.getexif().get(0x0110) == "a camera"
        assert file.getexif().get(0x0112, 1) == 1
        assert file.info.get("icc_profile") or "srgb" in file.info
