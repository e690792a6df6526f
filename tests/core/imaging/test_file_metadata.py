"""EXIF data that a result takes over."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core.imaging import images
from core.imaging.images import Image

PLACE = {ExifTags.GPS.GPSLatitudeRef: "N"}


def photo(kind: str) -> bytes:
    """Return a small gray photo with what a camera writes: a large note, the size, the orientation and the place."""
    exif = pillow.Exif()
    exif[ExifTags.Base.Model], exif[ExifTags.Base.Orientation] = "a camera", 6
    exif.get_ifd(ExifTags.IFD.Exif).update(
        {
            ExifTags.Base.DateTimeOriginal: "2024:05:06 07:08:09",
            ExifTags.Base.MakerNote: b"x" * 80_000,
            ExifTags.Base.ExifImageWidth: 32,
        }
    )
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(PLACE)
    buffer = BytesIO()
    pillow.new("L", (32, 24), 90).save(buffer, kind, exif=exif.tobytes())
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp", ".avif"])
def test_camera_date_and_place_are_kept_in_every_format(kind: str, suffix: str, tmp_path: Path, picture: Image) -> None:
    out = tmp_path / f"out{suffix}"
    images.save(picture, out, exif=images.read_exif(photo(kind)))
    assert images.load(out).shape == picture.shape
    assert np.abs(images.load(out) - picture).mean() < 0.01
    with pillow.open(out) as file:
        exif = file.getexif()
        assert exif[ExifTags.Base.Model] == "a camera"
        assert exif.get(ExifTags.Base.Orientation, 1) == 1
        taken = exif.get_ifd(ExifTags.IFD.Exif)
        assert taken[ExifTags.Base.DateTimeOriginal] == "2024:05:06 07:08:09"
        assert not {ExifTags.Base.MakerNote, ExifTags.Base.ExifImageWidth} & set(taken)
        assert exif.get_ifd(ExifTags.IFD.GPSInfo) == PLACE


def test_a_photo_without_exif_has_none() -> None:
    buffer = BytesIO()
    pillow.new("L", (32, 24), 90).save(buffer, "TIFF")  # the tags of which say how the pixels are stored
    assert images.read_exif(buffer.getvalue()) is None
