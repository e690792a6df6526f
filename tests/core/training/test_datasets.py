"""Sets of small pictures: idx files, tiles, folders of one's own."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core.training import datasets
from core.training.data import DataError


@pytest.mark.parametrize("compressed", [True, False])
def test_idx_files_are_read(tmp_path: Path, compressed: bool) -> None:
    digits = np.arange(2 * 784, dtype=np.uint32).astype(np.uint8).reshape(2, 28, 28)
    for name, raw in (("images-idx3", bytes(16) + digits.tobytes()), ("labels-idx1", bytes(8) + bytes([7, 2]))):
        path = tmp_path / f"t10k-{name}-ubyte{'.gz' if compressed else ''}"
        path.write_bytes(gzip.compress(raw) if compressed else raw)
    read = datasets.read("mnist", tmp_path, "test")
    np.testing.assert_array_equal(read.pictures[..., 0], digits)
    assert read.labels.tolist() == [7, 2]
    with pytest.raises(DataError, match="train-images"):
        datasets.read("mnist", tmp_path, "train")
    with pytest.raises(DataError, match="there is no 'validation' split of 'mnist'"):
        datasets.read("mnist", tmp_path, "validation")


def test_damaged_idx_files_are_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "t10k-images.gz").write_bytes(b"no gzip")
    with pytest.raises(DataError, match="is damaged"):
        datasets.read("mnist", tmp_path, "test")
    (tmp_path / "t10k-images.gz").write_bytes(gzip.compress(bytes(16 + 784)))
    (tmp_path / "t10k-labels").write_bytes(bytes(8 + 3))
    with pytest.raises(DataError, match="do not belong together"):
        datasets.read("mnist", tmp_path, "test")


def test_tiles_lie_on_black_and_every_tenth_is_held_out(tmp_path: Path) -> None:
    tiles = np.full((20, 32, 32, 4), 200, np.uint8)
    tiles[..., 3] = (np.arange(20) * 10).astype(np.uint8)[:, None, None]
    np.savez(tmp_path / "crawl_tiles.npz", images=tiles, labels=np.arange(20) % 2, classes=np.array(["a", "b"]))
    train, test = (datasets.read("tiles", tmp_path, split) for split in ("train", "test"))
    assert (len(train.pictures), len(test.pictures), test.classes) == (18, 2, ("a", "b"))
    assert test.pictures[:, 0, 0, 0].tolist() == [0, round(200 * 100 / 255)]
    with pytest.raises(DataError, match=r"holds no crawl_tiles\.npz"):
        datasets.read("tiles", None, "train")


def test_a_folder_of_one_s_own_becomes_squares_and_says_what_it_skipped(tmp_path: Path) -> None:
    for i in range(11):
        pillow.new("RGB", (40 + i, 60), (i, 0, 0)).save(tmp_path / f"{i:02d}.png")
    (tmp_path / "broken.png").write_bytes(b"no picture")
    test, skipped = datasets.read_folder(tmp_path, 32, "test")
    assert test.pictures.shape == (2, 32, 32, 3)
    assert test.pictures[:, 0, 0, 0].tolist() == [0, 10]
    assert "not a picture" in skipped["broken.png"]
    (tmp_path / "classes" / "a").mkdir(parents=True)
    (tmp_path / "classes" / "b").mkdir()
    for i in range(4):
        pillow.new("RGB", (9, 9)).save(tmp_path / "classes" / "ab"[i % 2] / f"{i}.png")
    train, _ = datasets.read_folder(tmp_path / "classes", 32, "train")
    assert (train.labels.tolist(), train.classes) == ([0, 1, 1], ("a", "b"))
    (tmp_path / "few").mkdir()
    pillow.new("RGB", (9, 9)).save(tmp_path / "few" / "one.png")
    with pytest.raises(DataError, match="holds 1 pictures that can be read: at least 3"):
        datasets.read_folder(tmp_path / "few", 32, "train")
