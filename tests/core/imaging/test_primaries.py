"""Color primaries of PNG's cICP and cHRM, and of AVIF's nclx: the colors that littleCMS makes of the same primaries."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from io import BytesIO

import imagecodecs
import numpy as np
import pytest
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core.imaging import color, images, primaries
from core.imaging.source_files import ImageError
from tests.core.imaging.conftest import COLORS, encode, png_with

PICTURE = pillow.fromarray((COLORS >> 8).astype(np.uint8))


def triples(chromaticities: Iterable[tuple[float, float]]) -> list[float]:
    return [value for each in chromaticities for value in (*each, 1.0)]


def by_little_cms(number: int) -> np.ndarray:
    """Return `PICTURE`, its values in the primaries of that number and of sRGB's curve, in sRGB."""
    white, *others = primaries.NUMBERED[number]
    linear = color._decode_srgb(np.asarray(PICTURE, np.float32) / 255)
    spaces = ((white, triples(others)), (primaries.D65, triples(primaries.SRGB[1:])))
    profiles = [
        imagecodecs.cms_profile("rgb", gamma=1.0, whitepoint=(*point, 1.0), primaries=three) for point, three in spaces
    ]
    values = np.ascontiguousarray(linear * 65535 + 0.5).astype(np.uint16)
    found = imagecodecs.cms_transform(values, *profiles, colorspace="rgb", outcolorspace="rgb", outdtype=np.uint16)
    return color._encode_srgb(found / np.float32(65535))


@pytest.mark.parametrize("number", [5, 6, 9, 12, 22])
def test_the_primaries_of_a_png_by_number_are_those_of_little_cms(number: int) -> None:
    image = images.load(png_with(b"cICP", bytes([number, 13, 0, 1]), PICTURE))
    assert np.abs(image - by_little_cms(number)).mean() < 0.5 / 255
    assert np.abs(image - np.asarray(PICTURE) / 255).mean() > 2 / 255


@pytest.mark.parametrize("number", [9, 12])
def test_chrm_is_applied_where_no_other_tag_stands(number: int) -> None:
    values = [round(1e5 * value) for each in primaries.NUMBERED[number] for value in each]
    data = png_with(b"cHRM", struct.pack(">8I", *values), PICTURE)
    assert np.abs(images.load(data) - by_little_cms(number)).mean() < 0.5 / 255
    plain = np.asarray(PICTURE, np.float32) / 255
    tagged = png_with(b"sRGB", b"\0", PICTURE)
    chunk = data[33 : data.index(b"cHRM") + 8 + 32]
    np.testing.assert_array_equal(images.load(tagged[:33] + chunk + tagged[33:]), plain)


def test_display_p3_of_16_bits_and_of_an_avif_is_converted() -> None:
    deep = BytesIO(imagecodecs.png_encode(COLORS)).getvalue()
    chunk = png_with(b"cICP", bytes([12, 13, 0, 1]), PICTURE)[33:49]
    assert np.abs(images.load(deep[:33] + chunk + deep[33:]) - by_little_cms(12)).mean() < 1.5 / 255
    smooth = PICTURE.resize((4, 3)).resize((64, 48), pillow.Resampling.BICUBIC)
    avif = encode(smooth, "AVIF", quality=100, subsampling="4:4:4")
    tag = avif.index(b"nclx") + 4
    of_p3 = avif[:tag] + struct.pack(">HH", 12, 13) + avif[tag + 4 :]
    of_png = images.load(png_with(b"cICP", bytes([12, 13, 0, 1]), smooth))
    assert np.abs(images.load(of_p3) - of_png).mean() < 3 / 255 < np.abs(images.load(avif) - of_png).mean() + 2 / 255


def test_cicp_takes_precedence_over_a_profile() -> None:
    data = encode(PICTURE, "PNG", icc_profile=imagecodecs.cms_profile("rgb", gamma=1.0))
    chunk = png_with(b"cICP", bytes([1, 13, 0, 1]), PICTURE)[33:49]
    np.testing.assert_allclose(images.load(data[:33] + chunk + data[33:]), np.asarray(PICTURE) / 255, atol=1e-6)


def test_gray_stays_gray_whatever_the_primaries() -> None:
    image = images.load(png_with(b"cICP", bytes([9, 13, 0, 1]), PICTURE.convert("L").convert("RGB")))
    assert images.is_gray(image)


@pytest.mark.parametrize("content", [bytes(32), b"\xff" * 32, struct.pack(">8I", *[33333] * 8)])
def test_primaries_that_span_nothing_are_ignored(content: bytes) -> None:
    np.testing.assert_allclose(images.load(png_with(b"cHRM", content, PICTURE)), np.asarray(PICTURE) / 255, atol=1e-6)


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((9, 16, 0, 1), r"HDR image \(PQ\)"),
        ((9, 18, 0, 1), r"HDR image \(HLG\)"),
        ((1, 9, 0, 1), "holds logarithmic values"),
        ((10, 13, 0, 1), r"unusual color primaries \(number 10\)"),
        ((1, 13, 0, 0), "values of video, from 16 to 235"),
    ],
)
def test_colors_that_are_not_converted_are_refused(numbers: tuple[int, ...], words: str) -> None:
    with pytest.raises(ImageError, match=f"the picture .*{words}.*: export it"):
        images.load(png_with(b"cICP", bytes(numbers), PICTURE))
