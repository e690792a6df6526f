"""TIFFs: 16 bits, planes, white-is-zero, alpha of every kind, turned ones, compressions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from core.imaging import images
from core.imaging.source_files import ImageError
from tests.core.imaging.conftest import COLORS, tiff

GRAY, ALPHA = COLORS[..., 0], COLORS[..., 1] | 1  # no pixel is transparent


@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_16_bit_tiffs_keep_their_depth(planar: str) -> None:
    values = COLORS if planar == "contig" else np.moveaxis(COLORS, -1, 0)
    data = tiff(values, photometric="rgb", planarconfig=planar)
    np.testing.assert_array_equal(images.load(data), COLORS.astype(np.float32) / np.float32(65535))
    assert images.bit_depth(data) == 16


def test_white_is_zero_is_inverted() -> None:
    gray = COLORS[..., 0]
    black_is_zero = images.load(tiff(gray, photometric="minisblack"))
    np.testing.assert_allclose(images.load(tiff(65535 - gray, photometric="miniswhite")), black_is_zero, atol=1e-6)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_16_bit_tiffs_are_turned_upright(orientation: int) -> None:
    tags = [(0x0112, "H", 1, orientation, True)]
    turned = images.load(tiff(COLORS, photometric="rgb", extratags=tags))
    eight_bit = images.load(tiff((COLORS >> 8).astype(np.uint8), photometric="rgb", extratags=tags))
    assert turned.shape == eight_bit.shape
    assert np.abs(turned - eight_bit).max() < 1 / 255


def test_the_size_of_a_turned_tiff_is_that_of_the_image() -> None:
    data = tiff((COLORS >> 8).astype(np.uint8), photometric="rgb", extratags=[(0x0112, "H", 1, 6, True)])
    width, height = images.size(data)
    assert images.load(data).shape[:2] == (height, width) == (32, 24)


def test_reduced_copies_in_a_tiff_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "pages.tif"
    with tifffile.TiffWriter(path) as writer:
        writer.write(np.zeros((8, 8, 3), np.uint8), photometric="rgb", subfiletype=1)
        writer.write((COLORS >> 8).astype(np.uint8), photometric="rgb")
    assert images.load(path).shape == (24, 32, 3)
    assert images.size(path) == (32, 24)


@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("bits", [8, 16])
def test_gray_with_alpha_is_read(bits: int, planar: str, photometric: str) -> None:
    gray = GRAY if photometric == "minisblack" else 65535 - GRAY
    values = np.stack([gray, ALPHA], axis=-1 if planar == "contig" else 0)
    values = values if bits == 16 else (values >> 8).astype(np.uint8)
    image = images.load(tiff(values, photometric=photometric, planarconfig=planar, extrasamples=["unassalpha"]))
    np.testing.assert_allclose(image[..., 0], GRAY / 65535, atol=1 / 2**bits)
    np.testing.assert_allclose(image[..., 3], ALPHA / 65535, atol=1 / 2**bits)


def test_premultiplied_gray_is_divided_by_its_alpha() -> None:
    gray, alpha = np.full((4, 4), 20_000, np.uint16), np.full((4, 4), 40_000, np.uint16)
    image = images.load(tiff(np.stack([gray, alpha], -1), photometric="minisblack", extrasamples=["assocalpha"]))
    np.testing.assert_allclose(image[0, 0], [0.5, 0.5, 0.5, 40_000 / 65535], atol=1e-4)


@pytest.mark.parametrize("values", [COLORS, (COLORS >> 8).astype(np.uint8)], ids=lambda values: values.dtype.name)
def test_an_extra_channel_of_no_stated_meaning_is_no_transparency(values: Any) -> None:
    data = tiff(np.concatenate([values, values[..., :1]], -1), photometric="rgb", extrasamples=["unspecified"])
    np.testing.assert_allclose(images.load(data), values / np.float32(np.iinfo(values.dtype).max), atol=1e-6)


@pytest.mark.parametrize(("compression", "name"), [("jpeg2000", "JPEG 2000"), ("jpegxl", "JPEGXL"), ("webp", "WEBP")])
def test_a_compression_that_is_not_decoded_is_named(compression: str, name: str) -> None:
    with pytest.raises(ImageError, match=f"is a TIFF compressed as {name}, which cannot be read here"):
        images.load(tiff((COLORS >> 8).astype(np.uint8), photometric="rgb", compression=compression))


@pytest.mark.parametrize(
    ("values", "words"), [(COLORS / np.float32(65535), "floating-point"), (GRAY.astype(np.uint32), "32-bit numbers")]
)
def test_values_without_a_standard_range_are_refused(values: Any, words: str) -> None:
    with pytest.raises(ImageError, match=f"holds {words}.*export it as 16-bit PNG"):
        images.load(tiff(values, photometric="rgb" if values.ndim == 3 else "minisblack"))
