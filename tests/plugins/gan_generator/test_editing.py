"""The verbs that edit, mix and project, with a small network whose latent vector is one of choices."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from core.errors import UserError
from core.progress import finish
from plugins.gan_generator import editing, projection
from plugins.gan_generator.attributes import Change
from plugins.gan_generator.model import build_gan, edit, generate, mix, project
from plugins.gan_generator.networks import synthesis


@pytest.fixture(scope="module")
def chooser() -> keras.Model:
    """A GAN of images of 16 × 16 pixels: eyes (3) and mouth (2) by the latent vector, color (4) by a label."""
    keras.utils.set_random_seed(0)
    return build_gan((16, 16, 3), (3, 2), (4,), width=4, patch=2)


def test_the_image_of_a_seed_is_edited_one_attribute_at_a_time(chooser: keras.Model) -> None:
    same = edit(chooser, seed=5)
    np.testing.assert_allclose(same.images, generate(chooser, 1, 5), atol=1e-2)
    color = int(same.attributes[0, 5:].argmax())
    other = edit(chooser, same.attributes, change=Change((-1, -1, (color + 1) % 4)))
    np.testing.assert_allclose(other.images, generate(chooser, 1, 5, ((color + 1) % 4,)), atol=1e-2)
    np.testing.assert_array_equal(other.attributes[:, :5], same.attributes[:, :5])


def test_a_direction_changes_an_image_as_far_as_is_said(chooser: keras.Model) -> None:
    amounts = (0.0, 0.01, 1.0)
    images = [edit(chooser, seed=5, change=Change(directions=(amount,))).images for amount in amounts]
    slightly, much = (np.abs(each - images[0]).max() for each in images[1:])
    assert slightly < 0.1 * much
    assert much > 0.01


def test_an_image_mixed_with_itself_is_itself_and_the_coarse_half_is_that_of_the_first(chooser: keras.Model) -> None:
    (same,), (mixed,) = mix(chooser, (5,), (5,), 4), mix(chooser, (5,), (7,), 4)
    first, second = (generate(chooser, 1, seed)[0] for seed in (5, 7))
    np.testing.assert_allclose(same, first, atol=1e-2)
    assert min(np.abs(mixed - first).max(), np.abs(mixed - second).max()) > 0.01


def test_principal_directions_are_those_of_the_largest_variance() -> None:
    styles = np.random.default_rng(0).normal(3, (1, 5, 2), (5000, 3)).astype(np.float32)
    directions = synthesis.principal_directions(styles, 2)
    np.testing.assert_allclose(directions, [[0, 5, 0], [0, 0, 2]], atol=0.3)


def test_the_attributes_of_an_image_are_found_and_the_generator_is_not_trained(chooser: keras.Model) -> None:
    target = editing.render(chooser, editing.of_seeds(chooser, [3], (2,)))[0]
    before = [each.copy() for each in chooser.get_weights()]
    found = finish(project(chooser, target, rounds=0))
    assert found.error < 0.02
    start = np.array([1, 0, 0, 1, 0, 0.3, 0.3, 0.4, 0], np.float32)
    steps = project(chooser, target, start, rounds=2)
    errors = [next(steps).so_far.error for _ in range(2)]
    assert errors[1] < errors[0] < finish(project(chooser, target, start, rounds=0)).error
    for each, expected in zip(chooser.get_weights(), before, strict=True):
        np.testing.assert_array_equal(each, expected)


def test_projections_do_not_disturb_each_other(chooser: keras.Model) -> None:
    target, start = np.full((16, 16, 3), 0.4, np.float32), np.full((1, 9), 0.25, np.float32)
    alone = finish(projection.project(chooser, target, start, 2)).attributes
    steps = projection.project(chooser, target, start, 2)
    next(steps)
    finish(projection.project(chooser, 1 - target, start, 1))
    np.testing.assert_allclose(finish(steps).attributes, alone, atol=1e-4)


def test_bad_settings_are_refused_in_a_sentence(chooser: keras.Model, network: keras.Model) -> None:
    for call, words in [
        (lambda: edit(network), "no attributes to edit"),
        (lambda: edit(chooser, np.ones(3, np.float32)), "give 9 numbers"),
        (lambda: edit(chooser, np.full(9, np.nan, np.float32)), "give 9 numbers"),
        (lambda: edit(chooser, change=Change((0,))), "give 3 values"),
        (lambda: edit(chooser, change=Change(directions=(1, 1, 1, 1))), "at most 3 numbers"),
        (lambda: mix(chooser, (0,), (1, 2)), "1 coarse and 2 fine"),
        (lambda: mix(chooser, (0,), (1,), 8), "size is 8: use one of 4"),
        (lambda: finish(project(chooser, np.zeros((4, 4, 3), np.float32), rounds=-1)), "rounds is -1"),
    ]:
        with pytest.raises(UserError, match=words):
            call()
