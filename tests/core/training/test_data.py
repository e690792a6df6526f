"""Data: patches, digit sets, batches that repeat."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.imaging import images
from core.imaging.images import Image
from core.training import data
from core.training.batches import Batches
from core.training.data import DataError, PatchSampler


def test_pictures_are_read_in_order_and_other_files_left_alone(tmp_path: Path, picture: Image) -> None:
    for name in ("b.png", "a.png"):
        images.save(picture, tmp_path / name)
    (tmp_path / "notes.txt").write_text("x")
    assert [path.name for path in data.picture_files(tmp_path)] == ["a.png", "b.png"]
    assert data.read_pictures(data.picture_files(tmp_path))[0].shape == (120, 160, 3)


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no pictures"):
        data.picture_files(tmp_path)


def test_patches_come_from_the_pictures_in_all_orientations() -> None:
    ramp = np.repeat(np.arange(64, dtype=np.uint8)[None, :, None], 64, axis=0)
    patches = PatchSampler([ramp, ramp[:8]], 16).draw(64, np.random.default_rng(0))
    assert patches.shape == (64, 16, 16, 1)
    steps = {
        (round(float(p[1, 0, 0] - p[0, 0, 0]) * 255), round(float(p[0, 1, 0] - p[0, 0, 0]) * 255)) for p in patches
    }
    assert steps == {(0, 1), (0, -1), (1, 0), (-1, 0)}


def test_a_patch_larger_than_every_picture_is_refused() -> None:
    with pytest.raises(DataError, match="as large as a patch of 16 × 16"):
        PatchSampler([np.zeros((8, 8, 3), np.uint8)], 16)


def test_batches_repeat_from_any_epoch() -> None:
    def draws(epoch: int) -> list[float]:
        batches = Batches(lambda random: random.random(), steps=3, seed=1)
        batches.epoch = epoch
        return [batches[i] for i in range(len(batches))]

    assert draws(0) == draws(0)
    assert len({*draws(0), *draws(1)}) == 6


def test_a_checksum_tells_data_apart() -> None:
    one, two = np.zeros((2, 2), np.uint8), np.ones((2, 2), np.uint8)
    assert images.checksum([one, two]) == images.checksum([one.copy(), two])
    assert images.checksum([one, two]) != images.checksum([two, one])


def test_pictures_are_split_into_those_to_learn_from_to_watch_and_to_score(tmp_path: Path) -> None:
    for number in range(6):
        images.save(np.full((2, 2, 3), number / 10, np.float32), tmp_path / f"{number}.png")
    pictures, watched, scored = data.read_split(tmp_path, None, watched=2)
    assert (len(pictures), len(watched), len(scored)) == (4, 2, 2)
    assert len(data.read_split(tmp_path, tmp_path, watched=2)[2]) == 6
    with pytest.raises(DataError, match="--data is None: name a folder"):
        data.read_split(None, None, watched=2)


def test_digits_become_mosaics() -> None:
    digits = np.arange(70, dtype=np.uint8)[:, None, None] * np.ones((1, 28, 28), np.uint8)
    (mosaic,) = data.mosaics(digits)
    assert mosaic.shape == (224, 224, 3)
    assert mosaic[30, 60, 0] == 8 + 2
