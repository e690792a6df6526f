"""The files that pages show and offer for download."""

from __future__ import annotations

from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core import files, sounds
from core.errors import UserError
from core.imaging import images
from core.imaging.images import Image
from core.imaging.metrics import psnr
from core.sounds import Samples, Sound
from core.web import output_files


def test_two_files_of_one_name_do_not_collide() -> None:
    first, second = (output_files.write_png(np.full((2, 2, 3), value, np.float32), "a") for value in (0, 1))
    assert first != second
    assert Path(first).name == Path(second).name == "a.png"
    assert images.load(first).max() == 0 < images.load(second).min()


def test_a_result_is_named_after_the_photo() -> None:
    assert output_files.stem("/tmp/beach.jpg", "denoised") == "beach_denoised"
    assert output_files.stem(b"\xff\xd8", "denoised") == "picture_denoised"


def test_a_value_of_a_kind_is_written_to_a_file_of_its_suffix() -> None:
    path = Path(output_files.write_file(Samples(np.zeros((80, 1), np.float32), 8000), Sound, "quiet"))
    assert path.name == "quiet.wav"
    assert sounds.load(path).rate == 8000
    with pytest.raises(UserError, match="has no kind: use a type such as"):
        output_files.write_file(1, int, "one")


def test_a_sketch_is_written_black_on_white() -> None:
    drawing = np.zeros((4, 4, 4), np.uint8)
    drawing[0, :, 3] = 255  # black and opaque, on nothing
    written = images.load(output_files.write_sketch({"composite": drawing}))
    assert written[0].max() == 0
    assert written[1:].min() == 1


@pytest.mark.parametrize("drawing", [None, {"composite": None}])
def test_an_empty_sketchpad_is_refused(drawing: dict[str, None] | None) -> None:
    with pytest.raises(gr.Error, match="Draw something first"):
        output_files.write_sketch(drawing)


def test_a_long_name_is_cut_by_bytes() -> None:
    name = output_files.stem(f"/tmp/{'漢' * 66}.jpg", "denoised")
    assert len(f"{name}.webp".encode()) <= files.LONGEST_NAME
    assert name.startswith("漢漢")
    assert name.endswith("漢_denoised")


def test_a_result_keeps_the_photos_name_depth_and_exif(picture: Image, tmp_path: Path) -> None:
    exif = pillow.Exif()
    exif[0x0110] = "a camera"
    images.save(picture, tmp_path / "beach.png", 16, exif.tobytes())
    path = Path(output_files.write_result(picture, str(tmp_path / "beach.png"), "denoised"))
    assert path.name == "beach_denoised.png"
    assert images.bit_depth(path) == 16
    with pillow.open(path) as file:
        assert file.getexif()[0x0110] == "a camera"


@pytest.mark.parametrize(("file_format", "suffix"), [("PNG", ".png"), ("JPEG", ".jpg"), ("WebP", ".webp")])
def test_a_result_is_offered_in_other_formats(file_format: str, suffix: str, picture: Image, tmp_path: Path) -> None:
    exif = pillow.Exif()
    exif[0x0110] = "a camera"
    images.save(picture, tmp_path / "beach_denoised.png", 16, exif.tobytes())
    path = Path(output_files.convert(str(tmp_path / "beach_denoised.png"), file_format))
    assert path.name == f"beach_denoised{suffix}"
    assert psnr(images.load(path), picture) > 42
    with pillow.open(path) as file:
        assert file.getexif()[0x0110] == "a camera"
