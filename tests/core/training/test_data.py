"""Images to train on: folders, splits, mosaics, patches."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from core.imaging import images
from core.imaging.images import Image
from core.training import data
from core.training.data import DataError, PatchSampler


def test_images_are_read_by_name_and_other_files_ignored(tmp_path: Path, picture: Image) -> None:
    for name in ("b.png", "a.png"):
        images.save(picture, tmp_path / name)
    (tmp_path / "notes.txt").write_text("x")
    assert [path.name for path in data.picture_files(tmp_path)] == ["a.png", "b.png"]
    assert data.read_pictures(data.picture_files(tmp_path))[0].shape == (120, 160, 3)


def test_a_folder_without_images_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no pictures"):
        data.picture_files(tmp_path)


def test_patches_are_sampled_in_all_orientations() -> None:
    ramp = np.repeat(np.arange(64, dtype=np.uint8)[None, :, None], 64, axis=0)
    patches = PatchSampler([ramp, ramp[:8]], 16).sample(64, np.random.default_rng(0))
    assert patches.shape == (64, 16, 16, 1)
    steps = {
        (round(float(p[1, 0, 0] - p[0, 0, 0]) * 255), round(float(p[0, 1, 0] - p[0, 0, 0]) * 255)) for p in patches
    }
    assert steps == {(0, 1), (0, -1), (1, 0), (-1, 0)}


def test_a_patch_larger_than_every_image_is_refused() -> None:
    with pytest.raises(DataError, match="as large as a patch of 16 × 16"):
        PatchSampler([np.zeros((8, 8, 3), np.uint8)], 16)


def test_images_are_split_for_training_validation_and_testing(tmp_path: Path) -> None:
    for i in range(6):
        images.save(np.full((2, 2, 3), i / 10, np.float32), tmp_path / f"{i}.png")
    training, validation, test = data.read_split(tmp_path, None, validation_count=2)
    assert (len(training), len(validation), len(test)) == (4, 2, 2)
    assert len(data.read_split(tmp_path, tmp_path, validation_count=2)[2]) == 6
    with pytest.raises(DataError, match="--data is None: name a folder"):
        data.read_split(None, None, validation_count=2)


def test_digits_are_arranged_in_mosaics() -> None:
    digits = np.arange(70, dtype=np.uint8)[:, None, None] * np.ones((1, 28, 28), np.uint8)
    (mosaic,) = data.mosaics(digits)
    assert mosaic.shape == (224, 224, 3)
    assert mosaic[30, 60, 0] == 8 + 2


def test_one_image_cannot_be_split(tmp_path: Path, picture: Image) -> None:
    images.save(picture, tmp_path / "only.png")
    with pytest.raises(DataError, match="holds one picture: at least 2 are needed, one for training"):
        data.read_split(tmp_path, None, validation_count=1)


def test_larger_images_are_sampled_more_often() -> None:
    dark, bright = np.zeros((90, 90, 1), np.uint8), np.full((30, 30, 1), 255, np.uint8)
    patches = PatchSampler([dark, bright], 8).sample(1000, np.random.default_rng(0))
    assert patches.mean() == pytest.approx(0.1, abs=0.03)


@pytest.fixture
def mixed(tmp_path: Path, picture: Image) -> Path:
    """A folder as people have them: three images, of which one is .jfif, among what cannot be read."""
    folder = tmp_path / "mixed"
    for name in ("@eaDir", "__MACOSX", ".hidden", "album.png"):
        (folder / name).mkdir(parents=True)
    for name in ("a.png", "b.jpg", "@eaDir/a.png"):
        images.save(picture, folder / name)
    shutil.copyfile(folder / "b.jpg", folder / "c.JFIF")
    (folder / "cut.jpg").write_bytes((folder / "b.jpg").read_bytes()[:700])
    for name in ("._a.png", "Thumbs.db", "notes.txt", "phone.jxl", "camera.CR2", "empty.png"):
        (folder / name).write_bytes(b"")
    return folder


TOLD = ("cut.jpg", "phone.jxl", "camera.CR2", "empty.png")


def test_files_that_cannot_be_read_are_listed_and_what_systems_leave_behind_is_not(
    mixed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [path.name for path in data.picture_files(mixed)] == ["a.png", "b.jpg", "c.JFIF"]
    printed = capsys.readouterr().err
    assert sorted(line.split()[1] for line in printed.splitlines()) == sorted(TOLD)
    assert "skipped camera.CR2 is a camera's raw file: develop it" in printed


def test_a_training_skips_files_that_cannot_be_read(mixed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    training, validation, _ = data.read_split(mixed, None, validation_count=2)
    assert (len(training), len(validation)) == (1, 2)
    assert sorted(line.split()[1] for line in capsys.readouterr().out.splitlines()) == sorted(TOLD)


def test_a_training_ends_where_too_few_images_can_be_read(mixed: Path) -> None:
    for name in ("a.png", "b.jpg"):
        (mixed / name).unlink()
    with pytest.raises(DataError, match="holds one picture: at least 2 are needed"):
        data.read_split(mixed, None, validation_count=2)
    (mixed / "c.JFIF").unlink()
    with pytest.raises(DataError, match="holds 4 pictures, none of which can be read: name a folder of"):
        data.read_split(mixed, None, validation_count=2)
