"""PNG files with 16 bits per channel."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import png
import pytest
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core.imaging import images


def png_16_bit(pixels: np.ndarray) -> bytes:
    """Return `pixels` (h, w, 3 or 4) of 16 bits as a PNG, which Pillow cannot write."""
    buffer = BytesIO()
    rows = pixels.astype(np.uint16).reshape(len(pixels), -1)
    png.from_array(rows, {3: "RGB", 4: "RGBA"}[pixels.shape[-1]] + ";16").write(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("channels", [3, 4])
def test_16_bit_color_is_read_at_full_depth(channels: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 65536, (9, 7, channels))
    np.testing.assert_allclose(images.load(png_16_bit(pixels)), pixels / 65535, atol=1e-6)


@pytest.mark.parametrize("channels", [3, 4])
def test_16_bits_are_written_to_png_only(channels: int, tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 65536, (9, 7, channels))
    image = (pixels / 65535).astype(np.float32)
    for name, depth in (("a.png", 16), ("a.tif", 8)):
        images.save(image, tmp_path / name, depth=16)
        assert images.bit_depth(tmp_path / name) == depth
        np.testing.assert_allclose(images.load(tmp_path / name), image, atol=0.5001 / (2**depth - 1))


def test_16_bit_gray_with_alpha_is_read_at_full_depth() -> None:
    rows = np.random.default_rng(0).integers(0, 65536, (5, 6)).astype(np.uint16)  # 3 pixels of gray and alpha
    buffer = BytesIO()
    png.from_array(rows, "LA;16").write(buffer)
    image = images.load(buffer.getvalue())
    assert images.bit_depth(buffer.getvalue()) == 16
    np.testing.assert_allclose(image[..., 1], rows[:, 0::2] / 65535, atol=1e-6)
    np.testing.assert_allclose(image[..., 3], rows[:, 1::2] / 65535, atol=1e-6)


def test_16_bit_gray_is_read_at_full_depth() -> None:
    gray = np.arange(256, dtype=np.uint16).reshape(16, 16) * 257 + 1
    buffer = BytesIO()
    pillow.fromarray(gray).save(buffer, "PNG")
    np.testing.assert_allclose(images.load(buffer.getvalue())[..., 1], gray / 65535, atol=1e-6)


def test_a_transparent_color_of_a_16_bit_png_is_applied() -> None:
    rows = np.array([[0, 0, 0, 300, 301, 302]], np.uint16)
    buffer = BytesIO()
    png.Writer(2, 1, greyscale=False, bitdepth=16, transparent=(0, 0, 0)).write(buffer, rows)
    image = images.load(buffer.getvalue())
    assert image[0, :, 3].tolist() == [0, 1]
    np.testing.assert_allclose(image[0, 1, :3], np.array([300, 301, 302]) / 65535, atol=1e-7)
