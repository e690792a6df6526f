"""Scores of cats whose attributes are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.imaging import images
from core.imaging.images import Floats, Image
from core.training import cats
from core.training.cats import ATTRIBUTES
from plugins.gan_generator import attribute_scores, composed, reference_set
from plugins.gan_generator.model import Classification


def classify(pictures: Image) -> Classification:
    """Return what a perfect classifier would, from the nearest of the cats that the tests use."""
    known = images.from_uint8(composed.compose(LABELS).pictures).reshape(len(LABELS), -1)
    nearest = [np.square(known - each.ravel()).mean(axis=1).argmin() for each in pictures]
    values = cats.attribute_values(LABELS)[nearest]
    one_hot = [np.eye(size, dtype=np.float32)[each] for size, each in zip(ATTRIBUTES.values(), values.T, strict=True)]
    return Classification(pictures[:, ::8, ::8].reshape(len(pictures), -1)[:, :64], np.concatenate(one_hot, axis=1))


LABELS = np.concatenate([cats.combinations("train")[::4000], composed.held_out(30).labels])


def reference() -> reference_set.ReferenceSet:
    known = composed.compose(LABELS)
    features: Floats = classify(images.from_uint8(known.pictures)).features
    moments = reference_set.metrics.moments(features)
    return reference_set.ReferenceSet(known.pictures, composed.classes(LABELS), features, moments, features[:10])


def test_real_cats_of_the_asked_classes_agree_with_them_and_all_of_another_class_do_not() -> None:
    def real(count: int, seed: int, labels: tuple[int, ...]) -> Image:
        classes = composed.classes(LABELS).tolist()
        return images.from_uint8(composed.compose(LABELS[[classes.index(each) for each in labels]]).pictures)

    scores = attribute_scores.score(real, classify, reference(), 30)
    assert scores["agreement_body"] == scores["agreement_fur"] == scores["agreement_accessory"] == 1
    assert scores["agreement_accessory_heldout"] == 1
    assert 0 < scores["pair_coverage"] < scores["coverage"] < 1  # of 30 cats
    others = attribute_scores.score(lambda *given: real(*given)[::-1], classify, reference(), 30)
    assert others["agreement_accessory"] < 0.5


def test_coverage_counts_the_values_that_can_be_told_apart() -> None:
    every = cats.attribute_values(cats.combinations("train")[::7])
    looks = np.stack(
        [attribute_scores.look(name, each) for name, each in zip(ATTRIBUTES, every.T, strict=True)], axis=1
    )
    assert attribute_scores.coverage(looks, 1) == attribute_scores.coverage(looks, 2) == 1
    without = looks[looks[:, 4] != 3]
    assert attribute_scores.coverage(without, 1) == 64 / 65
    assert attribute_scores.look("fur", np.array([6, 2, 0])).tolist() == [2, 2, 0]


def test_the_training_cats_of_a_class_have_its_values_and_are_not_held_out() -> None:
    label = int(np.ravel_multi_index((3, 4, 9), (15, 10, 16)))
    found = composed.training_cats(label)
    assert (found.values(("body", "fur", "accessory")) == (3, 4, 9)).all()
    assert len(found.pictures) == 135
    assert not np.isin(found.labels, cats.combinations("test")).any()
    assert composed.attributes_of([label])["accessory"] == [9]


def test_a_reference_set_of_cats_is_stored_without_its_pictures(tmp_path: Path) -> None:
    known = reference()._replace(labels=LABELS)
    reference_set.write(known, tmp_path / "cats.npz")
    read = reference_set.read(tmp_path / "cats.npz")
    np.testing.assert_array_equal(read.pictures, known.pictures)
    np.testing.assert_array_equal(read.labels, composed.classes(LABELS))
