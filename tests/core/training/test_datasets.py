"""Data sets of small images: idx files, CIFAR-10, tiles, folders."""

from __future__ import annotations

import gzip
import json
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


def test_damaged_idx_files_are_reported_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "t10k-images.gz").write_bytes(b"not gzip")
    with pytest.raises(DataError, match="is damaged"):
        datasets.read("mnist", tmp_path, "test")
    (tmp_path / "t10k-images.gz").write_bytes(gzip.compress(bytes(16 + 784)))
    (tmp_path / "t10k-labels").write_bytes(bytes(8 + 3))
    with pytest.raises(DataError, match="do not belong together"):
        datasets.read("mnist", tmp_path, "test")


def test_tiles_are_read_on_black_and_every_tenth_is_held_out(tmp_path: Path) -> None:
    tiles = np.full((20, 32, 32, 4), 200, np.uint8)
    tiles[..., 3] = (np.arange(20) * 10).astype(np.uint8)[:, None, None]
    np.savez(tmp_path / "crawl_tiles.npz", images=tiles, labels=np.arange(20) % 2, classes=np.array(["a", "b"]))
    train, test = (datasets.read("tiles", tmp_path, split) for split in ("train", "test"))
    assert (len(train.pictures), len(test.pictures), test.classes) == (18, 2, ("a", "b"))
    assert test.pictures[:, 0, 0, 0].tolist() == [0, round(200 * 100 / 255)]
    with pytest.raises(DataError, match=r"holds no crawl_tiles\.npz"):
        datasets.read("tiles", None, "train")


def test_a_folder_of_images_is_cropped_to_squares_and_skipped_files_are_returned(tmp_path: Path) -> None:
    for i in range(11):
        pillow.new("RGB", (40 + i, 60), (i, 0, 0)).save(tmp_path / f"{i:02d}.png")
    (tmp_path / "broken.png").write_bytes(b"not an image")
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


def test_too_few_images_are_refused_with_the_reasons(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pillow.new("RGB", (9, 9)).save(tmp_path / "one.png")
    (tmp_path / "broken.heic").write_bytes(b"not an image")
    with pytest.raises(DataError, match="holds 1 pictures that can be read: at least 3"):
        datasets.read_folder(tmp_path, 32, "train")
    assert "skipped broken.heic is not a picture that can be read" in capsys.readouterr().err


def write_cifar10(folder: Path, labels: list[int]) -> np.ndarray:
    pictures = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3)).astype(np.uint8)
    pillow.fromarray(pictures.reshape(3, 1024, 3)).save(folder / "test_batch.png")
    (folder / "test_lables.json").write_text(json.dumps(labels))
    return pictures


def test_cifar10_is_read_from_the_files_of_its_npm_package(tmp_path: Path) -> None:
    pictures = write_cifar10(tmp_path, [3, 0, 9])
    read = datasets.read("cifar10", tmp_path, "test")
    np.testing.assert_array_equal(read.pictures, pictures)
    assert [read.classes[label] for label in read.labels] == ["cat", "airplane", "truck"]
    with pytest.raises(DataError, match=r"holds no data_batch_\?\.png and train_lables\.json"):
        datasets.read("cifar10", tmp_path, "train")


def test_cifar10_files_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    write_cifar10(tmp_path, [3, 0])
    with pytest.raises(DataError, match="holds 3 pictures and 2 labels"):
        datasets.read("cifar10", tmp_path, "test")
    (tmp_path / "test_lables.json").write_text("[3, ")
    with pytest.raises(DataError, match="holds damaged files"):
        datasets.read("cifar10", tmp_path, "test")


def test_the_users_own_images_replace_the_data_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for i in range(10):
        pillow.new("RGB", (9, 9)).save(tmp_path / f"{i}.png")
    (tmp_path / "broken.png").write_bytes(b"not an image")
    for split, count in (("train", 9), ("test", 1)):
        read = datasets.read_dataset_or_folder("mnist", None, tmp_path, 8, split)
        assert read.pictures.shape == (count, 8, 8, 3)
    assert capsys.readouterr().out.count("skipped broken.png") == 1


def test_mnist_is_split_into_mosaics(tmp_path: Path) -> None:
    for prefix, count in (("train", 64), ("t10k", 192)):
        (tmp_path / f"{prefix}-images").write_bytes(bytes(16 + 784 * count))
        (tmp_path / f"{prefix}-labels").write_bytes(bytes(8 + count))
    training, validation, test = datasets.read_mosaics(tmp_path, validation_count=1)
    assert (len(training), len(validation), len(test)) == (1, 1, 2)


def test_about_half_of_the_images_are_flipped() -> None:
    pictures = np.tile(np.array([0, 1], np.float32)[None, None, :, None], (1000, 1, 1, 1))
    datasets.random_flip(pictures, np.random.default_rng(0))
    assert pictures[:, 0, 0, 0].mean() == pytest.approx(0.5, abs=0.05)
    np.testing.assert_array_equal(pictures.sum(axis=2), 1)


def test_provenance_names_the_subject_and_a_checksum() -> None:
    dataset = datasets.Dataset(np.zeros((2, 4, 4, 1), np.uint8), np.zeros(2, np.int64), ("a",))
    described = dataset.describe("cats")
    assert (described["subject"], described["pictures"], len(described["sha256"])) == ("cats", 2, 64)


def test_a_class_folder_without_images_is_told_of_and_is_no_class(tmp_path: Path) -> None:
    for name in ("cats", "dogs", "empty", "__MACOSX", ".cache", "@eaDir"):
        (tmp_path / name).mkdir()
    for i in range(4):
        pillow.new("RGB", (9, 9)).save(tmp_path / ("cats", "dogs")[i % 2] / f"{i}.png")
    for name in ("dogs/cut.png", "._cats.png", "@eaDir/a.png", "dogs/raw.nef"):
        (tmp_path / name).write_bytes(b"")
    train, skipped = datasets.read_folder(tmp_path, 8, "train")
    assert (train.classes, train.labels.tolist()) == (("cats", "dogs"), [0, 1, 1])
    assert set(skipped) == {"empty", "dogs/cut.png", "dogs/raw.nef"}
    assert "empty holds no picture that can be read" in skipped["empty"]


def test_folders_beside_images_are_told_of(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    for i in range(4):
        pillow.new("RGB", (9, 9)).save(tmp_path / f"{i}.png")
    assert "more is a folder beside pictures" in datasets.read_folder(tmp_path, 8, "train")[1]["more"]
